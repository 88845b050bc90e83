#include "store/results_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/names.h"
#include "store/results_table.h"
#include "store/sealed_file.h"

namespace lnn::store {
namespace {

/// One column of the stored row type.
struct Member {
  std::string name;
  H5T_class_t kind = H5T_NO_CLASS;
  std::size_t offset = 0;
  std::size_t size = 0;
};

std::string member_name(hid_t row_type, unsigned index) {
  const std::unique_ptr<char, herr_t (*)(void*)> name(H5Tget_member_name(row_type, index), H5free_memory);
  if (!name) throw hdf5::Error("the table's columns have no names");
  return name.get();
}

bool is_readable(const Member& member, hid_t type) {
  if (member.kind == H5T_STRING) return H5Tis_variable_str(type) == 0;
  if (member.kind == H5T_FLOAT) return H5Tequal(type, H5T_NATIVE_DOUBLE) > 0;
  return member.kind == H5T_INTEGER && H5Tequal(type, H5T_NATIVE_UINT64) > 0;
}

std::vector<Member> members_of(hid_t row_type) {
  std::vector<Member> members;
  const int count = H5Tget_class(row_type) == H5T_COMPOUND ? H5Tget_nmembers(row_type) : 0;
  for (unsigned i = 0; i < static_cast<unsigned>(std::max(count, 0)); ++i) {
    const hdf5::Handle type(H5Tget_member_type(row_type, i), H5Tclose, "read the table's columns");
    const Member member{member_name(row_type, i), H5Tget_class(type.id()), H5Tget_member_offset(row_type, i),
                        H5Tget_size(type.id())};
    if (!is_readable(member, type.id())) {
      throw hdf5::Error("column '" + member.name + "' is not stored as this program stores it");
    }
    members.push_back(member);
  }
  return members;
}

std::string text_of(const char* row, const Member& member) {
  const std::string_view padded(row + member.offset, member.size);
  return std::string(padded.substr(0, padded.find_last_not_of('\0') + 1));
}

template <class Number>
Number number_of(const char* row, const Member& member) {
  Number number = 0;
  std::memcpy(&number, row + member.offset, sizeof number);
  return number;
}

/// The columns by what they mean.
struct Columns {
  explicit Columns(const std::vector<Member>& members);

  Member id, outcome, reason, attempts, file_bytes, file_time, file_crc32;
  std::vector<Member> metrics;
  std::vector<Member> provenance;
};

Columns::Columns(const std::vector<Member>& members) {
  const auto find = [&members](const std::string& name, H5T_class_t kind) {
    const auto found = std::ranges::find(members, name, &Member::name);
    if (found == members.end() || found->kind != kind) throw hdf5::Error("the table has no " + name);
    return *found;
  };
  id = find("id", H5T_STRING);
  outcome = find("outcome", H5T_STRING);
  reason = find("reason", H5T_STRING);
  attempts = find("attempts", H5T_INTEGER);
  file_bytes = find("file_bytes", H5T_INTEGER);
  file_time = find("file_time", H5T_INTEGER);
  file_crc32 = find("file_crc32", H5T_INTEGER);
  for (const Member& member : members) {
    if (member.kind == H5T_FLOAT) metrics.push_back(member);
    if (member.name.starts_with(provenance_prefix)) provenance.push_back(member);
  }
}

std::map<std::string, Metric> metrics_of(const char* row, const Columns& columns) {
  std::map<std::string, Metric> metrics;
  for (const Member& member : columns.metrics) {
    const auto value = number_of<double>(row, member);
    if (!std::isnan(value)) metrics[member.name].value = value;
  }
  return metrics;
}

std::map<std::string, std::string> provenance_of(const char* row, const Columns& columns) {
  std::map<std::string, std::string> provenance;
  for (const Member& member : columns.provenance) {
    std::string text = text_of(row, member);
    if (!text.empty()) provenance[member.name.substr(std::strlen(provenance_prefix))] = std::move(text);
  }
  return provenance;
}

void add_row(RunContents& contents, const char* row, const Columns& columns) {
  const std::string id = text_of(row, columns.id);
  const std::string outcome = text_of(row, columns.outcome);
  if (outcome == "missing" || contents.records.contains(id)) return;
  if (outcome == "damaged") {
    contents.damaged[id] = text_of(row, columns.reason);
    return;
  }
  const std::vector<std::string> outcomes = enum_names<Outcome>();
  if (std::ranges::find(outcomes, outcome) == outcomes.end()) {
    throw hdf5::Error("the table has an unknown outcome '" + outcome + "'");
  }
  TrialRecord& record = contents.records[id];
  record.id = id;
  record.outcome = from_name<Outcome>(outcome);
  record.reason = text_of(row, columns.reason);
  record.attempts = static_cast<int>(number_of<std::uint64_t>(row, columns.attempts));
  record.metrics = metrics_of(row, columns);
  record.provenance = provenance_of(row, columns);
  contents.stamps[id] = {number_of<std::uint64_t>(row, columns.file_bytes),
                         number_of<std::uint64_t>(row, columns.file_time),
                         number_of<std::uint64_t>(row, columns.file_crc32)};
}

void check_checksum(const hdf5::Handle& dataset, const std::string& name, std::string_view bytes) {
  if (hdf5::read_integer_attribute(dataset.id(), "crc32") != checksum_of(bytes)) {
    throw hdf5::Error(name + " is damaged: its checksum does not match");
  }
}

}  // namespace

RunContents read_results_table(hid_t file) {
  const hdf5::Handle dataset = hdf5::open_dataset(file, "table");
  const std::vector<char> bytes = hdf5::read_stored_bytes(dataset, "table");
  check_checksum(dataset, "table", {bytes.data(), bytes.size()});
  const hdf5::Handle type(H5Dget_type(dataset.id()), H5Tclose, "read the table's columns");
  const Columns columns(members_of(type.id()));
  const std::size_t row_size = H5Tget_size(type.id());
  RunContents contents;
  for (std::size_t row = 0; row < bytes.size(); row += row_size) {
    add_row(contents, bytes.data() + row, columns);
  }
  return contents;
}

std::string read_results_plan(hid_t file) {
  std::string text = hdf5::read_text(file, "plan");
  check_checksum(hdf5::open_dataset(file, "plan"), "plan", text);
  return text;
}

}  // namespace lnn::store
