#include "trial/program_options.h"

#include <fmt/ranges.h>

#include <boost/program_options.hpp>
#include <sstream>
#include <vector>

#include "base/error.h"
#include "jets/engine.h"

namespace lnn::trial {
namespace {

namespace po = boost::program_options;
using Task = ProgramOptions::Task;
using Paths = std::vector<std::string>;

constexpr const char* usage = "Usage: lnn-sweep train --config FILE... --out FILE.h5... [options]";
constexpr const char* summary =
    "Trains one configuration, or several of one shape as one pack (fast on a GPU). Prints a line\n"
    "per epoch: readable on a terminal, JSON in a pipe.\n\n"
    "With --checkpoint, a training that was killed or stopped goes on where its last checkpoint is,\n"
    "and gives bitwise the same result. Ctrl-C (or SIGTERM, SIGUSR1) then saves after the epoch that\n"
    "is running and ends with exit code 75; a second one ends at once.\n\n"
    "Exit codes: 0 the result is written; 1 an error; 2 bad configuration; 3 the environment (disk,\n"
    "missing device); 4 the device does not work; 5 out of memory; 75 stopped.";

po::options_description describe() {
  po::options_description options("Options");
  options.add_options()("help,h", "show this text")(
      "config", po::value<Paths>()->multitoken(),
      "trial configuration, JSON; missing keys get their defaults. Several of one shape train together")(
      "out", po::value<Paths>()->multitoken(),
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
      "from when it is there, removed once the result is written")(
      "checkpoint-every", po::value<double>()->default_value(30),
      "least time between two checkpoints, in seconds; 0: one after every epoch")(
      "attempt", po::value<int>()->default_value(1), "number of this attempt, recorded in the result")(
      "memory-limit", po::value<double>(),
      "memory that the program may allocate, in MiB; beyond, it ends with exit code 5")(
      "check-device", po::value<std::string>(), "only compute a little on this device: does it work?")(
      "serve", "train what comes on standard input, one request a line (used by the sweep)")(
      "parent-pid", po::value<pid_t>(), "end when this process ends (used by the sweep)");
  return options;
}

po::variables_map parse(int argc, char** argv) {
  po::variables_map values;
  try {
    po::store(po::command_line_parser(argc, argv).options(describe()).run(), values);
    po::notify(values);
  } catch (const po::error& error) {
    throw_user_error("{}. {}", error.what(), usage);
  }
  return values;
}

std::string help_text() {
  std::ostringstream text;
  text << usage << "\n\n" << summary << "\n\n" << describe() << "\n";
  return text.str();
}

Task task_of(const po::variables_map& values) {
  if (values.contains("help")) return Task::help;
  if (values.contains("check-device")) return Task::check_device;
  return values.contains("serve") ? Task::serve : Task::train;
}

Paths paths(const po::variables_map& values, const char* option) {
  return values.contains(option) ? values[option].as<Paths>() : Paths{};
}

Request request_of(const po::variables_map& values) {
  for (const char* option : {"config", "out"}) {
    if (!values.contains(option)) throw_user_error("--{} is missing. {}", option, usage);
  }
  Request request;
  request.configs = paths(values, "config");
  request.outs = paths(values, "out");
  request.checkpoints = paths(values, "checkpoint");
  request.attempt = values["attempt"].as<int>();
  request.checkpoint_every = values["checkpoint-every"].as<double>();
  return request;
}

}  // namespace

ProgramOptions parse_program_options(int argc, char** argv) {
  const po::variables_map values = parse(argc, argv);
  ProgramOptions options;
  options.task = task_of(values);
  if (options.task == Task::help) options.help = help_text();
  if (options.task == Task::train) options.request = request_of(values);
  if (values.contains("check-device")) options.device_to_check = values["check-device"].as<std::string>();
  options.how.engine = {values["backend"].as<std::string>(), values["precision"].as<std::string>(),
                        values["device"].as<std::string>()};
  options.how.threads = values["threads"].as<int>();
  if (options.how.threads < 1) throw_user_error("--threads {}: at least 1 is needed.", options.how.threads);
  if (values.contains("parent-pid")) options.parent = values["parent-pid"].as<pid_t>();
  if (values.contains("memory-limit")) options.memory_limit = values["memory-limit"].as<double>();
  return options;
}

}  // namespace lnn::trial
