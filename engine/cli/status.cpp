#include <fmt/chrono.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
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
#include "sweep/sweep.h"

namespace lnn::cli {
namespace {

using std::chrono::steady_clock;
using sweep::RunState;
using sweep::RunStatus;

constexpr std::chrono::seconds watch_interval{2};

Syntax status_syntax() {
  Syntax syntax{"lnn-sweep status RUN [--json] [--watch]",
                "How far a run is: what is finished, running, waiting and went wrong, in all its parts. Only "
                "reads, so it "
                "may be asked from any shell while the sweep runs, or after.",
                po::options_description("Options"),
                {"run"}};
  syntax.options.add_options()                                           //
      ("json", po::bool_switch(), "one JSON object for other programs")  //
      ("watch", po::bool_switch(), "again every 2 s until no sweep runs");
  return syntax;
}

std::string state_text(const RunStatus& status) {
  switch (status.state) {
    case RunState::not_started:
      return "no sweep has begun. Run the command that made it";
    case RunState::running:
      return "running";
    case RunState::to_continue:
      return "stopped; waits to be continued. Run the same command again";
    case RunState::killed:
      return "its sweep was killed. Run the same command again to continue";
    case RunState::finished:
      return "finished";
  }
  return "?";
}

std::string holder_text(const sweep::LockHolder& holder) {
  std::string text = describe(holder);
  if (!holder.certain) text += " (not sure: its heartbeat is on another machine; --watch waits for the next)";
  return text;
}

std::string exit_text(const std::optional<int>& code) {
  if (!code) return "killed";
  return *code == sweep::run_again ? "stopped" : fmt::format("ended with code {}", *code);
}

std::string drain_text(const sweep::SweepStatus& sweep) {
  return fmt::format("draining since {:%H:%M} ({}): {} running {} and {}",
                     fmt::localtime(static_cast<std::time_t>(sweep.draining->since)), sweep.draining->reason,
                     sweep.running, sweep.running == 1 ? "trial saves" : "trials save",
                     sweep.running == 1 ? "stops" : "stop");
}

// A whole sweep that is over has been told of in the first line.
void add_sweeps(const RunStatus& status, std::vector<std::string>& lines) {
  for (const sweep::SweepStatus& sweep : status.sweeps) {
    if (sweep.holder) {
      lines.push_back(fmt::format("  {}; {} running in {} {}", holder_text(*sweep.holder), sweep.running,
                                  sweep.slots, sweep.slots == 1 ? "slot" : "slots"));
      if (sweep.draining) lines.push_back("  " + drain_text(sweep));
    } else if (!sweep.shard.whole()) {
      lines.push_back(fmt::format("  part {}: {}", sweep.shard.text(), exit_text(sweep.exit_code)));
    }
  }
}

void add_failures(const RunStatus& status, std::vector<std::string>& lines) {
  for (const auto& trial : status.board.trials()) {
    if (trial.state != sweep::TrialState::finished || trial.outcome == store::Outcome::completed) continue;
    lines.push_back(fmt::format("  {} {} ({}), start {}: {}", to_name(*trial.outcome),
                                sweep::trial_name(trial), trial.id, trial.attempts, trial.reason));
    if (status.quarantined.contains(trial.id)) {
      lines.push_back(fmt::format("    not started any more; to reproduce it: {}",
                                  status.run.quarantine(trial.id).string()));
    }
  }
  for (const auto& [id, problem] : status.damaged)
    lines.push_back(fmt::format("  damaged {}: {}", id, problem));
}

std::string total_text(const RunStatus& status) {
  std::string line = sweep::total_line(status.board, status.elapsed, status.remaining);
  if (status.retries > 0)
    line += fmt::format(", {} {}", status.retries, status.retries == 1 ? "retry" : "retries");
  return line;
}

std::vector<std::string> lines_of(const RunStatus& status) {
  std::vector<std::string> lines{fmt::format("{}: {}", status.run.root.string(), state_text(status)),
                                 total_text(status)};
  add_sweeps(status, lines);
  for (std::string& line : sweep::running_lines(status.board, status.board.trials().size())) {
    lines.push_back(std::move(line));
  }
  add_failures(status, lines);
  return lines;
}

void print(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  std::cout << text << std::flush;
}

// Over what is there already, in one write, so that nothing flickers; no more than fits.
void redraw(std::vector<std::string> lines) {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) size = {24, 80, 0, 0};
  const std::size_t rows = std::max<std::size_t>(3, size.ws_row) - 1;
  if (lines.size() > rows) {
    const std::string rest = fmt::format("  ... and {} more lines without --watch", lines.size() - rows + 1);
    lines.resize(rows - 1);
    lines.push_back(rest);
  }
  std::string frame = "\x1b[H";
  for (const std::string& line : lines) frame += line.substr(0, size.ws_col - 1U) + "\x1b[K\n";
  std::cout << frame << "\x1b[J" << std::flush;
}

void show(const RunStatus& status, bool json, bool watch) {
  if (json) {
    std::cout << sweep::to_json(status).dump() << std::endl;
  } else if (watch && isatty(STDOUT_FILENO) != 0) {
    redraw(lines_of(status));
  } else {
    print(lines_of(status));
  }
}

// A run that is slow to read is looked at less often.
void pause_after(steady_clock::duration reading) {
  std::this_thread::sleep_for(std::max<steady_clock::duration>(watch_interval, 5 * reading));
}

}  // namespace

int status(const Words& words) {
  const po::variables_map values = parse(words, status_syntax());
  if (values.contains("help")) return 0;
  if (!values.contains("run")) throw_user_error("status: no run folder. Usage: {}", status_syntax().usage);
  const bool json = values["json"].as<bool>();
  const bool watch = values["watch"].as<bool>();
  sweep::StatusReader reader({values["run"].as<std::vector<std::string>>().front()});
  while (watch && reader.is_starting()) pause_after({});
  if (watch && !json && isatty(STDOUT_FILENO) != 0) std::cout << "\x1b[2J";
  for (;;) {
    const auto begin = steady_clock::now();
    const RunStatus status = reader.read();
    show(status, json, watch);
    if (!watch || status.state != RunState::running) return 0;
    pause_after(steady_clock::now() - begin);
  }
}

}  // namespace lnn::cli
