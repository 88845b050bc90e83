#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

/// Files that know whether they are whole.
///
/// A sealed file is a 512-byte block of text with the size and the CRC-32 of what follows, then the content:
///
///   lnn-sweep trial, schema 1, 5312 bytes from byte 512, crc32 89abcdef
///   {"id":"0123456789ab","outcome":"completed", ...}
///   seal crc32 01234567
///
/// The second line is a note about the content, which can be read without it; the third one is the CRC-32 of
/// the two above. Files of older programs have neither.
///
/// HDF5 calls such a block a user block and skips it, so h5py, h5dump and pandas open the file as it is. The
/// seal is checked before HDF5 sees a byte: HDF5 1.10 neither checksums raw data nor survives every damaged
/// file. A checksum finds accidents, not forgery.
namespace lnn::store {

inline constexpr std::size_t seal_size = 512;     ///< bytes; the smallest user block that HDF5 knows
inline constexpr std::size_t largest_note = 384;  ///< bytes; what the seal has room for

/// CRC-32 of these bytes, as zlib and PNG have it.
std::uint32_t checksum_of(std::string_view bytes);

/// What a file holds; its first line says so, and no other kind is taken for it.
struct SealedKind {
  std::string_view name;
  std::string_view remedy;  ///< for people who find such a file damaged
};
inline constexpr SealedKind sealed_trial{
    "trial", "Move the file away and run the sweep again: only this trial is trained anew."};

/// Writes seal and content atomically (base/files.h). `schema` is the version of the content's layout; `note`
/// is one line of at most largest_note bytes, or empty for none.
/// Throws EnvironmentError (disk full, permission), leaving any old file as it was.
void write_sealed(const std::filesystem::path& path, int schema, std::string_view content,
                  const SealedKind& kind = sealed_trial, std::string_view note = "");

struct SealedFile {
  std::string note;  ///< empty when it has none
  std::string content;
};

/// A whole file. Throws EnvironmentError naming the file and what is wrong: unreadable, empty, of another
/// kind, truncated, damaged, or of a schema newer than `newest_schema`.
SealedFile read_sealed_file(const std::filesystem::path& path, int newest_schema,
                            const SealedKind& kind = sealed_trial);

/// Its content alone.
std::string read_sealed(const std::filesystem::path& path, int newest_schema,
                        const SealedKind& kind = sealed_trial);

/// Its note alone: reads and checks the seal and that the file is as long as the seal says, not the content.
/// Throws as read_sealed_file does.
std::string read_note(const std::filesystem::path& path, int newest_schema,
                      const SealedKind& kind = sealed_trial);

/// The checksum that a file's seal claims for its content, which is not read; 0 when there is no such seal.
std::uint32_t claimed_checksum(const std::filesystem::path& path, const SealedKind& kind = sealed_trial);

}  // namespace lnn::store
