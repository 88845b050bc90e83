#include "sweep/progress.h"
#include "base/clock.h"

#include <fmt/chrono.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace lnn::sweep {
namespace {

constexpr double redraw_seconds = 0.2;
constexpr double summary_seconds = 30;

std::string epoch_text(const TrialStatus& trial) {
  if (!trial.epoch) return "starting";
  const auto& epoch = *trial.epoch;
  return fmt::format("epoch {}/{}  train {:.4g}  validation {:.4g}  best {:.4g}  {:.2g} s/epoch", epoch.epoch,
                     epoch.epochs, epoch.train_total, epoch.validation_total, epoch.best_validation_total,
                     epoch.seconds);
}

winsize terminal_size() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) size = {24, 80, 0, 0};
  return size;
}

void write_out(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

std::string trial_name(const TrialStatus& trial) {
  return fmt::format("{}, seed {}", trial.label.empty() ? trial.id : trial.label, trial.seed);
}

std::vector<std::string> running_lines(const Board& board, std::size_t rows) {
  std::vector<std::string> lines;
  for (const TrialStatus& trial : board.trials()) {
    if (trial.state != TrialState::running || lines.size() >= rows) continue;
    lines.push_back(fmt::format("  {:<36} {}", trial_name(trial), epoch_text(trial)));
  }
  return lines;
}

namespace {

std::string counts_line(const Totals& totals, double elapsed) {
  std::string line = fmt::format("{}/{} done", totals.done(), totals.trials);
  for (const auto& [outcome, count] : totals.finished) {
    if (outcome != store::Outcome::completed) line += fmt::format(", {} {}", count, to_name(outcome));
  }
  if (totals.running > 0) line += fmt::format(", {} running", totals.running);
  if (totals.waiting > 0) line += fmt::format(", {} waiting", totals.waiting);
  if (elapsed > 0) line += ", elapsed " + duration_text(elapsed);
  return line;
}

}  // namespace

std::string total_line(const Board& board, double elapsed, std::optional<double> remaining) {
  const Totals totals = board.totals();
  std::string line = counts_line(totals, elapsed);
  if (remaining && totals.done() < totals.trials)
    line += fmt::format(", about {} left", duration_text(*remaining));
  return line;
}

std::string total_line(const Board& board, double elapsed, const std::optional<Forecast>& remaining) {
  const Totals totals = board.totals();
  std::string line = counts_line(totals, elapsed);
  if (remaining && totals.done() < totals.trials) {
    line += fmt::format(", {} left ({} to {})", duration_text(remaining->seconds),
                        duration_text(remaining->low), duration_text(remaining->high));
  }
  return line;
}

Progress::Progress(Style style, const Board& board)
    : style_(style), board_(board), start_(unix_seconds()), drawn_(start_) {}

Progress::Style Progress::best_style() {
  return isatty(STDERR_FILENO) != 0 ? Style::terminal : Style::plain;
}

std::string Progress::totals() const {
  const double now = unix_seconds();
  std::optional<Forecast> remaining = remaining_;
  if (remaining) {
    for (double* time : {&remaining->seconds, &remaining->low, &remaining->high})
      *time = std::max(0.0, *time - (now - expected_));
  }
  return total_line(board_, now - start_, remaining);
}

void Progress::say(const std::string& line) {
  erase_block();
  write_out(fmt::format("{:%H:%M:%S} {}\n", fmt::localtime(std::time(nullptr)), line));
}

void Progress::started(const TrialStatus& trial) {
  if (style_ == Style::plain) say(fmt::format("start {} ({})", trial_name(trial), trial.id));
}

void Progress::note(const std::string& text) {
  if (style_ != Style::quiet) say(text);
}

void Progress::expect(const std::optional<Forecast>& remaining) {
  remaining_ = remaining;
  expected_ = unix_seconds();
}

void Progress::ended(const TrialStatus& trial, const TrialEnd& end, bool again) {
  if (style_ == Style::quiet || end.outcome == store::Outcome::interrupted) return;
  const bool well = end.outcome == store::Outcome::completed;
  // On a terminal the block tells the rest.
  if (style_ == Style::terminal && well) return;
  std::string line = fmt::format("{} {} ({})", to_name(end.outcome), trial_name(trial), trial.id);
  if (well && trial.epoch)
    line += fmt::format(": best validation {:.6g}", trial.epoch->best_validation_total);
  if (!well && !end.reason.empty()) line += ": " + end.reason;
  line += ", " + duration_text(end.seconds);
  if (again) line += fmt::format("; will be started again (start {} so far)", trial.attempts);
  say(line);
}

void Progress::tick() {
  const double now = unix_seconds();
  const double interval = style_ == Style::terminal ? redraw_seconds : summary_seconds;
  if (style_ == Style::quiet || now - drawn_ < interval) return;
  drawn_ = now;
  if (style_ == Style::plain) say(totals());
  if (style_ == Style::terminal) draw_block();
}

void Progress::close() {
  if (style_ == Style::terminal) draw_block();
  if (style_ == Style::plain) say(totals());
  block_lines_ = 0;
}

void Progress::erase_block() {
  if (block_lines_ == 0) return;
  write_out(fmt::format("\x1b[{}A\x1b[J", block_lines_));
  block_lines_ = 0;
}

void Progress::draw_block() {
  const winsize size = terminal_size();
  const std::size_t rows = size.ws_row > 3 ? size.ws_row - 3U : 1U;
  std::vector<std::string> lines = running_lines(board_, rows);
  lines.push_back(totals());
  std::string block;
  // A wrapped line would take two rows, and the next block would be drawn a row too low.
  for (const std::string& line : lines) block += line.substr(0, size.ws_col - 1U) + "\n";
  erase_block();
  write_out(block);
  block_lines_ = lines.size();
}

}  // namespace lnn::sweep
