#include "audit/file_damage.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/error.h"

namespace lnn::audit {
namespace {

namespace fs = std::filesystem;

// Larger than any that Linux gives to a process.
constexpr long pid_of_nobody = 1L << 30;

std::uintmax_t random_place(const fs::path& path, std::mt19937_64& random) {
  const std::uintmax_t size = fs::file_size(path);
  invariant(size > 0, "only a file with content can be damaged");
  return std::uniform_int_distribution<std::uintmax_t>(0, size - 1)(random);
}

void require_written(std::ostream& file, const fs::path& path) {
  file.flush();
  if (!file) throw_environment_error("{}: cannot be written. Check the disk and permissions.", path.string());
}

}  // namespace

void flip_bit(const fs::path& path, std::mt19937_64& random) {
  const auto place = static_cast<std::streamoff>(random_place(path, random));
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(place);
  const int byte = file.get();
  file.seekp(place);
  file.put(static_cast<char>(byte ^ (1 << std::uniform_int_distribution(0, 7)(random))));
  require_written(file, path);
}

void truncate_file(const fs::path& path, std::mt19937_64& random) {
  std::error_code failure;
  fs::resize_file(path, random_place(path, random), failure);
  if (failure) throw_environment_error("{}: cannot be cut ({}).", path.string(), failure.message());
}

void tear_event_line(const fs::path& events) {
  std::ofstream file(events, std::ios::app | std::ios::binary);
  file << R"({"event":"trial_end","id":")";
  require_written(file, events);
}

void leave_stale_lock(const fs::path& lock) {
  std::ofstream file(lock, std::ios::binary);
  file << nlohmann::json{{"host", host_name()}, {"pid", pid_of_nobody}, {"start", iso_time(0)}}.dump()
       << "\n";
  require_written(file, lock);
}

}  // namespace lnn::audit
