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
enum class Outcome {
  completed,
  diverged,       ///< NaN or infinity in the training
  crashed,        ///< a signal
  failed,         ///< an error that the trial reported
  out_of_memory,  ///< the kernel's or its own limit
  hung,           ///< no sign of life for the hang limit
  timed_out,      ///< longer than its wall-clock limit
  interrupted     ///< the sweep was stopped
};

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

/// One array of an ArrayGroup, row-major.
struct DataArray {
  std::string name;
  std::string unit;  ///< "1" when dimensionless
  std::string meaning;
  std::vector<std::int64_t> shape;
  std::vector<double> values;
  bool single_precision = false;  ///< stored as float32 (rounded) or float64
};

/// Arrays that belong together, with facts about them: /rollouts/1 holds one trajectory, /learned/signature
/// where the learned mass matrix has the wrong signature.
struct ArrayGroup {
  std::string family;  ///< one of array_families
  std::string name;
  std::map<std::string, std::string> facts;
  std::vector<DataArray> arrays;
};

inline constexpr std::array array_families{"rollouts", "learned"};

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
  std::vector<ArrayGroup> groups;  ///< what the evaluation of the best model left; empty without one
};

}  // namespace lnn::store

namespace lnn {
template <>
struct EnumNames<store::Outcome> {
  using E = store::Outcome;
  static constexpr const char* what = "outcome";
  static constexpr std::array table{std::pair{E::completed, "completed"},
                                    std::pair{E::diverged, "diverged"},
                                    std::pair{E::crashed, "crashed"},
                                    std::pair{E::failed, "failed"},
                                    std::pair{E::out_of_memory, "out_of_memory"},
                                    std::pair{E::hung, "hung"},
                                    std::pair{E::timed_out, "timed_out"},
                                    std::pair{E::interrupted, "interrupted"}};
};
}  // namespace lnn
