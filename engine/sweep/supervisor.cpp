#include "sweep/supervisor.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "base/version.h"
#include "store/trial_file.h"
#include "sweep/messages.h"
#include "sweep/signals.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;
using store::Outcome;

constexpr std::chrono::milliseconds timeout_grace{2000};
constexpr std::string_view header_mark = "--- attempt ";

void append_to_log(const fs::path& log, const std::string& line) {
  std::ofstream(log, std::ios::app) << line << "\n";
}

std::string last_log_line(const fs::path& log) {
  constexpr std::streamoff tail = 4096;
  std::ifstream file(log, std::ios::binary | std::ios::ate);
  file.seekg(std::max<std::streamoff>(0, static_cast<std::streamoff>(file.tellg()) - tail));
  std::string last;
  for (std::string line; std::getline(file, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    last = line.starts_with(header_mark) ? "" : line;
  }
  return last;
}

std::string with_log_line(const std::string& reason, const fs::path& log) {
  const std::string line = last_log_line(log);
  return line.empty() ? reason : fmt::format("{}: {}", reason, line);
}

std::string signal_text(int number) {
  if (number == SIGKILL) return "killed (SIGKILL): possibly out of memory";
  const char* name = sigabbrev_np(number);
  return fmt::format("SIG{} ({})", name == nullptr ? std::to_string(number) : name,
                     sigdescr_np(number) == nullptr ? "unknown signal" : sigdescr_np(number));
}

// mpirun signals a rank's whole process group, and a child that is just being started is still in ours. Slurm
// may signal every process of a job.
bool hit_by_our_signal(const ExitStatus& status) {
  const bool killed =
      status.by_signal && (status.code == SIGINT || status.code == SIGTERM || status.code == SIGUSR1);
  const bool stopped = !status.by_signal && status.code == trial::exit_stopped;
  return (killed || stopped) && StopSignals::requested().has_value();
}

Command trial_command(const Job& job, const store::RunDirectory& run) {
  std::vector<std::string> words{"--threads",    std::to_string(job.threads),
                                 "--attempt",    std::to_string(job.attempt),
                                 "--parent-pid", std::to_string(getpid()),
                                 "--backend",    job.backend,
                                 "--precision",  job.precision,
                                 "--device",     job.device,
                                 "--config"};
  for (const std::string& id : job.ids) words.push_back(run.config(id).string());
  words.emplace_back("--out");
  for (const std::string& id : job.ids) words.push_back(run.trial(id).string());
  words.emplace_back("--checkpoint");
  for (const std::string& id : job.ids) words.push_back(run.checkpoint(id).string());
  for (std::size_t i = 0; i < job.configs.size(); ++i)
    write_text_file(run.config(job.ids[i]), job.configs[i]);
  const fs::path log = run.log(job.ids.front());
  for (const std::string& id : job.ids) {
    const std::string company = id == job.ids.front() ? "" : fmt::format(", in a pack: see {}", log.string());
    append_to_log(run.log(id), fmt::format("{}{}, {}, {}{} ---", header_mark, job.attempt, host_name(),
                                           iso_time(unix_seconds()), company));
  }
  return {job.program, words, trial_environment(job.threads), log};
}

}  // namespace

Supervisor::Supervisor(const Job& job)
    : job_(job), run_{job.run}, start_time_(unix_seconds()), process_(trial_command(job, run_)) {}

std::vector<TrialReport> Supervisor::step() {
  enforce_limits();
  // Status first: everything that an ended trial wrote is then already in the pipe.
  const auto status = process_.poll();
  std::vector<TrialReport> reports;
  for (const std::string& line : process_.read_lines()) {
    const Json json = Json::parse(line, nullptr, false);
    if (const auto epoch = parse_epoch(json)) {
      reports.push_back({json.value("trial", first()), *epoch});
    } else if (!json.is_object()) {
      // Libraries print their last words on standard output, too.
      append_to_log(run_.log(first()), line);
    }
  }
  if (status) {
    for (const std::string& id : job_.ids) reports.push_back({id, conclude(id, *status)});
  }
  return reports;
}

void Supervisor::stop(std::chrono::milliseconds grace) {
  end(Ending::interrupted, grace);
}

void Supervisor::end(Ending ending, std::chrono::milliseconds grace) {
  const auto kill_at = Clock::now() + grace;
  if (ending_ == Ending::none) {
    ending_ = ending;
    process_.signal(SIGTERM);
  }
  if (!kill_at_ || kill_at < *kill_at_) kill_at_ = kill_at;
}

void Supervisor::enforce_limits() {
  const auto now = Clock::now();
  const double limit = job_.timeout * static_cast<double>(job_.ids.size());
  const bool overdue = limit > 0 && now - start_ > std::chrono::duration<double>(limit);
  if (overdue && ending_ == Ending::none) end(Ending::timed_out, timeout_grace);
  if (kill_at_ && now >= *kill_at_) process_.signal(SIGKILL);
}

std::optional<store::TrialRecord> Supervisor::committed(const std::string& id) const {
  try {
    auto record = store::read_trial(run_.trial(id), store::Part::summary);
    // An older attempt's file may still be there.
    if (record.id == id && record.attempts == job_.attempt) return record;
  } catch (const EnvironmentError&) {
    // No file, or a damaged one: the trial has committed nothing.
  }
  return std::nullopt;
}

TrialEnd Supervisor::conclude(const std::string& id, const ExitStatus& status) {
  TrialEnd end;
  end.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  // Whatever happened after the commit (a crash while libraries unload, our own SIGTERM): the result stands.
  if (const auto record = committed(id)) {
    end.outcome = record->outcome;
    end.reason = record->reason;
    return end;
  }
  const fs::path log = run_.log(first());
  if (ending_ == Ending::interrupted || (ending_ == Ending::none && hit_by_our_signal(status))) {
    end.outcome = Outcome::interrupted;
    end.reason = "the sweep was stopped";
    return end;
  }
  if (ending_ == Ending::none && !status.by_signal && status.code == 3) {
    end.outcome = Outcome::interrupted;
    end.reason = end.environment_problem =
        fmt::format("trial {}: {} (exit code 3). See {}, repair it and run again.", id,
                    with_log_line("the environment does not work", log), log.string());
    return end;
  }
  if (ending_ == Ending::timed_out) {
    end.outcome = Outcome::timed_out;
    end.reason = fmt::format("longer than {}", duration_text(job_.timeout));
  } else if (status.by_signal) {
    end.outcome = Outcome::crashed;
    end.reason = with_log_line(signal_text(status.code), log);
  } else {
    end.outcome = Outcome::failed;
    end.reason = with_log_line(
        status.code == 0 ? "ended without a result file" : fmt::format("exit code {}", status.code), log);
  }
  end.run_alone = job_.ids.size() > 1;
  if (!end.run_alone) write_record(id, end);
  return end;
}

void Supervisor::write_record(const std::string& id, const TrialEnd& end) const {
  store::TrialRecord record;
  record.id = id;
  record.config = read_text_file(run_.config(id));
  record.outcome = end.outcome;
  record.reason = end.reason;
  record.attempts = job_.attempt;
  record.provenance = build_facts();
  record.provenance["host"] = host_name();
  record.provenance["start"] = iso_time(start_time_);
  record.provenance["end"] = iso_time(unix_seconds());
  record.provenance["threads"] = std::to_string(job_.threads);
  store::write_trial(run_.trial(id), record);
}

}  // namespace lnn::sweep
