#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

/// What a trial process tells its supervisor: one JSON object a line on standard output.
///
///   {"event":"epoch","epoch":3,"epochs":30,"train_total":0.51,"validation_total":0.49,"best_validation_total":0.49,
///    "learning_rate":0.00099,"seconds":1.7}
///   {"event":"end","outcome":"completed","reason":""}
///
/// A process that trains several trials as one pack adds "trial", the trial's id, to every line.
/// A trial that continues from a checkpoint goes on counting epochs. "end" is sent after the result file is
/// committed. Everything else that a trial prints goes to standard error. Exit status: 0 the file is
/// committed (whatever the outcome in it), 2 bad configuration, 3 environment, 75 a signal stopped it, and
/// its checkpoint is written.
namespace lnn::trial {

inline constexpr int exit_stopped = 75;

struct EpochEvent {
  int epoch = 0;   ///< finished epochs, over all phases
  int epochs = 0;  ///< of the whole trial
  double train_total = 0;
  double validation_total = 0;
  double best_validation_total = 0;
  double learning_rate = 0;
  double seconds = 0;  ///< of this epoch
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(EpochEvent, epoch, epochs, train_total, validation_total,
                                   best_validation_total, learning_rate, seconds)

struct EndEvent {
  std::string outcome;
  std::string reason;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(EndEvent, outcome, reason)

/// One line without the newline; `trial` is the id in a pack, empty for a trial alone. Non-finite numbers
/// become null.
inline std::string to_line(const EpochEvent& event, const std::string& trial = "") {
  nlohmann::json json = event;
  json["event"] = "epoch";
  if (!trial.empty()) json["trial"] = trial;
  return json.dump();
}
inline std::string to_line(const EndEvent& event, const std::string& trial = "") {
  nlohmann::json json = event;
  json["event"] = "end";
  if (!trial.empty()) json["trial"] = trial;
  return json.dump();
}

}  // namespace lnn::trial
