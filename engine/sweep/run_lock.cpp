#include "sweep/run_lock.h"

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <utility>

#include "base/error.h"
#include "sweep/part_files.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;
using Answer = KernelLock::Answer;
using Kind = KernelLock::Kind;

constexpr std::chrono::milliseconds nap{50};
constexpr const char* heartbeat_ending = ".heartbeat";

// Of RUN/lock: parts share the first byte; the second serializes them while they look at each other.
constexpr int parts_byte = 0;
constexpr int entrance_byte = 1;

/// The file system knows no locks.
struct NoLocksHere {};

bool taken(Answer answer) {
  if (answer == Answer::unsupported) throw NoLocksHere();
  return answer == Answer::taken;
}

bool heartbeat_wanted() {
  const char* value = std::getenv("LNN_LOCK");
  if (value == nullptr || *value == '\0') return false;
  if (value != std::string("heartbeat")) {
    throw_user_error("LNN_LOCK={}: is not known (only 'heartbeat' is). Correct or unset it.", value);
  }
  return true;
}

std::string name_of(const Shard& shard) {
  return shard.whole() ? std::string() : shard.text();
}

fs::path heartbeat_file(const store::RunDirectory& run, const Shard& shard) {
  return run.lock(name_of(shard)).string() + heartbeat_ending;
}

// Those that may not beat while `shard` is at work.
std::vector<fs::path> conflicting_heartbeats(const store::RunDirectory& run, const Shard& shard) {
  std::vector<fs::path> files{heartbeat_file(run, {})};
  for (const PartFile& file : part_files(run, "lock", heartbeat_ending)) {
    if (shard.whole() || file.shard == shard || file.shard.count != shard.count) files.push_back(file.path);
  }
  return files;
}

LockHolder holder_in(const fs::path& lock_file) {
  return holder_from_text(read_lock_text(lock_file));
}

LockHolder holder_of_part(const PartFile& file) {
  LockHolder holder = holder_in(file.path);
  holder.shard = file.shard;
  return holder;
}

std::vector<LockHolder> kernel_holders(const store::RunDirectory& run) {
  if (KernelLock::is_held(run.lock())) return {holder_in(run.lock())};
  std::vector<LockHolder> holders;
  for (const PartFile& file : part_files(run, "lock", "")) {
    if (KernelLock::is_held(file.path)) holders.push_back(holder_of_part(file));
  }
  return holders;
}

std::string works_here(const LockHolder& holder) {
  return fmt::format("another sweep works here ({})", describe(holder));
}

std::string other_parts_work_here(const LockHolder& holder, const Shard& shard) {
  return fmt::format("another sweep works here in {} parts, not in {} ({})", holder.shard.count, shard.count,
                     describe(holder));
}

[[noreturn]] void refuse(const store::RunDirectory& run, const std::string& problem) {
  throw_environment_error("{}: {}. Wait for it or stop it; `lnn-sweep status {}` shows how far it is.",
                          run.root.string(), problem, run.root.string());
}

// Calls `attempt` until it says nothing; what it says when patience is over is the reason.
template <class Attempt>
void persist(const store::RunDirectory& run, std::chrono::milliseconds patience, Attempt attempt) {
  const auto deadline = steady_clock::now() + patience;
  for (;;) {
    const std::string problem = attempt();
    if (problem.empty()) return;
    if (steady_clock::now() >= deadline) refuse(run, problem);
    std::this_thread::sleep_for(nap);
  }
}

}  // namespace

RunLock::RunLock(store::RunDirectory run, const RunLockOptions& options)
    : run_(std::move(run)), options_(options), common_(run_.lock()) {
  if (heartbeat_wanted()) {
    take_heartbeat();
    return;
  }
  refuse_living(conflicting_heartbeats(run_, options_.shard));
  try {
    take_kernel_locks();
  } catch (const NoLocksHere&) {
    take_heartbeat();
  }
}

RunLock::~RunLock() = default;

void RunLock::beat() {
  if (heartbeat_) heartbeat_->require_held();
}

