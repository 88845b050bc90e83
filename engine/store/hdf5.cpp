#include "store/hdf5.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <utility>

namespace lnn::store::hdf5 {
namespace {

// HDF5 prints its error stack by default; our errors carry its reason instead.
void silence_error_stack() {
  static const bool silenced = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  if (!silenced) throw Error("cannot silence HDF5's error stack");
}

// The innermost entry of the error stack says what really went wrong.
std::string reason() {
  std::string text;
  const auto keep_first = [](unsigned, const H5E_error2_t* entry, void* out) -> herr_t {
    if (entry->desc != nullptr) *static_cast<std::string*>(out) = entry->desc;
    return 1;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &text);
  H5Eclear2(H5E_DEFAULT);
  return text.empty() ? "HDF5 gives no reason" : text;
}

Handle property_list(hid_t kind) {
  silence_error_stack();
  return {H5Pcreate(kind), H5Pclose, "create a property list"};
}

// Without a backing store: nothing reaches the disk.
Handle in_memory_access() {
  constexpr std::size_t increment = std::size_t{1} << 16;
  Handle access = property_list(H5P_FILE_ACCESS);
  check(H5Pset_fapl_core(access.id(), increment, false), "choose the in-memory driver");
  return access;
}

// HDF5 takes two in-memory files of one name for the same file.
std::string unique_name() {
  static std::atomic<unsigned> counter{0};
  return fmt::format("memory-{}", counter++);
}

Handle variable_text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "create a text type");
  check(H5Tset_size(type.id(), H5T_VARIABLE), "size a text type");
  check(H5Tset_cset(type.id(), H5T_CSET_UTF8), "set a text type to UTF-8");
  return type;
}

Handle scalar_space() {
  return {H5Screate(H5S_SCALAR), H5Sclose, "create a scalar space"};
}

Handle create_attribute(hid_t object, const std::string& name, hid_t type) {
  const Handle space = scalar_space();
  return {H5Acreate2(object, name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
          "create attribute " + name};
}

// Opens an attribute that must hold one value of the given class.
Handle open_attribute(hid_t object, const std::string& name, H5T_class_t expected) {
  silence_error_stack();
  Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, "find attribute " + name);
  const Handle space(H5Aget_space(attribute.id()), H5Sclose, "read the shape of attribute " + name);
  const Handle type(H5Aget_type(attribute.id()), H5Tclose, "read the type of attribute " + name);
  if (H5Sget_simple_extent_type(space.id()) != H5S_SCALAR || H5Tget_class(type.id()) != expected) {
    throw Error(fmt::format("attribute {} is of another type or shape than this program writes", name));
  }
  return attribute;
}

// A dataset must keep its numbers in this file, uncompressed: then its size is bounded by the file's size.
void require_plain_storage(const Handle& dataset, const std::string& name, hsize_t bytes) {
  const Handle creation(H5Dget_create_plist(dataset.id()), H5Pclose, "read the properties of " + name);
  if (H5Pget_layout(creation.id()) != H5D_CONTIGUOUS || H5Pget_external_count(creation.id()) != 0) {
    throw Error(fmt::format("{} is not stored as this program stores it", name));
  }
  const Handle file(H5Iget_file_id(dataset.id()), H5Fclose, "find the file of " + name);
  hsize_t file_size = 0;
  check(H5Fget_filesize(file.id(), &file_size), "read the file's size");
  if (bytes > file_size || H5Dget_storage_size(dataset.id()) != bytes) {
    throw Error(fmt::format("{} claims {} bytes, which the file does not have", name, bytes));
  }
}

std::vector<std::int64_t> dimensions(const Handle& space, const std::string& name) {
  const H5S_class_t kind = H5Sget_simple_extent_type(space.id());
  if (kind != H5S_SCALAR && kind != H5S_SIMPLE) throw Error(fmt::format("{} has no values", name));
  const int rank = H5Sget_simple_extent_ndims(space.id());
  check(rank, "read the rank of " + name);
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space.id(), sizes.data(), nullptr), "read the shape of " + name);
  return {sizes.begin(), sizes.end()};
}

}  // namespace

void check(herr_t status, const std::string& what) {
  if (status < 0) throw Error(fmt::format("cannot {}: {}", what, reason()));
}

Handle::Handle(hid_t id, Closer closer, const std::string& what) : id_(id), closer_(closer) {
  if (id < 0) throw Error(fmt::format("cannot {}: {}", what, reason()));
}

Handle::Handle(Handle&& other) noexcept
    : id_(std::exchange(other.id_, H5I_INVALID_HID)), closer_(other.closer_) {}

Handle& Handle::operator=(Handle&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(closer_, other.closer_);
  return *this;
}

Handle::~Handle() {
  if (id_ >= 0) closer_(id_);
}

void Handle::close(const std::string& what) {
  check(closer_(std::exchange(id_, H5I_INVALID_HID)), what);
}

