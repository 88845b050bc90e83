#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// What a trial process tells its supervisor: one JSON object a line on standard output.
///
///   {"event":"epoch","epoch":3,"epochs":30,"train_total":0.51,"validation_total":0.49,"best_validation_total":0.49,
///    "learning_rate":0.00099,"seconds":1.7}
///   {"event":"alive","doing":"training"}
///   {"event":"end","outcome":"completed","reason":"","peak_memory":212.5}
///   {"event":"idle"}
///
/// A process that trains several trials as one pack adds "trial", the trial's id, to every line about one.
/// A trial that continues from a checkpoint goes on counting epochs. "alive" comes from within long work
/// (base/sign_of_life.h); "end" after the result file is committed. Everything else that a trial prints goes
/// to standard error.
///
/// A serving process takes Requests, one JSON object a line on standard input. It answers each with "alive"
/// (doing "start"), then the lines above and "idle" when it is ready for the next, and ends at the end of its
/// input. Its exit status is that of the request that ended it.
namespace lnn::trial {

/// Exit status of a trial program; 0: the file is committed, whatever the outcome in it. Anything else that
/// goes wrong is 1.
inline constexpr int exit_bad_configuration = 2;
inline constexpr int exit_environment = 3;
inline constexpr int exit_device = 4;         ///< the device does not work: a CUDA error
inline constexpr int exit_out_of_memory = 5;  ///< of the processor, the device, or the limit that was set
inline constexpr int exit_stopped = 75;       ///< a signal stopped it, and its checkpoint is written

/// One trial, or several of one shape as one pack; lists in the same order.
struct Request {
  std::vector<std::string> configs;      ///< files
  std::vector<std::string> outs;         ///< result files
  std::vector<std::string> checkpoints;  ///< files; empty: none
  std::string log;                       ///< file that gets standard error; empty: it stays where it is
  int attempt = 1;
  double checkpoint_every = 30;  ///< see CheckpointOptions [s]
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Request, configs, outs, checkpoints, log, attempt, checkpoint_every)

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
  double peak_memory = 0;  ///< of the process during this request, resident [MiB]; 0 when unknown
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(EndEvent, outcome, reason, peak_memory)

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

inline std::string alive_line(const std::string& doing) {
  return nlohmann::json{{"event", "alive"}, {"doing", doing}}.dump();
}
inline std::string idle_line() {
  return nlohmann::json{{"event", "idle"}}.dump();
}

}  // namespace lnn::trial
