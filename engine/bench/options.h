#pragma once

#include <string>
#include <vector>

#include "bench/case.h"
#include "bench/contender.h"

namespace lnn::bench {

/// What a run of `lnn-sweep bench` measures.
struct BenchOptions {
  std::vector<Case> cases;
  Selection selection;
  double seconds = 8;  ///< for each case
  int processes = 1;   ///< 2 or more: also the throughput of that many at once
  bool json = false;
  std::string help;  ///< not empty: print this and do nothing
};

/// Reads a command line (without the program's name). Throws UserError for unknown options and impossible
/// values, naming what is allowed.
BenchOptions parse_options(const std::vector<std::string>& words);

}  // namespace lnn::bench
