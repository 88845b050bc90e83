#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/names.h"
#include "store/trial_record.h"

/// Two records of trials, compared bit by bit.
namespace lnn::audit {

/// What of a trial differs, in the order in which one follows from the other.
enum class TrialPart { config, outcome, history, model, metrics, groups };

/// The first place at which one object of two trials differs.
struct Difference {
  TrialPart part = TrialPart::config;
  std::string what;  ///< "network.width", "reason", "history/train_total", "rollouts/1/q_model"
  std::optional<std::size_t> epoch = {};     ///< one-based; of a history column
  std::optional<std::size_t> position = {};  ///< zero-based, row-major; of any other array
  /// The two values. Numbers read back to the same bits; what is not there is "absent".
  std::string first = {};
  std::string second = {};
  /// |first - second| / max(|first|, |second|); nothing unless both are finite numbers.
  std::optional<double> relative = {};

  bool operator==(const Difference&) const = default;
};

/// Every object in which two records differ, each at its first difference: configuration keys, outcome and
/// reason, history columns by epoch, model, metrics, rollouts and learned functions. Empty: bitwise equal.
/// Times (the column and the metric `seconds`) are not compared, nor are attempts and provenance. All NaNs
/// are equal; 0 and -0 are not.
std::vector<Difference> compare_trials(const store::TrialRecord& first, const store::TrialRecord& second);

/// "history/val_total, epoch 3: 0.12 there, 0.13 here (relative 7.7e-02)"; `there` and `here` name the two.
std::string to_text(const Difference& difference, const std::string& there, const std::string& here);

/// A fact of provenance in which two trials differ; empty where it is absent.
struct FactDifference {
  std::string name;
  std::string first;
  std::string second;

  bool operator==(const FactDifference&) const = default;
};

/// Facts that differ and may change numbers, the likeliest cause first: backend, precision, device,
/// instruction set, threads, processor, pack, LibTorch, program, compiler, host, resumptions, then others.
/// Times are left out.
std::vector<FactDifference> compare_provenance(const std::map<std::string, std::string>& first,
                                               const std::map<std::string, std::string>& second);

}  // namespace lnn::audit

namespace lnn {
template <>
struct EnumNames<audit::TrialPart> {
  using E = audit::TrialPart;
  static constexpr const char* what = "part";
  static constexpr std::array table{std::pair{E::config, "config"},   std::pair{E::outcome, "outcome"},
                                    std::pair{E::history, "history"}, std::pair{E::model, "model"},
                                    std::pair{E::metrics, "metrics"}, std::pair{E::groups, "groups"}};
};
}  // namespace lnn