void RunLock::refuse_living(const std::vector<fs::path>& heartbeats) {
  const auto living = find_living(heartbeats, options_.heartbeat);
  if (!living) return;
  const LockHolder holder = holder_in(*living);
  const bool of_other_parts =
      !options_.shard.whole() && !holder.shard.whole() && holder.shard.count != options_.shard.count;
  refuse(run_, of_other_parts ? other_parts_work_here(holder, options_.shard) : works_here(holder));
}

void RunLock::take_kernel_locks() {
  persist(run_, options_.patience, [this] { return try_kernel_locks(); });
  KernelLock& told = own_ ? *own_ : common_;
  told.write(to_text(this_process(options_.shard)));
}

std::string RunLock::try_kernel_locks() {
  return options_.shard.whole() ? try_whole() : try_part();
}

std::string RunLock::try_whole() {
  if (taken(common_.try_file(Kind::exclusive))) return {};
  const auto holders = kernel_holders(run_);
  return holders.empty() ? "another sweep is starting or ending here" : works_here(holders.front());
}

std::string RunLock::try_part() {
  if (!taken(common_.try_byte(entrance_byte, Kind::exclusive))) {
    const auto holders = kernel_holders(run_);
    return holders.empty() || !holders.front().shard.whole() ? "another part is just starting here"
                                                             : works_here(holders.front());
  }
  if (!taken(common_.try_byte(parts_byte, Kind::shared))) {
    common_.unlock();
    return works_here(holder_in(run_.lock()));
  }
  std::string problem = try_own_part();
  if (problem.empty()) {
    common_.unlock_byte(entrance_byte);
  } else {
    common_.unlock();
  }
  return problem;
}

std::string RunLock::try_own_part() {
  for (const LockHolder& holder : kernel_holders(run_)) {
    if (holder.shard.count != options_.shard.count) return other_parts_work_here(holder, options_.shard);
  }
  const fs::path path = run_.lock(name_of(options_.shard));
  auto own = std::make_unique<KernelLock>(path);
  if (!taken(own->try_file(Kind::exclusive))) return works_here(holder_of_part({options_.shard, path}));
  own_ = std::move(own);
  return {};
}

// Our file first, then a look at the others': of two that start at once at least one sees the other. A whole
// sweep then gives way.
void RunLock::take_heartbeat() {
  const fs::path path = heartbeat_file(run_, options_.shard);
  const LockHolder self = this_process(options_.shard);
  const auto conflicting = conflicting_heartbeats(run_, options_.shard);
  const bool anything_left =
      std::ranges::any_of(conflicting, [](const fs::path& file) { return exists(file); });
  refuse_living(conflicting);
  heartbeat_ = Heartbeat::create(path, self, options_.heartbeat);
  if (!heartbeat_) refuse(run_, works_here(holder_in(path)));
  persist(run_, options_.shard.whole() ? std::chrono::milliseconds(0) : options_.patience,
          [&]() -> std::string {
            for (const fs::path& other : conflicting_heartbeats(run_, options_.shard)) {
              if (other != path && fs::exists(other)) return works_here(holder_in(other));
            }
            return {};
          });
  // Somebody who had judged the same old file to be dead may remove ours for it.
  if (anything_left) std::this_thread::sleep_for(options_.heartbeat.nap);
  if (!heartbeat_->is_ours()) refuse(run_, works_here(holder_in(path)));
}

std::vector<LockHolder> RunLockReader::holders() {
  std::vector<LockHolder> holders = heartbeat_wanted() ? std::vector<LockHolder>() : kernel_holders(run_);
  std::vector<PartFile> heartbeats = part_files(run_, "lock", heartbeat_ending);
  heartbeats.insert(heartbeats.begin(), {Shard(), heartbeat_file(run_, {})});
  for (const PartFile& file : heartbeats) {
    const auto sign = watch_.look(file.path);
    if (sign != HeartbeatWatch::Sign::alive && sign != HeartbeatWatch::Sign::unsure) continue;
    LockHolder holder = holder_of_part(file);
    holder.certain = sign == HeartbeatWatch::Sign::alive;
    holders.push_back(std::move(holder));
  }
  return holders;
}

}  // namespace lnn::sweep
