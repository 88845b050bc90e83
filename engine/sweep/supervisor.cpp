#include "sweep/supervisor.h"

#include <csignal>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "base/version.h"
#include "store/trial_file.h"
#include "sweep/messages.h"
#include "sweep/trial_command.h"
#include "sweep/trial_log.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;
using store::Outcome;

// From SIGTERM to SIGKILL for a process that is over its limits.
constexpr std::chrono::milliseconds limit_grace{2000};

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<trial::EndEvent> parse_end(const Json& json) {
  try {
    auto end = json.get<trial::EndEvent>();
    from_name<Outcome>(end.outcome);
    return end;
  } catch (const std::exception&) {
    return std::nullopt;  // the trial's file will tell
  }
}

}  // namespace

Supervisor::Supervisor(const Job& job, Place place, std::unique_ptr<Process> idle)
    : job_(job), place_(std::move(place)), run_{job.run}, start_time_(unix_seconds()) {
  invariant(job_.ids.size() == job_.configs.size() && !job_.ids.empty(), "every trial has its configuration");
  if (job_.device != "cuda") place_.visible_device.clear();  // the user has chosen
  write_configs();
  open_logs(job_);
  Command command = serving_command(job_, place_.visible_device);
  reused_ = idle && same_process(idle->command(), command) && !idle->poll();
  if (reused_) idle->read_lines();  // nothing, or nonsense that belongs to no trial
  process_ = reused_ ? std::move(idle) : std::make_unique<Process>(std::move(command));
  hand_over();
}

void Supervisor::write_configs() const {
  for (std::size_t i = 0; i < job_.ids.size(); ++i)
    replace_text_file(run_.config(job_.ids[i]), job_.configs[i]);
}

void Supervisor::hand_over() {
  process_->send(request_line(job_));
}

int Supervisor::output() const {
  return check_ ? check_->output() : process_->output();
}

bool Supervisor::impatient() const {
  // Its output has ended: the process itself follows within moments.
  return output() < 0 || process_->sending();
}

std::vector<TrialReport> Supervisor::step() {
  enforce_limits();
  if (check_) return await_device_check();
  // Status first: everything that an ended process wrote is then already in the pipe.
  const auto status = process_->poll();
  std::vector<TrialReport> reports;
  for (const std::string& line : process_->read_lines()) hear(line, reports);
  std::vector<TrialReport> ends;
  if (idle_) {
    ends = conclude_all(status.value_or(ExitStatus{}));
  } else if (status && died_before_it_began(*status)) {
    reused_ = false;
    process_ = std::make_unique<Process>(process_->command());
    hand_over();
  } else if (status && device_in_doubt(*status)) {
    in_doubt_ = status;
    check_ = std::make_unique<DeviceCheck>(job_, place_.visible_device);
  } else if (status) {
    ends = conclude_all(*status);
  }
  std::move(ends.begin(), ends.end(), std::back_inserter(reports));
  return reports;
}

void Supervisor::hear(const std::string& line, std::vector<TrialReport>& reports) {
  heard_ = true;
  last_sign_ = Clock::now();
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) {
    // Libraries print their last words on standard output, too.
    append_to_log(run_.log(job_.ids.front()), line);
    return;
  }
  const std::string event = text_of(json, "event");
  std::string id = text_of(json, "trial");
  if (id.empty()) id = job_.ids.front();
  if (const auto epoch = parse_epoch(json)) {
    doing_ = fmt::format("epoch {} of {}", epoch->epoch, epoch->epochs);
    reports.push_back({std::move(id), *epoch});
  } else if (event == "alive") {
    const std::string doing = text_of(json, "doing");
    const bool known_better = doing == "training" && doing_.starts_with("epoch ");
    if (!known_better) doing_ = doing;
  } else if (event == "end") {
    if (auto end = parse_end(json)) ends_[id] = std::move(*end);
  } else if (event == "idle") {
    idle_ = true;
  }
}

void Supervisor::stop(std::chrono::milliseconds grace) {
  end(Ending::interrupted, grace);
}

void Supervisor::end(Ending ending, std::chrono::milliseconds grace) {
  const auto kill_at = Clock::now() + grace;
  if (ending_ == Ending::none) {
    ending_ = ending;
    process_->signal(SIGTERM);
  }
  if (!kill_at_ || kill_at < *kill_at_) kill_at_ = kill_at;
}

