#include "sweep/lock_holder.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/clock.h"
#include "base/error.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Processes have numbers that mean something within one boot of one machine and one namespace of processes.
std::string this_machine() {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  std::error_code failure;
  const fs::path processes = fs::read_symlink("/proc/self/ns/pid", failure);
  return boot.empty() || failure ? std::string() : boot + " " + processes.string();
}

// Ticks since the boot; nothing when there is no such process, or only what a dead one leaves to its parent.
std::optional<unsigned long long> start_of_process(long pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(file, text, '\0');
  // The name, in parentheses, may hold anything. Behind it come the fields from the third on.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  constexpr int between = 18;  // fields 4 to 21
  std::string word;
  if (!(fields >> word) || word == "Z" || word == "X") return std::nullopt;
  for (int i = 0; i < between; ++i) fields >> word;
  unsigned long long start = 0;
  return fields >> start ? std::optional(start) : std::nullopt;
}

Shard shard_from_text(const std::string& text) {
  try {
    return text.empty() ? Shard() : parse_shard(text, "shard");
  } catch (const UserError&) {
    return {};
  }
}

}  // namespace

LockHolder this_process(const Shard& shard) {
  LockHolder holder{host_name(), getpid(), iso_time(unix_seconds()), shard};
  holder.machine = this_machine();
  holder.process_start = start_of_process(getpid()).value_or(0);
  return holder;
}

std::string to_text(const LockHolder& holder) {
  return Json{{"host", holder.host},       {"pid", holder.pid},
              {"start", holder.start},     {"shard", holder.shard.whole() ? "" : holder.shard.text()},
              {"machine", holder.machine}, {"process_start", holder.process_start}}
             .dump() +
         "\n";
}

LockHolder holder_from_text(const std::string& text) {
  LockHolder holder;
  const Json json = Json::parse(text.substr(0, text.find('\n')), nullptr, false);
  if (!json.is_object()) return holder;
  try {
    holder.host = json.value("host", holder.host);
    holder.pid = json.value("pid", 0L);
    holder.start = json.value("start", "");
    holder.shard = shard_from_text(json.value("shard", ""));
    holder.machine = json.value("machine", "");
    holder.process_start = json.value("process_start", 0ULL);
  } catch (const Json::exception&) {
    // The rest is of other types than ours: what was read until here is all there is.
  }
  return holder;
}

std::optional<bool> is_alive(const LockHolder& holder) {
  if (holder.machine.empty() || holder.machine != this_machine()) return std::nullopt;
  const auto start = start_of_process(holder.pid);
  return start && *start == holder.process_start;
}

std::string describe(const LockHolder& holder) {
  std::string text =
      holder.pid > 0 ? fmt::format("process {} on {}", holder.pid, holder.host) : "an unknown process";
  if (!holder.start.empty()) text += ", since " + holder.start;
  if (!holder.shard.whole()) text += ", part " + holder.shard.text();
  return text;
}

}  // namespace lnn::sweep