Handle create_file_in_memory() {
  const Handle access = in_memory_access();
  return {H5Fcreate(unique_name().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id()), H5Fclose,
          "create a file in memory"};
}

std::string file_image(const Handle& file) {
  check(H5Fflush(file.id(), H5F_SCOPE_GLOBAL), "complete the file in memory");
  const ssize_t size = H5Fget_file_image(file.id(), nullptr, 0);
  if (size < 0) throw Error(fmt::format("cannot read the file in memory: {}", reason()));
  std::string image(static_cast<std::size_t>(size), '\0');
  if (H5Fget_file_image(file.id(), image.data(), image.size()) != size) {
    throw Error(fmt::format("cannot read the file in memory: {}", reason()));
  }
  return image;
}

Handle open_file_image(std::string_view image) {
  const Handle access = in_memory_access();
  // HDF5 copies the buffer; its interface only lacks the const.
  check(H5Pset_file_image(access.id(), const_cast<char*>(image.data()), image.size()), "load the file");
  return {H5Fopen(unique_name().c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose, "open it as HDF5"};
}

void reserve_space(const std::filesystem::path& path, std::uintmax_t bytes) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) throw Error(fmt::format("cannot reopen the file: {}", std::strerror(errno)));
  const int problem = posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
  close(descriptor);
  if (problem != 0) throw Error(fmt::format("cannot reserve {} bytes: {}", bytes, std::strerror(problem)));
}

// HDF5 opens an empty file that is already as long as it will be; only then does closing cut it to size.
Handle create_file(const std::filesystem::path& path, std::uintmax_t bytes) {
  std::ofstream file(path, std::ios::binary);
  file << file_image(create_file_in_memory());
  file.close();
  if (!file) throw Error(fmt::format("cannot create the file: {}", std::strerror(errno)));
  reserve_space(path, bytes);
  const Handle access = property_list(H5P_FILE_ACCESS);
  check(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), "set how the file closes");
  // The file's name is temporary and ours alone, and some parallel file systems know no locks.
  check(H5Pset_file_locking(access.id(), false, true), "go without file locks");
  return {H5Fopen(path.c_str(), H5F_ACC_RDWR, access.id()), H5Fclose, "open the new file"};
}

Handle open_file(const std::filesystem::path& path) {
  const Handle access = property_list(H5P_FILE_ACCESS);
  // It is complete and never changed: a new one takes its place. Some parallel file systems know no locks.
  check(H5Pset_file_locking(access.id(), false, true), "go without file locks");
  return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose, "open it as HDF5"};
}

Handle create_group(hid_t parent, const std::string& name) {
  const Handle properties = property_list(H5P_GROUP_CREATE);
  check(H5Pset_link_creation_order(properties.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
        "keep the order of group " + name);
  return {H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Gclose,
          "create group " + name};
}

Handle open_group(hid_t parent, const std::string& name) {
  return {H5Gopen2(parent, name.c_str(), H5P_DEFAULT), H5Gclose, "find group " + name};
}

bool has_attribute(hid_t object, const std::string& name) {
  return H5Aexists(object, name.c_str()) > 0;
}

bool has_member(hid_t group, const std::string& name) {
  const htri_t found = H5Lexists(group, name.c_str(), H5P_DEFAULT);
  check(static_cast<herr_t>(found), "look for " + name);
  return found > 0;
}

std::vector<std::string> member_names(hid_t group) {
  std::vector<std::string> names;
  const auto keep = [](hid_t, const char* name, const H5L_info_t* info, void* out) -> herr_t {
    if (info->type != H5L_TYPE_HARD) return -1;
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  check(H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, keep, &names), "list a group's members");
  return names;
}

void write_attribute(hid_t object, const std::string& name, const std::string& text) {
  const Handle type = variable_text_type();
  const Handle attribute = create_attribute(object, name, type.id());
  const char* data = text.c_str();
  check(H5Awrite(attribute.id(), type.id(), static_cast<const void*>(&data)), "write attribute " + name);
}

void write_attribute(hid_t object, const std::string& name, std::int64_t value) {
  const Handle attribute = create_attribute(object, name, H5T_STD_I64LE);
  check(H5Awrite(attribute.id(), H5T_NATIVE_INT64, &value), "write attribute " + name);
}

std::string read_text_attribute(hid_t object, const std::string& name) {
  const Handle attribute = open_attribute(object, name, H5T_STRING);
  const Handle type(H5Aget_type(attribute.id()), H5Tclose, "read the type of attribute " + name);
  if (H5Tis_variable_str(type.id()) <= 0) {
    throw Error(fmt::format("attribute {} is not a variable-length text", name));
  }
  char* data = nullptr;
  check(H5Aread(attribute.id(), type.id(), static_cast<void*>(&data)), "read attribute " + name);
  const std::unique_ptr<char, herr_t (*)(void*)> owner(data, H5free_memory);
  return data != nullptr ? std::string(data) : std::string();
}

std::int64_t read_integer_attribute(hid_t object, const std::string& name) {
  const Handle attribute = open_attribute(object, name, H5T_INTEGER);
  std::int64_t value = 0;
  check(H5Aread(attribute.id(), H5T_NATIVE_INT64, &value), "read attribute " + name);
  return value;
}

std::map<std::string, std::string> read_text_attributes(hid_t object) {
  std::vector<std::string> names;
  const auto keep = [](hid_t, const char* name, const H5A_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, keep, &names), "list attributes");
  std::map<std::string, std::string> texts;
  for (const std::string& name : names) texts[name] = read_text_attribute(object, name);
  return texts;
}

