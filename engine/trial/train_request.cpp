#include "trial/train_request.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/sign_of_life.h"
#include "store/trial_file.h"
#include "trial/announce.h"
#include "trial/stop_request.h"

namespace lnn::trial {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

experiment::Json read_config(const std::string& path) {
  if (!fs::exists(path)) throw_user_error("{}: no such configuration file. Check --config.", path);
  try {
    return experiment::Json::parse(read_text_file(path), nullptr, true, true);
  } catch (const experiment::Json::parse_error& error) {
    throw_user_error("{}: not valid JSON ({}). Correct the file.", path, error.what());
  }
}

// An output that cannot be written is better known before hours of training than after.
void require_writable(const fs::path& path, const char* option) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw_environment_error("{}: its folder cannot be written to. Create {} or choose another {}.",
                            path.string(), folder.string(), option);
  }
}

void require_one_output_each(const Paths& configs, const Paths& outputs) {
  if (configs.size() != outputs.size() || configs.empty()) {
    throw_user_error("--out names {} file(s) for {} configuration(s). Give one result file for each.",
                     outputs.size(), configs.size());
  }
  for (const std::string& path : outputs) {
    if (std::ranges::count(outputs, path) > 1)
      throw_user_error("--out names {} twice (one result would replace the other). Give different files.",
                       path);
    require_writable(path, "--out");
  }
}

void require_one_checkpoint_each(const Paths& checkpoints, const Paths& outputs) {
  if (checkpoints.size() != outputs.size()) {
    throw_user_error("--checkpoint names {} file(s) for {} configuration(s). Give one for each, or none.",
                     checkpoints.size(), outputs.size());
  }
  for (const std::string& path : checkpoints) {
    if (std::ranges::count(checkpoints, path) + std::ranges::count(outputs, path) > 1) {
      throw_user_error(
          "--checkpoint {}: is named twice (one file would replace the other). Give different files.", path);
    }
    require_writable(path, "--checkpoint");
  }
}

CheckpointOptions checkpoint_options(const Request& request) {
  CheckpointOptions options;
  if (request.checkpoints.empty()) return options;
  require_one_checkpoint_each(request.checkpoints, request.outs);
  options.files.assign(request.checkpoints.begin(), request.checkpoints.end());
  options.every = request.checkpoint_every;
  if (!(options.every >= 0))
    throw_user_error("--checkpoint-every {}: must be a number of seconds, 0 or more.", options.every);
  options.stop = options.stop_between = StopRequest::made;
  return options;
}

void remove_file(const fs::path& path) {
  std::error_code ignored;  // a checkpoint that stays does no harm
  fs::remove(path, ignored);
}

}  // namespace

void train(const Request& request, RunOptions how) {
  require_one_output_each(request.configs, request.outs);
  how.attempt = request.attempt;
  how.checkpoints = checkpoint_options(request);
  std::vector<experiment::Json> trials;
  std::vector<std::string> names;  // for the lines of a pack
  for (const std::string& path : request.configs) {
    trials.push_back(read_config(path));
    const bool alone = request.configs.size() == 1;
    names.push_back(alone ? "" : experiment::trial_id(experiment::resolve_config(trials.back(), path)));
  }
  PackEvents events;
  events.on_epoch = [&](std::size_t i, const EpochEvent& event) { announce_epoch(event, names[i]); };
  events.on_end = [&](std::size_t i, const store::TrialRecord& record) {
    store::write_trial(request.outs[i], record);
    if (!request.checkpoints.empty()) remove_file(request.checkpoints[i]);
    announce_end(record, request.outs[i], names[i]);
  };
  // Without a checkpoint there is nothing to wait for: a signal ends the process at once.
  std::optional<StopRequest> stop_request;
  if (!request.checkpoints.empty()) stop_request.emplace();
  const SignsOfLife signs(announce_life);
  run_trials(trials, how, events);
}

}  // namespace lnn::trial
