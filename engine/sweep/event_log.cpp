#include "sweep/event_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/clock.h"
#include "base/error.h"

namespace lnn::sweep {
namespace {

using Json = nlohmann::json;

constexpr double lines_per_second = 10;

bool ends_in_the_middle_of_a_line(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file || file.tellg() == 0) return false;
  file.seekg(-1, std::ios::end);
  return file.get() != '\n';
}

}  // namespace

EventLog::EventLog(const std::filesystem::path& path)
    : path_(path), descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) {
    throw_environment_error("{}: cannot be opened ({}). Check its permissions.", path.string(),
                            std::strerror(errno));
  }
  if (ends_in_the_middle_of_a_line(path) && write(descriptor_, "\n", 1) != 1) {
    throw_environment_error("{}: cannot be written ({}). Free space and run again.", path.string(),
                            std::strerror(errno));
  }
}

EventLog::~EventLog() {
  try {
    flush();
  } catch (const EnvironmentError&) {
    // The log only helps people; what counts stands in the trial files.
  }
  close(descriptor_);
}

void EventLog::append(const std::string& event, Json content) {
  content["time"] = unix_seconds();
  content["event"] = event;
  pending_ += content.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void EventLog::flush() {
  while (!pending_.empty()) {
    const ssize_t written = write(descriptor_, pending_.data(), pending_.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      throw_environment_error("{}: cannot be written ({}). Free space and run the same command again.",
                              path_.string(), std::strerror(errno));
    }
    pending_.erase(0, static_cast<std::size_t>(written));
  }
}

void EventLog::sweep_started(int slots, int waiting) {
  append("sweep_start", {{"host", host_name()}, {"pid", getpid()}, {"slots", slots}, {"waiting", waiting}});
  flush();
}

void EventLog::trial_started(const TrialStatus& trial, int slot) {
  last_epoch_[trial.id] = 0;
  append("trial_start", {{"id", trial.id},
                         {"label", trial.label},
                         {"seed", trial.seed},
                         {"attempt", trial.attempts},
                         {"slot", slot}});
}

void EventLog::epoch(const std::string& id, const trial::EpochEvent& epoch) {
  const double interval = std::max(1.0, static_cast<double>(last_epoch_.size()) / lines_per_second);
  const double now = unix_seconds();
  if (now - last_epoch_[id] < interval) return;
  last_epoch_[id] = now;
  Json content = Json::parse(to_line(epoch));
  content["id"] = id;
  append("epoch", std::move(content));
}

void EventLog::trial_ended(const std::string& id, const TrialEnd& end, bool again) {
  last_epoch_.erase(id);
  append("trial_end", {{"id", id},
                       {"outcome", to_name(end.outcome)},
                       {"reason", end.reason},
                       {"seconds", end.seconds},
                       {"again", again}});
}

void EventLog::slot_lost(int slot, const std::string& reason) {
  append("slot_lost", {{"slot", slot}, {"reason", reason}});
}

void EventLog::draining(const std::string& reason) {
  append("drain", {{"reason", reason}});
}

void EventLog::sweep_ended(int exit_code) {
  append("sweep_end", {{"exit_code", exit_code}});
}

std::vector<Json> EventReader::read_new() {
  std::ifstream file(path_, std::ios::binary);
  file.seekg(offset_);
  std::vector<Json> events;
  for (std::string line; std::getline(file, line) && !file.eof();) {
    offset_ = file.tellg();
    Json event = Json::parse(line, nullptr, false);
    if (event.is_object()) events.push_back(std::move(event));
  }
  return events;
}

}  // namespace lnn::sweep
