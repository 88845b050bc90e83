// lnn-sweep-trial: trains one configuration, or a pack of several, and commits each result file; or serves a
// sweep with one after the other. The only program that loads LibTorch for training. Reached as `lnn-sweep
// train`, by people and by the sweep.
#include <cstdlib>
#include <iostream>

#include "base/error.h"
#include "trial/device_check.h"
#include "trial/failure.h"
#include "trial/memory_limit.h"
#include "trial/parent_guard.h"
#include "trial/program_options.h"
#include "trial/serve.h"
#include "trial/train_request.h"

namespace {

using namespace lnn::trial;

void run(const ProgramOptions& options) {
  if (options.parent) die_with_parent(*options.parent);
  if (options.memory_limit) limit_memory(*options.memory_limit);
  switch (options.task) {
    case ProgramOptions::Task::help:
      std::cout << options.help;
      break;
    case ProgramOptions::Task::train:
      train(options.request, options.how);
      break;
    case ProgramOptions::Task::serve:
      serve(options.how);
      break;
    case ProgramOptions::Task::check_device:
      check_device(options.device_to_check);
      break;
  }
}

int report(const Failure& failure) {
  if (!failure.details.empty()) std::cerr << failure.details << "\n";
  std::cerr << "lnn-sweep train: " << failure.message << std::endl;
  // The libraries of a broken device fail at their own end, too, and would end this process by a signal.
  if (failure.exit_code == exit_device) std::_Exit(failure.exit_code);
  return failure.exit_code;
}

// A device that is asked for and missing works as little as a broken one.
int report_device(const Failure& failure) {
  const bool wrong_name = failure.exit_code == exit_bad_configuration;
  const bool full = failure.exit_code == exit_out_of_memory;
  report(failure);
  return wrong_name || full ? failure.exit_code : exit_device;
}

}  // namespace

int main(int argc, char** argv) {
  ProgramOptions options;
  try {
    options = parse_program_options(argc, argv);
    run(options);
    return 0;
  } catch (...) {
    const bool checking = options.task == ProgramOptions::Task::check_device;
    return checking ? report_device(current_failure()) : report(current_failure());
  }
}
