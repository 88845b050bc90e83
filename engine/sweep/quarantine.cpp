#include "sweep/quarantine.h"

#include <fmt/format.h>

#include <deque>
#include <fstream>

#include "base/clock.h"
#include "base/files.h"
#include "sweep/progress.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;

std::string last_lines(const fs::path& log) {
  constexpr std::size_t most = 20;
  std::ifstream file(log);
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
    if (lines.size() > most) lines.pop_front();
  }
  std::string text;
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text.empty() ? "  (empty)\n" : text;
}

std::string quoted(const std::string& word) {
  return word.find_first_of(" \t'\"$&;()*?") == std::string::npos ? word : fmt::format("\"{}\"", word);
}

// Alone, on the same engine, with nothing of the run touched.
std::string reproducing_command(const store::RunDirectory& run, const std::string& id, const Job& job) {
  return fmt::format(
      "lnn-sweep train --config {} --out /tmp/{}.h5 --threads {} --backend {} --precision {} --device {}",
      quoted(run.config(id).string()), id, job.threads, job.backend, job.precision, job.device);
}

}  // namespace

void write_quarantine(const store::RunDirectory& run, const TrialStatus& trial, const TrialEnd& end,
                      const Job& job) {
  std::error_code ignored;
  fs::create_directory(run.quarantine(), ignored);
  write_text_file(run.quarantine(trial.id),
                  fmt::format("trial      {} ({})\n"
                              "outcome    {} after {} {}, at {}\n"
                              "reason     {}\n"
                              "reproduce  {}\n"
                              "log        {}, its last lines:\n{}",
                              trial.id, trial_name(trial), to_name(end.outcome), trial.attempts,
                              trial.attempts == 1 ? "start" : "starts", iso_time(unix_seconds()), end.reason,
                              reproducing_command(run, trial.id, job), run.log(trial.id).string(),
                              last_lines(run.log(trial.id))));
}

void leave_quarantine(const store::RunDirectory& run, const std::string& id) {
  std::error_code ignored;
  fs::remove(run.quarantine(id), ignored);
}

}  // namespace lnn::sweep
