#include "audit/replay.h"

#include <unistd.h>

#include <iostream>

#include "audit/select_trial.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "store/run_directory.h"
#include "store/trial_file.h"
#include "sweep/signals.h"
#include "sweep/sweep.h"

namespace lnn::cli {
namespace {

Syntax replay_syntax() {
  Syntax syntax{
      "lnn-sweep replay RUN ID [options]",
      "Trains one trial of a run once more, alone, with the backend, precision, device and threads that its "
      "result names, and compares everything bit by bit. Says 'bitwise equal', or the first difference and "
      "its "
      "likely causes. A trial that failed must fail in the same way. ID is the beginning of an id, a label "
      "that "
      "one trial has, or 'LABEL, seed N'. The run is not touched. Exit code 0: equal; 1: different.",
      po::options_description("Options"),
      {"RUN", "ID"}};
  syntax.options.add_options()                                                                      //
      ("keep", po::value<std::string>(), "FILE.h5: keep the new result there")                      //
      ("threads", po::value<int>(), "threads of the trial instead of those that its result names")  //
      ("json", po::bool_switch(), "one JSON object for other programs");
  return syntax;
}

// A line that is drawn anew on a terminal; nothing elsewhere.
void show_epoch(const trial::EpochEvent& event) {
  if (isatty(STDERR_FILENO) == 0) return;
  std::cerr << fmt::format("\r\x1b[Kepoch {}/{}  validation {:.6f}  {:.1f} s per epoch", event.epoch,
                           event.epochs, event.validation_total, event.seconds)
            << (event.epoch == event.epochs ? "\r\x1b[K" : "") << std::flush;
}

audit::ReplayOptions replay_options(const po::variables_map& values) {
  audit::ReplayOptions options;
  options.program = sweep::trial_program();
  options.on_epoch = show_epoch;
  options.stop = [] { return sweep::StopSignals::requested().has_value(); };
  if (values.contains("keep")) options.keep = values["keep"].as<std::string>();
  if (values.contains("threads")) {
    options.threads = values["threads"].as<int>();
    if (*options.threads < 1) throw_user_error("--threads {}: at least 1 is needed.", *options.threads);
  }
  return options;
}

store::TrialRecord recorded_trial(const std::string& path, const std::string& entry) {
  const store::RunDirectory run{path};
  const experiment::Plan plan = store::read_run_plan(run);
  const experiment::PlannedTrial& planned = audit::select_trial(plan, entry);
  if (!std::filesystem::exists(run.trial(planned.id))) {
    throw_user_error("trial {} ({}) has no result in {} yet. 'lnn-sweep status {}' tells how far the run is.",
                     planned.id, audit::trial_title(planned), path, path);
  }
  std::cerr << fmt::format("lnn-sweep: trains {} ({}) again\n", planned.id, audit::trial_title(planned));
  return store::read_trial(run.trial(planned.id));
}

}  // namespace

int replay(const Words& words) {
  const Syntax syntax = replay_syntax();
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("ID")) throw_user_error("replay: RUN or ID is missing. Usage: {}", syntax.usage);
  const audit::ReplayOptions options = replay_options(values);
  const auto first = [&](const char* name) { return values[name].as<std::vector<std::string>>().front(); };
  const store::TrialRecord recorded = recorded_trial(first("RUN"), first("ID"));
  const sweep::StopSignals signals;
  const auto replay = audit::replay_trial(recorded, options);
  if (!replay) {
    std::cerr << "lnn-sweep: the replay was stopped; nothing is left of it\n";
    return sweep::run_again;
  }
  if (values["json"].as<bool>()) {
    std::cout << audit::to_json(*replay).dump() << "\n";
  } else {
    std::cout << audit::to_text(*replay);
  }
  return replay->equal() ? 0 : 1;
}

}  // namespace lnn::cli
