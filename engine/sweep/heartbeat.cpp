#include "sweep/heartbeat.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>
#include <utility>

#include "base/error.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

bool same_process(const LockHolder& a, const LockHolder& b) {
  return a.host == b.host && a.pid == b.pid && a.machine == b.machine && a.process_start == b.process_start;
}

void remove_quietly(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

void say_that_we_wait(const fs::path& path, const HeartbeatOptions& options) {
  std::cerr << fmt::format(
      "lnn-sweep: {} says that {} works here. It cannot be asked from this machine, so its signs of life are "
      "watched for up to {} s.\n",
      path.string(), describe(holder_from_text(read_lock_text(path))),
      std::chrono::duration_cast<std::chrono::seconds>(options.stale_after).count());
}

}  // namespace

std::string read_lock_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::unique_ptr<Heartbeat> Heartbeat::create(const fs::path& path, const LockHolder& holder,
                                             const HeartbeatOptions& options) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0 && errno == EEXIST) return nullptr;
  if (descriptor < 0) {
    throw_environment_error("{}: cannot be created ({}). Choose an --out where you may write.", path.string(),
                            std::strerror(errno));
  }
  std::unique_ptr<Heartbeat> heartbeat(new Heartbeat(path, holder, options, descriptor));
  if (!heartbeat->write()) {
    throw_environment_error("{}: cannot be written ({}). Free space and run again.", path.string(),
                            std::strerror(errno));
  }
  heartbeat->start_beating();
  return heartbeat;
}

Heartbeat::Heartbeat(fs::path path, LockHolder holder, const HeartbeatOptions& options, int descriptor)
    : path_(std::move(path)), holder_(std::move(holder)), options_(options), descriptor_(descriptor) {}

Heartbeat::~Heartbeat() {
  beating_.request_stop();
  if (beating_.joinable()) beating_.join();
  close(descriptor_);
  if (is_ours()) remove_quietly(path_);
}

bool Heartbeat::is_ours() const {
  return same_process(holder_from_text(read_lock_text(path_)), holder_);
}

void Heartbeat::require_held() const {
  if (!lost_) return;
  throw_environment_error(
      "{}: another sweep took over (this one gave no sign of life for too long: it was suspended, or the "
      "file "
      "system stood still). Run the same command again when that one has ended.",
      path_.string());
}

// Signals are for the thread that the program began with.
void Heartbeat::start_beating() {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  beating_ = std::jthread([this](const std::stop_token& end) { keep_beating(end); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Heartbeat::keep_beating(const std::stop_token& end) {
  std::unique_lock lock(mutex_);
  while (!lost_ && !ending_.wait_for(lock, end, options_.every, [&end] { return end.stop_requested(); })) {
    lost_ = !is_ours();
    // A write that fails is not fatal: the next one comes soon.
    if (!lost_) write();
  }
}

bool Heartbeat::write() {
  const std::string text = to_text(holder_) + std::to_string(++beats_) + "\n";
  const bool written = pwrite(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  return fsync(descriptor_) == 0 && written;
}

HeartbeatWatch::Sign HeartbeatWatch::look(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    seen_.erase(path);
    return Sign::gone;
  }
  const std::string text = read_lock_text(path);
  if (const auto alive = is_alive(holder_from_text(text))) return *alive ? Sign::alive : Sign::dead;
  const auto now = steady_clock::now();
  const auto [entry, is_new] = seen_.try_emplace(path, Seen{text, now});
  Seen& seen = entry->second;
  if (!is_new && seen.text != text) seen = {text, now, true};
  if (now - seen.since >= options_.stale_after) return Sign::dead;
  return seen.changed ? Sign::alive : Sign::unsure;
}

std::optional<fs::path> find_living(const std::vector<fs::path>& files, const HeartbeatOptions& options) {
  HeartbeatWatch watch(options);
  for (bool told = false;; told = true) {
    std::vector<fs::path> dead;
    const fs::path* doubtful = nullptr;
    for (const fs::path& file : files) {
      const auto sign = watch.look(file);
      if (sign == HeartbeatWatch::Sign::alive) return file;
      if (sign == HeartbeatWatch::Sign::unsure) doubtful = &file;
      if (sign == HeartbeatWatch::Sign::dead) dead.push_back(file);
    }
    if (doubtful == nullptr) {
      for (const fs::path& file : dead) remove_quietly(file);
      return std::nullopt;
    }
    if (!told) say_that_we_wait(*doubtful, options);
    std::this_thread::sleep_for(options.nap);
  }
}

}  // namespace lnn::sweep
