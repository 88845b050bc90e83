#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "experiment/plan.h"
#include "store/run_directory.h"
#include "sweep/progress.h"
#include "sweep/run_status.h"

namespace lnn::cli {
namespace {

using sweep::RunStatus;

constexpr std::chrono::seconds watch_interval{2};

Syntax status_syntax() {
  Syntax syntax{
      "lnn-sweep status RUN [--json] [--watch]",
      "How far a run is: what is finished, running, waiting and went wrong. Only reads, so it may be "
      "asked from any shell while the sweep runs, or after.",
      po::options_description("Options"),
      {"run"}};
  syntax.options.add_options()                                           //
      ("json", po::bool_switch(), "one JSON object for other programs")  //
      ("watch", po::bool_switch(), "again every 2 s until the sweep ends");
  return syntax;
}

std::string liveness(const RunStatus& status) {
  if (!status.holder) return "no sweep is running";
  return fmt::format("running: process {} on {}, since {}", status.holder->pid, status.holder->host,
                     status.holder->start);
}

void print_failures(const RunStatus& status) {
  for (const auto& trial : status.board.trials()) {
    if (trial.state != sweep::TrialState::finished || trial.outcome == store::Outcome::completed) continue;
    std::cout << fmt::format("  {} {} ({}), attempt {}: {}\n", to_name(*trial.outcome),
                             sweep::trial_name(trial), trial.id, trial.attempts, trial.reason);
  }
  for (const auto& [id, problem] : status.damaged)
    std::cout << fmt::format("  damaged {}: {}\n", id, problem);
}

void print(const RunStatus& status) {
  std::cout << fmt::format("{}: {}\n", status.run.root.string(), liveness(status))
            << sweep::total_line(status.board, status.elapsed, status.remaining) << "\n";
  for (const std::string& line : sweep::running_lines(status.board, status.board.trials().size())) {
    std::cout << line << "\n";
  }
  print_failures(status);
  std::cout << std::flush;
}

}  // namespace

int status(const Words& words) {
  const po::variables_map values = parse(words, status_syntax());
  if (values.contains("help")) return 0;
  if (!values.contains("run")) throw_user_error("status: no run folder. Usage: {}", status_syntax().usage);
  sweep::StatusReader reader({values["run"].as<std::vector<std::string>>().front()});
  for (;;) {
    const RunStatus status = reader.read();
    if (values["json"].as<bool>()) {
      std::cout << sweep::to_json(status).dump() << std::endl;
    } else {
      print(status);
    }
    if (!values["watch"].as<bool>() || !status.holder) return 0;
    std::this_thread::sleep_for(watch_interval);
    if (isatty(STDOUT_FILENO) != 0) std::cout << "\x1b[H\x1b[J";
  }
}

}  // namespace lnn::cli
