#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/names.h"

/// Which derivative engine is asked for; free of LibTorch, so that directing a sweep never loads it.
namespace lnn::jets {

/// What is asked for; "auto" takes the best that the machine has.
struct EngineOptions {
  std::string backend = "auto";    ///< "native", "tensor", "autograd"
  std::string precision = "auto";  ///< "float32", "float64" (the network's own), or "bf16x3": floats
                                   ///< multiplied in three bfloat16 products (relative error 1e-5)
  std::string device = "auto";     ///< "cpu", "cuda", "cuda:N"; "auto" is the processor
};

/// Throws UserError for words that no build knows. Whether this machine has what they name is make_engine()'s
/// business.
inline void check_words(const EngineOptions& options) {
  const auto check = [](const char* what, const std::string& word, const std::vector<std::string>& known) {
    if (std::find(known.begin(), known.end(), word) == known.end()) throw_unknown_name(what, word, known);
  };
  check("backend", options.backend, {"auto", "native", "tensor", "autograd"});
  check("precision", options.precision, {"auto", "float32", "float64", "bf16x3"});
  if (!options.device.starts_with("cuda:"))
    check("device", options.device, {"auto", "cpu", "cuda", "cuda:0"});
}

}  // namespace lnn::jets
