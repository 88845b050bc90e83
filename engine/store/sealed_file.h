#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// Files that know whether they are whole.
///
/// A sealed file is a 512-byte block of text with the size and the CRC-32 of what follows, then the content:
///
///   lnn-sweep trial, schema 1, 5312 bytes from byte 512, crc32 89abcdef
///
/// HDF5 calls such a block a user block and skips it, so h5py, h5dump and pandas open the file as it is. The
/// seal is checked before HDF5 sees a byte: HDF5 1.10 neither checksums raw data nor survives every damaged
/// file. A checksum finds accidents, not forgery.
namespace lnn::store {

inline constexpr std::size_t seal_size = 512;  ///< bytes; the smallest user block that HDF5 knows

/// Writes seal and content atomically (base/files.h). `schema` is the version of the content's layout.
/// Throws EnvironmentError (disk full, permission), leaving any old file as it was.
void write_sealed(const std::filesystem::path& path, int schema, std::string_view content);

/// The content of a whole file. Throws EnvironmentError naming the file and what is wrong: unreadable, empty,
/// foreign, truncated, damaged, or of a schema newer than `newest_schema`.
std::string read_sealed(const std::filesystem::path& path, int newest_schema);

}  // namespace lnn::store
