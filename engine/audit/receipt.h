#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace lnn::audit {

/// One thing that a drill has looked at.
struct Check {
  std::string name;  ///< stable, for programs: "bitwise_equal"
  bool passed = false;
  std::string detail;  ///< for people: "12 of 12 trials"
};

/// What a drill prints at its end.
struct Receipt {
  std::string program;  ///< name and version
  std::string host;
  std::string processor;
  int cores = 0;
  std::string start;   ///< ISO 8601, UTC
  double seconds = 0;  ///< of the whole drill
  unsigned long long seed = 0;
  int ranks = 0;                     ///< of mpirun; 0: without
  int trials = 0;                    ///< of the sweep
  std::map<std::string, int> kills;  ///< by kind: trial, sweep, rank, mpirun
  int restarts = 0;
  std::vector<Check> checks;

  void add(std::string name, bool passed, std::string detail);
  bool passed() const;
};

/// The stable form for other programs: every member by its name, "schema_version": 1 and "passed".
nlohmann::json to_json(const Receipt& receipt);

/// The same for people, several lines.
std::string to_text(const Receipt& receipt);

}  // namespace lnn::audit