Handle text_type(std::size_t bytes) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "create a text type");
  check(H5Tset_size(type.id(), std::max<std::size_t>(bytes, 1)), "size a text type");
  check(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), "pad a text type");
  check(H5Tset_cset(type.id(), H5T_CSET_UTF8), "set a text type to UTF-8");
  return type;
}

void write_text(hid_t parent, const std::string& name, const std::string& text) {
  const Handle type = text_type(text.size());
  const Handle space = scalar_space();
  const Handle dataset(
      H5Dcreate2(parent, name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
      H5Dclose, "create " + name);
  check(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.c_str()), "write " + name);
}

std::string read_text(hid_t parent, const std::string& name) {
  const Handle dataset = open_dataset(parent, name);
  const Handle type(H5Dget_type(dataset.id()), H5Tclose, "read the type of " + name);
  const Handle space(H5Dget_space(dataset.id()), H5Sclose, "read the shape of " + name);
  if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) != 0 ||
      !dimensions(space, name).empty()) {
    throw Error(fmt::format("{} is not a fixed-length text", name));
  }
  const std::size_t bytes = H5Tget_size(type.id());
  require_plain_storage(dataset, name, bytes);
  std::string text(bytes, '\0');
  check(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()), "read " + name);
  text.resize(text.find_last_not_of('\0') + 1);
  return text;
}

Handle write_array(hid_t parent, const std::string& name, const std::vector<std::int64_t>& shape,
                   std::span<const double> values, bool single_precision) {
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  const Handle space = shape.empty()
                           ? scalar_space()
                           : Handle(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
                                    H5Sclose, "shape " + name);
  const hid_t type = single_precision ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
  Handle dataset(H5Dcreate2(parent, name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                 H5Dclose, "create " + name);
  check(H5Dwrite(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
        "write " + name);
  return dataset;
}

Handle open_dataset(hid_t parent, const std::string& name) {
  return {H5Dopen2(parent, name.c_str(), H5P_DEFAULT), H5Dclose, "find " + name};
}

std::vector<char> read_stored_bytes(const Handle& dataset, const std::string& name) {
  const Handle type(H5Dget_type(dataset.id()), H5Tclose, "read the type of " + name);
  const Handle space(H5Dget_space(dataset.id()), H5Sclose, "read the shape of " + name);
  const std::vector<std::int64_t> shape = dimensions(space, name);
  if (shape.size() != 1) throw Error(name + " is not a list");
  const std::size_t size = H5Tget_size(type.id());
  const auto count = static_cast<std::size_t>(shape.front());
  if (count == 0 || size == 0) return {};
  if (count > std::numeric_limits<std::size_t>::max() / size) throw Error(name + " is too large");
  require_plain_storage(dataset, name, count * size);
  std::vector<char> bytes(count * size);
  check(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "read " + name);
  return bytes;
}

Array read_array(const Handle& dataset, const std::string& name) {
  const Handle type(H5Dget_type(dataset.id()), H5Tclose, "read the type of " + name);
  const Handle space(H5Dget_space(dataset.id()), H5Sclose, "read the shape of " + name);
  const std::size_t element = H5Tget_size(type.id());
  if (H5Tget_class(type.id()) != H5T_FLOAT || (element != sizeof(float) && element != sizeof(double))) {
    throw Error(fmt::format("{} holds neither float32 nor float64", name));
  }
  Array array;
  array.shape = dimensions(space, name);
  array.single_precision = element == sizeof(float);
  const hssize_t count = H5Sget_simple_extent_npoints(space.id());
  if (count < 0) throw Error(fmt::format("cannot read the size of {}: {}", name, reason()));
  if (count == 0) return array;
  // Divided before multiplied: a forged shape must not overflow the test.
  if (static_cast<hsize_t>(count) > std::numeric_limits<hsize_t>::max() / sizeof(double))
    throw Error(name + " is too large");
  require_plain_storage(dataset, name, static_cast<hsize_t>(count) * element);
  array.values.resize(static_cast<std::size_t>(count));
  check(H5Dread(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()),
        "read " + name);
  return array;
}

}  // namespace lnn::store::hdf5
