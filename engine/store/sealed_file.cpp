#include "store/sealed_file.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>

#include "base/error.h"
#include "base/files.h"

namespace lnn::store {
namespace {

namespace fs = std::filesystem;

// Far above any network of this program (500 million parameters); keeps a wrong file from eating the memory.
constexpr std::uintmax_t largest_file = std::uintmax_t{4} << 30;

struct Seal {
  int schema = 0;
  std::uint64_t bytes = 0;
  std::uint32_t checksum = 0;
};

std::string magic_of(const SealedKind& kind) {
  return fmt::format("lnn-sweep {}, schema ", kind.name);
}

std::string to_text(const Seal& seal, const SealedKind& kind) {
  std::string text = fmt::format("{}{}, {} bytes from byte {}, crc32 {:08x}\n", magic_of(kind), seal.schema,
                                 seal.bytes, seal_size, seal.checksum);
  text.resize(seal_size - 1, ' ');
  return text + "\n";
}

// True when `text` is exactly what to_text makes, so that no damage to the seal goes unseen.
bool parse_seal(const std::string& text, const SealedKind& kind, Seal& seal) {
  unsigned long long bytes = 0;
  unsigned int checksum = 0;
  const int found =
      std::sscanf(text.c_str() + magic_of(kind).size(), "%9d, %19llu bytes from byte 512, crc32 %8x",
                  &seal.schema, &bytes, &checksum);
  seal.bytes = bytes;
  seal.checksum = checksum;
  return found == 3 && to_text(seal, kind) == text;
}

std::uintmax_t checked_size(const fs::path& path, const SealedKind& kind) {
  std::error_code problem;
  const fs::file_status status = fs::status(path, problem);
  if (!fs::exists(status)) {
    throw_environment_error("{}: cannot be read (there is no such file). Check the path.", path.string());
  }
  if (!fs::is_regular_file(status)) {
    throw_environment_error("{}: not a {} file (it is a folder or a device). Check the path.", path.string(),
                            kind.name);
  }
  const std::uintmax_t size = fs::file_size(path, problem);
  if (problem) {
    throw_environment_error("{}: cannot be read ({}). Check its permissions.", path.string(),
                            problem.message());
  }
  return size;
}

std::string read_bytes(std::ifstream& file, const fs::path& path, std::uintmax_t count) {
  std::string bytes(count, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(count));
  if (!file) {
    throw_environment_error("{}: cannot be read (input error, or no permission). Check the disk.",
                            path.string());
  }
  return bytes;
}

Seal read_seal(std::ifstream& file, const fs::path& path, std::uintmax_t size, int newest_schema,
               const SealedKind& kind) {
  const std::string text = read_bytes(file, path, std::min<std::uintmax_t>(size, seal_size));
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
  return seal;
}

}  // namespace

std::uint32_t checksum_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

void write_sealed(const fs::path& path, int schema, std::string_view content, const SealedKind& kind) {
  std::string file = to_text({schema, content.size(), checksum_of(content)}, kind);
  file += content;
  write_text_file(path, file);
}

std::string read_sealed(const fs::path& path, int newest_schema, const SealedKind& kind) {
  const std::uintmax_t size = checked_size(path, kind);
  std::ifstream file(path, std::ios::binary);
  const Seal seal = read_seal(file, path, size, newest_schema, kind);
  const std::uintmax_t present = size - seal_size;
  if (present != seal.bytes) {
    throw_environment_error("{}: {} (it holds {} of its {} bytes). {}", path.string(),
                            present < seal.bytes ? "truncated" : "damaged", present, seal.bytes, kind.remedy);
  }
  if (size > largest_file) {
    throw_environment_error("{}: not a {} of this program ({} bytes are more than any has). {}",
                            path.string(), kind.name, size, kind.remedy);
  }
  std::string content = read_bytes(file, path, seal.bytes);
  if (checksum_of(content) != seal.checksum) {
    throw_environment_error("{}: damaged (its checksum does not match its content). {}", path.string(),
                            kind.remedy);
  }
  return content;
}

std::uint32_t claimed_checksum(const fs::path& path, const SealedKind& kind) {
  std::ifstream file(path, std::ios::binary);
  std::string text(seal_size, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  Seal seal;
  return file && text.starts_with(magic_of(kind)) && parse_seal(text, kind, seal) ? seal.checksum : 0;
}

}  // namespace lnn::store