void Supervisor::enforce_limits() {
  const auto now = Clock::now();
  const auto seconds_since = [now](Clock::time_point then) {
    return std::chrono::duration<double>(now - then).count();
  };
  const double limit = job_.timeout * static_cast<double>(job_.ids.size());
  if (ending_ == Ending::none && limit > 0 && seconds_since(start_) > limit)
    end(Ending::timed_out, limit_grace);
  if (ending_ == Ending::none && job_.hang_limit > 0 && seconds_since(last_sign_) > job_.hang_limit)
    end(Ending::hung, limit_grace);
  if (kill_at_ && now >= *kill_at_) process_->signal(SIGKILL);
}

// Something has killed it while it was idle: that is not this trial's fault.
bool Supervisor::died_before_it_began(const ExitStatus& status) const {
  return reused_ && !heard_ && status.by_signal && ending_ == Ending::none;
}

// A device that is gone is missing for a new process, and does not work for an old one.
bool Supervisor::device_in_doubt(const ExitStatus& status) const {
  if (ending_ != Ending::none || status.by_signal) return false;
  return status.code == trial::exit_device ||
         (status.code == trial::exit_environment && job_.device.starts_with("cuda"));
}

std::vector<TrialReport> Supervisor::await_device_check() {
  const auto works = check_->works();
  if (!works && ending_ == Ending::none) return {};
  device_broken_ = works && !*works;
  return conclude_all(*in_doubt_);
}

std::vector<TrialReport> Supervisor::conclude_all(const ExitStatus& status) {
  std::vector<TrialReport> reports;
  for (std::size_t i = 0; i < job_.ids.size(); ++i) reports.push_back({job_.ids[i], conclude(i, status)});
  return reports;
}

TrialEnd Supervisor::conclude(std::size_t i, const ExitStatus& status) const {
  // Whatever happened after the commit (a crash while libraries unload, our own SIGTERM): the result stands.
  std::optional<TrialEnd> committed = result(job_.ids[i]);
  TrialEnd end = committed        ? *committed
                 : device_broken_ ? broken_device()
                                  : verdict(job_, job_.ids[i], death(status));
  end.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  if (committed || end.outcome == Outcome::interrupted) return end;
  end.run_alone = job_.ids.size() > 1;
  if (!end.run_alone) write_record(i, end);
  return end;
}

std::optional<TrialEnd> Supervisor::result(const std::string& id) const {
  TrialEnd end;
  const auto said = ends_.find(id);
  if (said != ends_.end() && fs::exists(run_.trial(id))) {
    end.outcome = from_name<Outcome>(said->second.outcome);
    end.reason = said->second.reason;
    end.peak_memory = said->second.peak_memory;
    return end;
  }
  try {
    const auto record = store::read_trial(run_.trial(id), store::Part::summary);
    // An older attempt's file may still be there.
    if (record.id != id || record.attempts != job_.attempt) return std::nullopt;
    end.outcome = record.outcome;
    end.reason = record.reason;
    return end;
  } catch (const EnvironmentError&) {
    return std::nullopt;  // no file, or a damaged one: the trial has committed nothing
  }
}

Death Supervisor::death(const ExitStatus& status) const {
  const fs::path log = run_.log(job_.ids.front());
  return {.status = status,
          .ending = ending_,
          .doing = doing_,
          .last_words = last_log_line(log),
          .log = log.string(),
          .memory_kill = place_.memory_kills == nullptr ? std::nullopt : place_.memory_kills->recent()};
}

TrialEnd Supervisor::broken_device() const {
  TrialEnd end;
  end.outcome = Outcome::interrupted;
  const std::string device = place_.visible_device.empty() ? job_.device : "CUDA " + place_.visible_device;
  end.reason = end.device_problem =
      fmt::format("device {} of {} does not work ({}). See {}.", device, host_name(),
                  last_log_line(run_.log(job_.ids.front())), run_.log(job_.ids.front()).string());
  return end;
}

void Supervisor::write_record(std::size_t i, const TrialEnd& end) const {
  store::TrialRecord record;
  record.id = job_.ids[i];
  record.config = job_.configs[i];
  record.outcome = end.outcome;
  record.reason = end.reason;
  record.attempts = job_.attempt;
  record.provenance = build_facts();
  record.provenance["host"] = host_name();
  record.provenance["start"] = iso_time(start_time_);
  record.provenance["end"] = iso_time(unix_seconds());
  record.provenance["threads"] = std::to_string(job_.threads);
  record.provenance["peak_memory_mib"] = fmt::format("{:.1f}", end.peak_memory);
  store::write_trial(run_.trial(record.id), record);
}

std::unique_ptr<Process> Supervisor::release() {
  const bool clean = idle_ && ending_ == Ending::none && !process_->poll();
  return clean ? std::move(process_) : nullptr;
}

}  // namespace lnn::sweep
