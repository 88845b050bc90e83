#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/names.h"

/// What one trial leaves behind, in memory. The layout on disk is store/trial_file.h.
namespace lnn::store {

/// How a trial ended. Outcomes are data: none of them is an error of the sweep.
enum class Outcome { completed, diverged, crashed, failed, timed_out, interrupted };

struct Metric {
  double value = 0;
  std::string unit;  ///< "1" when dimensionless
  std::string meaning;
};

/// One history column: a value per epoch.
struct Column {
  std::string name;
  std::string unit;
  std::string meaning;
  std::vector<double> values;
};

/// One weight array of the best model, row-major.
struct Parameter {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<double> values;
  bool single_precision = true;  ///< stored as float32 (exactly) or float64
};

struct TrialRecord {
  std::string id;
  std::string config;  ///< resolved configuration, JSON text
  Outcome outcome = Outcome::failed;
  std::string reason;  ///< for people; empty when completed
  int attempts = 1;    ///< how often this trial has been started
  std::vector<Column> history;
  std::vector<Parameter> model;
  std::map<std::string, Metric> metrics;
  std::map<std::string, std::string> provenance;
};

}  // namespace lnn::store

namespace lnn {
template <>
struct EnumNames<store::Outcome> {
  using E = store::Outcome;
  static constexpr const char* what = "outcome";
  static constexpr std::array table{
      std::pair{E::completed, "completed"}, std::pair{E::diverged, "diverged"},
      std::pair{E::crashed, "crashed"},     std::pair{E::failed, "failed"},
      std::pair{E::timed_out, "timed_out"}, std::pair{E::interrupted, "interrupted"}};
};
}  // namespace lnn
