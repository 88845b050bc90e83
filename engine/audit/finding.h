#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/names.h"

namespace lnn::audit {

/// How much one thing that was found in a run matters.
enum class Severity {
  note,     ///< nothing is lost or wrong
  damaged,  ///< a file cannot be used as it is
};

/// One thing that is not as a finished run leaves it, and what to do about it.
struct Finding {
  Severity severity = Severity::note;
  std::string file;     ///< relative to the run's folder
  std::string id;       ///< of the trial that it belongs to; empty without one
  std::string problem;  ///< "truncated (it holds 12 of its 5312 bytes)"
  std::string remedy;   ///< a sentence
};

using Findings = std::vector<Finding>;

}  // namespace lnn::audit

namespace lnn {
template <>
struct EnumNames<audit::Severity> {
  using E = audit::Severity;
  static constexpr const char* what = "severity";
  static constexpr std::array table{std::pair{E::note, "note"}, std::pair{E::damaged, "damaged"}};
};
}  // namespace lnn
