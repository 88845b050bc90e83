// lnn-sweep-trial: trains one configuration, or a pack of several, and commits each result file. The only
// program that loads LibTorch. Reached as `lnn-sweep train`, by people and by the sweep.
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/version.h"
#include "jets/engine.h"
#include "store/trial_file.h"
#include "trial/parent_guard.h"
#include "trial/protocol.h"
#include "trial/run_trial.h"
#include "trial/stop_request.h"

namespace {

using namespace lnn;
namespace po = boost::program_options;

using Paths = std::vector<std::string>;

constexpr const char* usage = "Usage: lnn-sweep train --config FILE... --out FILE.h5... [options]";

po::options_description describe() {
  po::options_description options("Options");
  options.add_options()("help,h", "show this text")(
      "config", po::value<Paths>()->multitoken()->required(),
      "trial configuration, JSON; missing keys get their defaults. Several of one shape train together")(
      "out", po::value<Paths>()->multitoken()->required(),
      "result file (HDF5), written when its trial has ended; one for each configuration")(
      "backend", po::value<std::string>()->default_value("auto"),
      ("derivative engine: auto, " + fmt::format("{}", fmt::join(jets::backend_names(), ", "))).c_str())(
      "precision", po::value<std::string>()->default_value("auto"),
      "of the products: auto, float32, float64, bf16x3 (matrix unit, float32 trials); must be the trial's "
      "training.precision")(
      "device", po::value<std::string>()->default_value("auto"),
      "what computes: auto (the processor), cpu, cuda, cuda:N; cuda needs the backend tensor")(
      "threads", po::value<int>()->default_value(1), "threads of LibTorch (the native engine uses one)")(
      "checkpoint", po::value<Paths>()->multitoken(),
      "file that keeps the training's state, one for each configuration: written now and then, continued "
      "from "
      "when it is there, removed once the result is written")(
      "checkpoint-every", po::value<double>()->default_value(30),
      "least time between two checkpoints, in seconds; 0: one after every epoch")(
      "attempt", po::value<int>()->default_value(1), "number of this attempt, recorded in the result")(
      "parent-pid", po::value<int>(), "end when this process ends (used by the sweep)");
  return options;
}

experiment::Json read_config(const std::string& path) {
  if (!std::filesystem::exists(path))
    throw_user_error("{}: no such configuration file. Check --config.", path);
  try {
    return experiment::Json::parse(read_text_file(path), nullptr, true, true);
  } catch (const experiment::Json::parse_error& error) {
    throw_user_error("{}: not valid JSON ({}). Correct the file.", path, error.what());
  }
}

// `trial` is the id of a trial in a pack, empty for one alone.
void print_epoch(const trial::EpochEvent& event, const std::string& trial) {
  if (isatty(STDOUT_FILENO) != 0) {
    std::cout << fmt::format(
        "{}{}epoch {:>4}/{}  train {:.6f}  validation {:.6f}  best {:.6f}  rate {:.2e}  {:.1f} s\n", trial,
        trial.empty() ? "" : "  ", event.epoch, event.epochs, event.train_total, event.validation_total,
        event.best_validation_total, event.learning_rate, event.seconds);
  } else {
    std::cout << trial::to_line(event, trial) << "\n";
  }
  std::cout.flush();
}

void remove_file(const std::filesystem::path& path) {
  std::error_code ignored;  // a checkpoint that stays does no harm
  std::filesystem::remove(path, ignored);
}

void print_end(const store::TrialRecord& record, const std::string& path, const std::string& trial) {
  if (isatty(STDOUT_FILENO) != 0) {
    std::cout << fmt::format("{} {}{}\nresult: {}\n", record.id, to_name(record.outcome),
                             record.reason.empty() ? "" : ": " + record.reason, path);
  } else {
    std::cout << trial::to_line(trial::EndEvent{to_name(record.outcome), record.reason}, trial) << "\n";
  }
  std::cout.flush();
}

// An output that cannot be written is better known before hours of training than after.
void require_writable(const std::filesystem::path& path, const char* option) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw_environment_error("{}: its folder cannot be written to. Create {} or choose another {}.",
                            path.string(), folder.string(), option);
  }
}

