#include "store/sealed_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/files.h"

namespace lnn::store {
namespace {

namespace fs = std::filesystem;

// Far above any network of this program (500 million parameters); keeps a wrong file from eating the memory.
constexpr std::uint64_t largest_file = std::uint64_t{4} << 30;

struct Seal {
  int schema = 0;
  std::uint64_t bytes = 0;
  std::uint32_t checksum = 0;
  std::string note;
};

std::string magic_of(const SealedKind& kind) {
  return fmt::format("lnn-sweep {}, schema ", kind.name);
}

std::string to_text(const Seal& seal, const SealedKind& kind) {
  std::string text = fmt::format("{}{}, {} bytes from byte {}, crc32 {:08x}\n", magic_of(kind), seal.schema,
                                 seal.bytes, seal_size, seal.checksum);
  if (!seal.note.empty()) {
    text += seal.note + "\n";
    text += fmt::format("seal crc32 {:08x}\n", checksum_of(text));
  }
  invariant(text.size() < seal_size, "a seal has room for its lines");
  text.resize(seal_size - 1, ' ');
  return text + "\n";
}

// Between the first line and the next; the padding of a seal without a note begins with a space.
std::string note_in(const std::string& text) {
  const std::size_t begin = text.find('\n') + 1;
  if (begin == 0 || text[begin] == ' ') return "";
  return text.substr(begin, std::min(text.find('\n', begin) - begin, largest_note));
}

// True when `text` is exactly what to_text makes, so that no damage to the seal goes unseen.
bool parse_seal(const std::string& text, const SealedKind& kind, Seal& seal) {
  unsigned long long bytes = 0;
  unsigned int checksum = 0;
  const int found =
      std::sscanf(text.c_str() + magic_of(kind).size(), "%9d, %19llu bytes from byte 512, crc32 %8x",
                  &seal.schema, &bytes, &checksum);
  if (found != 3 || seal.schema < 1) return false;
  seal.bytes = bytes;
  seal.checksum = checksum;
  seal.note = note_in(text);
  return to_text(seal, kind) == text;
}

/// A regular file, open for reading. Never waits: a pipe under a trial's name is refused.
class OpenFile {
 public:
  OpenFile(const fs::path& path, const SealedKind& kind)
      : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    if (descriptor_ < 0) {
      if (errno == ENOENT)
        throw_environment_error("{}: cannot be read (there is no such file). Check the path.", path.string());
      throw_environment_error("{}: cannot be read ({}). Check its permissions.", path.string(),
                              std::strerror(errno));
    }
    struct stat facts {};
    const bool is_file = fstat(descriptor_, &facts) == 0 && S_ISREG(facts.st_mode);
    if (!is_file) {
      close(descriptor_);
      throw_environment_error("{}: not a {} file (it is a folder or a device). Check the path.",
                              path.string(), kind.name);
    }
    size_ = static_cast<std::uint64_t>(facts.st_size);
  }
  ~OpenFile() { close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  std::uint64_t size() const { return size_; }

  /// The next `count` bytes.
  std::string read(std::size_t count) {
    std::string bytes(count, '\0');
    for (std::size_t done = 0; done < count;) {
      const ssize_t more = ::read(descriptor_, bytes.data() + done, count - done);
      if (more < 0 && errno == EINTR) continue;
      if (more <= 0) {
        throw_environment_error("{}: cannot be read (input error: {}). Check the disk.", path_.string(),
                                more < 0 ? std::strerror(errno) : "it ends early");
      }
      done += static_cast<std::size_t>(more);
    }
    return bytes;
  }

 private:
  const fs::path& path_;
  int descriptor_;
  std::uint64_t size_ = 0;
};

// Reads the file's first bytes and checks them, and its size.
Seal read_seal(OpenFile& file, const fs::path& path, int newest_schema, const SealedKind& kind) {
  const std::string text = file.read(std::min<std::uint64_t>(file.size(), seal_size));
  if (text.empty())
    throw_environment_error("{}: truncated (the file is empty). {}", path.string(), kind.remedy);
  const std::string magic = magic_of(kind);
  const std::size_t known = std::min(text.size(), magic.size());
  if (text.compare(0, known, magic, 0, known) != 0) {
    throw_environment_error(
        "{}: not a {} of this program (it does not begin with '{}', or its first bytes are damaged). {}",
        path.string(), kind.name, magic, kind.remedy);
  }
  if (text.size() < seal_size) {
    throw_environment_error("{}: truncated (it ends within its first {} bytes). {}", path.string(), seal_size,
                            kind.remedy);
  }
  Seal seal;
  if (!parse_seal(text, kind, seal)) {
    throw_environment_error("{}: damaged (its first {} bytes were changed). {}", path.string(), seal_size,
                            kind.remedy);
  }
  if (seal.schema > newest_schema) {
    throw_environment_error(
        "{}: written by a newer lnn-sweep (schema {}, this program reads up to {}). Use the newer program.",
        path.string(), seal.schema, newest_schema);
  }
  const std::uint64_t present = file.size() - seal_size;
  if (present != seal.bytes) {
    throw_environment_error("{}: {} (it holds {} of its {} bytes). {}", path.string(),
                            present < seal.bytes ? "truncated" : "damaged", present, seal.bytes, kind.remedy);
  }
  return seal;
}

}  // namespace

std::uint32_t checksum_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

void write_sealed(const fs::path& path, int schema, std::string_view content, const SealedKind& kind,
                  std::string_view note) {
  invariant(
      note.size() <= largest_note && note.find('\n') == std::string_view::npos && !note.starts_with(' '),
      "a note is one short line");
  std::string file = to_text({schema, content.size(), checksum_of(content), std::string(note)}, kind);
  file += content;
  write_text_file(path, file);
}

SealedFile read_sealed_file(const fs::path& path, int newest_schema, const SealedKind& kind) {
  OpenFile file(path, kind);
  Seal seal = read_seal(file, path, newest_schema, kind);
  if (file.size() > largest_file) {
    throw_environment_error("{}: not a {} of this program ({} bytes are more than any has). {}",
                            path.string(), kind.name, file.size(), kind.remedy);
  }
  std::string content = file.read(seal.bytes);
  if (checksum_of(content) != seal.checksum) {
    throw_environment_error("{}: damaged (its checksum does not match its content). {}", path.string(),
                            kind.remedy);
  }
  return {std::move(seal.note), std::move(content)};
}

std::string read_sealed(const fs::path& path, int newest_schema, const SealedKind& kind) {
  return read_sealed_file(path, newest_schema, kind).content;
}

std::string read_note(const fs::path& path, int newest_schema, const SealedKind& kind) {
  OpenFile file(path, kind);
  return read_seal(file, path, newest_schema, kind).note;
}

std::uint32_t claimed_checksum(const fs::path& path, const SealedKind& kind) {
  try {
    OpenFile file(path, kind);
    return read_seal(file, path, std::numeric_limits<int>::max(), kind).checksum;
  } catch (const EnvironmentError&) {
    return 0;
  }
}

}  // namespace lnn::store
