#include "damage.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <fstream>

#include "arena.h"

namespace lnn::faults {
namespace {

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// In place, as a failing disk does it: neither a new file nor a new time.
void overwrite(const fs::path& path, const std::string& content) {
  const auto time = fs::last_write_time(path);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  fs::last_write_time(path, time);
}

int place_in(const std::string& content) {
  return content.empty() ? 0 : roll(0, static_cast<int>(content.size()) - 1);
}

std::string cut_short(const fs::path& path, const fs::path&) {
  const std::string content = content_of(path);
  const int length = place_in(content);
  overwrite(path, content.substr(0, static_cast<std::size_t>(length)));
  return fmt::format("cut after {} bytes", length);
}

std::string flip_bit(const fs::path& path, const fs::path&) {
  std::string content = content_of(path);
  if (content.empty()) return cut_short(path, path);
  const int place = place_in(content);
  const int bit = roll(0, 7);
  content[static_cast<std::size_t>(place)] ^= static_cast<char>(1 << bit);
  overwrite(path, content);
  return fmt::format("bit {} of byte {} flipped", bit, place);
}

std::string zero_block(const fs::path& path, const fs::path&) {
  std::string content = content_of(path);
  const auto place = static_cast<std::size_t>(place_in(content));
  const std::size_t length =
      std::min<std::size_t>(static_cast<std::size_t>(roll(1, 4096)), content.size() - place);
  content.replace(place, length, length, '\0');
  overwrite(path, content);
  return fmt::format("{} bytes from {} zeroed", length, place);
}

std::string lose_piece(const fs::path& path, const fs::path&) {
  std::string content = content_of(path);
  const auto place = static_cast<std::size_t>(place_in(content));
  const auto length = static_cast<std::size_t>(roll(1, 600));
  overwrite(path, content.erase(place, length));
  return fmt::format("{} bytes lost at {}", length, place);
}

std::string append_noise(const fs::path& path, const fs::path&) {
  std::string content = content_of(path);
  for (int i = roll(1, 600); i > 0; --i) content += static_cast<char>(roll(0, 255));
  overwrite(path, content);
  return "noise at the end";
}

std::string become_noise(const fs::path& path, const fs::path&) {
  std::string noise;
  for (int i = roll(1, 5000); i > 0; --i) noise += static_cast<char>(roll(0, 255));
  overwrite(path, noise);
  return "noise";
}

std::string empty(const fs::path& path, const fs::path&) {
  overwrite(path, "");
  return "emptied";
}

std::string become_other(const fs::path& path, const fs::path& other) {
  overwrite(path, content_of(other));
  return "replaced by " + other.filename().string();
}

std::string become_link(const fs::path& path, const fs::path& other) {
  fs::remove(path);
  fs::create_symlink(other, path);
  return "a link to " + other.filename().string();
}

std::string become_dangling_link(const fs::path& path, const fs::path&) {
  fs::remove(path);
  fs::create_symlink(roll(0, 1) == 0 ? path : fs::path("/nowhere"), path);
  return "a link to nothing";
}

std::string become_folder(const fs::path& path, const fs::path&) {
  fs::remove(path);
  fs::create_directories(path / "with" / "something");
  return "a folder";
}

std::string become_pipe(const fs::path& path, const fs::path&) {
  fs::remove(path);
  mkfifo(path.c_str(), 0666);
  return "a named pipe";
}

std::string vanish(const fs::path& path, const fs::path&) {
  fs::remove(path);
  return "removed";
}

constexpr std::array ways{cut_short,     flip_bit, zero_block,   lose_piece,  append_noise,
                          become_noise,  empty,    become_other, become_link, become_dangling_link,
                          become_folder, vanish,   become_pipe};

}  // namespace

std::string damage(const fs::path& file, const fs::path& other) {
  // Half of the time what disks do most: cut and flip. Texts are never pipes: reading one waits for its
  // writer, which is what people want of `lnn-sweep run <(make_experiment)`.
  const int last = static_cast<int>(ways.size()) - (file.extension() == ".h5" ? 1 : 2);
  const int way = roll(0, 1) == 0 ? roll(0, 1) : roll(2, last);
  return file.filename().string() + ": " + ways[static_cast<std::size_t>(way)](file, other);
}

void copy_with_times(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive);
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    fs::last_write_time(to / fs::relative(entry.path(), from), entry.last_write_time());
  }
}

}  // namespace lnn::faults