void require_one_output_each(const Paths& configs, const Paths& outputs) {
  if (configs.size() != outputs.size()) {
    throw_user_error("--out names {} file(s) for {} configuration(s). Give one result file for each.",
                     outputs.size(), configs.size());
  }
  for (const std::string& path : outputs) {
    if (std::count(outputs.begin(), outputs.end(), path) > 1)
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
    if (std::count(checkpoints.begin(), checkpoints.end(), path) +
            std::count(outputs.begin(), outputs.end(), path) >
        1) {
      throw_user_error(
          "--checkpoint {}: is named twice (one file would replace the other). Give different "
          "files.",
          path);
    }
    require_writable(path, "--checkpoint");
  }
}

trial::CheckpointOptions checkpoint_options(const po::variables_map& values, const Paths& outputs) {
  trial::CheckpointOptions options;
  if (!values.contains("checkpoint")) return options;
  const auto& files = values["checkpoint"].as<Paths>();
  require_one_checkpoint_each(files, outputs);
  options.files.assign(files.begin(), files.end());
  options.every = values["checkpoint-every"].as<double>();
  if (!(options.every >= 0))
    throw_user_error("--checkpoint-every {}: must be a number of seconds, 0 or more.", options.every);
  options.stop = trial::StopRequest::made;
  return options;
}

void train_pack(const Paths& configs, const Paths& outputs, const trial::RunOptions& options) {
  std::vector<experiment::Json> trials;
  std::vector<std::string> names;  // for the lines of a pack
  for (const std::string& path : configs) {
    trials.push_back(read_config(path));
    const bool alone = configs.size() == 1;
    names.push_back(alone ? "" : experiment::trial_id(experiment::resolve_config(trials.back(), path)));
  }
  trial::PackEvents events;
  events.on_epoch = [&](std::size_t i, const trial::EpochEvent& event) { print_epoch(event, names[i]); };
  events.on_end = [&](std::size_t i, const store::TrialRecord& record) {
    store::write_trial(outputs[i], record);
    if (!options.checkpoints.files.empty()) remove_file(options.checkpoints.files[i]);
    print_end(record, outputs[i], names[i]);
  };
  // Without a checkpoint there is nothing to wait for: a signal ends the process at once.
  std::optional<trial::StopRequest> stop_request;
  if (!options.checkpoints.files.empty()) stop_request.emplace();
  trial::run_trials(trials, options, events);
}

int train(int argc, char** argv) {
  const po::options_description options = describe();
  po::variables_map values;
  try {
    po::store(po::command_line_parser(argc, argv).options(options).run(), values);
    if (values.contains("help")) {
      std::cout
          << usage
          << "\n\n"
             "Trains one configuration, or several of one shape as one pack (fast on a GPU). Prints a line\n"
             "per epoch: readable on a terminal, JSON in a pipe.\n\n"
             "With --checkpoint, a training that was killed or stopped goes on where its last checkpoint "
             "is,\n"
             "and gives bitwise the same result. Ctrl-C (or SIGTERM, SIGUSR1) then saves after the epoch "
             "that\n"
             "is running and ends with exit code 75; a second one ends at once.\n\n"
          << options << "\n";
      return 0;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw_user_error("{}. {}", error.what(), usage);
  }
  if (values.contains("parent-pid")) trial::die_with_parent(values["parent-pid"].as<int>());
  trial::RunOptions run;
  run.engine = {values["backend"].as<std::string>(), values["precision"].as<std::string>(),
                values["device"].as<std::string>()};
  run.threads = values["threads"].as<int>();
  run.attempt = values["attempt"].as<int>();
  if (run.threads < 1) throw_user_error("--threads {}: at least 1 is needed.", run.threads);
  const auto& configs = values["config"].as<Paths>();
  const auto& outputs = values["out"].as<Paths>();
  require_one_output_each(configs, outputs);
  run.checkpoints = checkpoint_options(values, outputs);
  train_pack(configs, outputs, run);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return train(argc, argv);
  } catch (const UserError& error) {
    std::cerr << "lnn-sweep train: " << error.what() << "\n";
    return 2;
  } catch (const EnvironmentError& error) {
    std::cerr << "lnn-sweep train: " << error.what() << "\n";
    return 3;
  } catch (const trial::Stopped& stopped) {
    std::cerr << "lnn-sweep train: " << stopped.what() << "\n";
    return trial::exit_stopped;
  } catch (const std::exception& error) {
    std::cerr << "lnn-sweep train: " << error.what() << "\n";
    return 1;
  }
}
