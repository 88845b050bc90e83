#include "store/results_seal.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"

namespace lnn::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t line_size = 80;
constexpr std::string_view beginning = "\nlnn-sweep results, ";

std::string line_of(std::uint64_t bytes, std::uint32_t checksum) {
  std::string line = fmt::format("{}{} bytes, crc32 {:08x}", beginning, bytes, checksum);
  line.resize(line_size - 1, ' ');
  return line + "\n";
}

// Of the first `bytes` bytes.
std::uint32_t checksum_of_file(const fs::path& path, std::uint64_t bytes) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> chunk(std::size_t{1} << 20);
  std::uint32_t checksum = 0;
  for (std::uint64_t left = bytes; left > 0;) {
    const auto count = static_cast<std::streamsize>(std::min<std::uint64_t>(left, chunk.size()));
    if (!file.read(chunk.data(), count)) {
      throw_environment_error("{}: cannot be read (input error, or no permission). Check the disk.",
                              path.string());
    }
    checksum = static_cast<std::uint32_t>(
        crc32_z(checksum, reinterpret_cast<const Bytef*>(chunk.data()), static_cast<z_size_t>(count)));
    left -= static_cast<std::uint64_t>(count);
  }
  return checksum;
}

std::string last_line_of(const fs::path& path, std::uint64_t size) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(size - line_size));
  std::string line(line_size, '\0');
  return file.read(line.data(), static_cast<std::streamsize>(line.size())) ? line : "";
}

}  // namespace

void seal_results(const fs::path& path) {
  const std::uint64_t bytes = fs::file_size(path);
  const std::string line = line_of(bytes, checksum_of_file(path, bytes));
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file.write(line.data(), static_cast<std::streamsize>(line.size()));
  file.close();
  if (!file) throw_environment_error("{}: cannot be completed. Free space and run again.", path.string());
}

bool check_results_seal(const fs::path& path) {
  std::error_code unreadable;
  const std::uint64_t size = fs::file_size(path, unreadable);
  if (unreadable || size <= line_size) return false;
  const std::string line = last_line_of(path, size);
  if (!line.starts_with(beginning)) return false;
  const std::uint64_t bytes = size - line_size;
  if (line != line_of(bytes, checksum_of_file(path, bytes))) {
    throw_environment_error(
        "{}: damaged (its checksum does not match its content). 'lnn-sweep collect RUN' makes it anew from "
        "the "
        "run's trials.",
        path.string());
  }
  return true;
}

}  // namespace lnn::store
