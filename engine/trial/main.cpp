// lnn-sweep-trial: trains one configuration and commits its result file. The only program that loads
// LibTorch. Reached as `lnn-sweep train`, by people and by the sweep.
#include <unistd.h>

#include <boost/program_options.hpp>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "base/version.h"
#include "jets/engine.h"
#include "store/trial_file.h"
#include "trial/parent_guard.h"
#include "trial/protocol.h"
#include "trial/run_trial.h"

namespace {

using namespace lnn;
namespace po = boost::program_options;

po::options_description describe() {
  po::options_description options("Options");
  options.add_options()("help,h", "show this text")(
      "config", po::value<std::string>()->required(),
      "trial configuration, JSON; missing keys get their defaults")(
      "out", po::value<std::string>()->required(), "result file (HDF5), written when training has ended")(
      "threads", po::value<int>()->default_value(1), "threads of LibTorch")(
      "backend", po::value<std::string>()->default_value("auto"),
      "derivative engine: auto, native, autograd")(
      "precision", po::value<std::string>()->default_value("auto"), "float32, float64, bf16x3 or auto")(
      "device", po::value<std::string>()->default_value("auto"), "cpu, cuda, cuda:N or auto")(
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

void print_epoch(const trial::EpochEvent& event) {
  if (isatty(STDOUT_FILENO) != 0) {
    std::cout << fmt::format(
        "epoch {:>4}/{}  train {:.6f}  validation {:.6f}  best {:.6f}  rate {:.2e}  {:.1f} s\n", event.epoch,
        event.epochs, event.train_total, event.validation_total, event.best_validation_total,
        event.learning_rate, event.seconds);
  } else {
    std::cout << trial::to_line(event) << "\n";
  }
  std::cout.flush();
}

void print_end(const store::TrialRecord& record, const std::string& path) {
  if (isatty(STDOUT_FILENO) != 0) {
    std::cout << fmt::format("{} {}{}\nresult: {}\n", record.id, to_name(record.outcome),
                             record.reason.empty() ? "" : ": " + record.reason, path);
  } else {
    std::cout << trial::to_line(trial::EndEvent{to_name(record.outcome), record.reason}) << "\n";
  }
  std::cout.flush();
}

// An output that cannot be written is better known before hours of training than after.
void require_writable(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw_environment_error("{}: its folder cannot be written to. Create {} or choose another --out.",
                            path.string(), folder.string());
  }
}

int train(int argc, char** argv) {
  const po::options_description options = describe();
  po::variables_map values;
  try {
    po::store(po::command_line_parser(argc, argv).options(options).run(), values);
    if (values.contains("help")) {
      std::cout
          << "Usage: lnn-sweep train --config FILE --out FILE.h5 [options]\n\n"
             "Trains one configuration. Prints a line per epoch: readable on a terminal, JSON in a pipe.\n\n"
          << options << "\n";
      return 0;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw_user_error("{}. Usage: lnn-sweep train --config FILE --out FILE.h5 [options]", error.what());
  }
  if (values.contains("parent-pid")) trial::die_with_parent(values["parent-pid"].as<int>());
  const auto out = values["out"].as<std::string>();
  trial::RunOptions run;
  run.engine = {values["backend"].as<std::string>(), values["precision"].as<std::string>(),
                values["device"].as<std::string>()};
  run.threads = values["threads"].as<int>();
  run.attempt = values["attempt"].as<int>();
  run.on_epoch = print_epoch;
  if (run.threads < 1) throw_user_error("--threads {}: at least 1 is needed.", run.threads);
  require_writable(out);
  const store::TrialRecord record = trial::run_trial(read_config(values["config"].as<std::string>()), run);
  store::write_trial(out, record);
  print_end(record, out);
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
  } catch (const std::exception& error) {
    std::cerr << "lnn-sweep train: " << error.what() << "\n";
    return 1;
  }
}
