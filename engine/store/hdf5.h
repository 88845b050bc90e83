#pragma once

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The HDF5 C API behind one owner type: nothing leaks, no return code goes unread, nothing is printed.
/// Used by store/ only. One thread at a time (Debian's HDF5 is not thread-safe).
namespace lnn::store::hdf5 {

/// HDF5 refused, or a file's content is not what we write. The message says which object; callers add the
/// file's name.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws Error "cannot WHAT (HDF5's reason)" when a return code is negative.
void check(herr_t status, const std::string& what);

/// Owns one HDF5 identifier of any kind.
class Handle {
 public:
  using Closer = herr_t (*)(hid_t);

  /// Throws Error "cannot WHAT (...)" when `id` is negative.
  Handle(hid_t id, Closer closer, const std::string& what);
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&& other) noexcept;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();

  hid_t id() const { return id_; }
  /// Closes now and throws Error when that fails; for files, whose last bytes may be written only here.
  void close(const std::string& what);

 private:
  hid_t id_;
  Closer closer_;
};

/// A new file that lives in memory only; file_image gives its bytes.
Handle create_file_in_memory();
std::string file_image(const Handle& file);
/// Opens the bytes of a file, read-only. Copies them.
Handle open_file_image(std::string_view image);

/// A new file on disk in HDF5's default format, with `bytes` of disk space already its own; replaces an old
/// one. HDF5 1.10 crashes when the disk fills up under it, so space is reserved first and a full disk is an
/// Error here. Closing the file gives back what was not used.
Handle create_file(const std::filesystem::path& path, std::uintmax_t bytes);
/// Makes sure that the file may grow to `bytes` in all. Throws Error when the disk is too full.
void reserve_space(const std::filesystem::path& path, std::uintmax_t bytes);

/// A file on disk, read-only.
Handle open_file(const std::filesystem::path& path);

/// A new group that remembers the order in which its members are created.
Handle create_group(hid_t parent, const std::string& name);
Handle open_group(hid_t parent, const std::string& name);
bool has_member(hid_t group, const std::string& name);
bool has_attribute(hid_t object, const std::string& name);
/// Names of the members in the order of their creation. Throws Error for links that lead elsewhere (soft,
/// external): a result file never opens another file.
std::vector<std::string> member_names(hid_t group);

/// Scalar attributes: text is variable-length UTF-8 (str in h5py), integers are 64-bit.
void write_attribute(hid_t object, const std::string& name, const std::string& text);
void write_attribute(hid_t object, const std::string& name, std::int64_t value);
/// Throw Error when the attribute is missing or of another type or shape.
std::string read_text_attribute(hid_t object, const std::string& name);
std::int64_t read_integer_attribute(hid_t object, const std::string& name);
/// All attributes of an object, which must all be texts.
std::map<std::string, std::string> read_text_attributes(hid_t object);

/// A fixed-length UTF-8 text of this many bytes (at least 1), padded with zeros.
Handle text_type(std::size_t bytes);
/// One text as a scalar dataset.
void write_text(hid_t parent, const std::string& name, const std::string& text);
std::string read_text(hid_t parent, const std::string& name);

/// Real numbers, row-major; a scalar has an empty shape.
struct Array {
  std::vector<std::int64_t> shape;
  std::vector<double> values;
  bool single_precision = false;  ///< stored as float32
};

/// Writes a contiguous dataset and returns it, for its attributes.
/// Precondition: `values` holds product(shape) numbers.
Handle write_array(hid_t parent, const std::string& name, const std::vector<std::int64_t>& shape,
                   std::span<const double> values, bool single_precision);
Handle open_dataset(hid_t parent, const std::string& name);
/// The bytes of a dataset of one dimension, as they are stored. Throws Error unless they are stored inside
/// the file, before memory is allocated.
std::vector<char> read_stored_bytes(const Handle& dataset, const std::string& name);
/// Throws Error for anything but float32 or float64 stored inside the file, before memory is allocated.
Array read_array(const Handle& dataset, const std::string& name);

}  // namespace lnn::store::hdf5
