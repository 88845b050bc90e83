#include "store/results_table.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>
#include <string_view>
#include <variant>

#include "store/sealed_file.h"

namespace lnn::store {
namespace {

using experiment::Json;
using experiment::Member;
using experiment::Plan;
using experiment::PlannedTrial;

/// One planned (trial, arm) and what its file says; `record` is null without a readable file.
struct Row {
  const PlannedTrial* trial;
  const Member* member;
  const TrialRecord* record;
  std::string outcome;
  std::string reason;
};

/// One column over all rows, in memory.
struct TableColumn {
  std::string name;
  std::variant<std::vector<std::string>, std::vector<double>, std::vector<std::uint64_t>> values;
};

Row make_row(const PlannedTrial& trial, const Member& member, const RunContents& contents) {
  if (const auto found = contents.records.find(trial.id); found != contents.records.end()) {
    return {&trial, &member, &found->second, to_name(found->second.outcome), found->second.reason};
  }
  if (const auto found = contents.damaged.find(trial.id); found != contents.damaged.end()) {
    return {&trial, &member, nullptr, "damaged", found->second};
  }
  return {&trial, &member, nullptr, "missing", "no result file yet"};
}

std::vector<Row> make_rows(const Plan& plan, const RunContents& contents) {
  std::vector<Row> rows;
  for (const PlannedTrial& trial : plan.trials) {
    for (const Member& member : trial.members) rows.push_back(make_row(trial, member, contents));
  }
  return rows;
}

template <class Value, class Get>
TableColumn column(const std::string& name, const std::vector<Row>& rows, Get get) {
  std::vector<Value> values;
  values.reserve(rows.size());
  for (const Row& row : rows) values.push_back(get(row));
  return {name, std::move(values)};
}

double metric_or_nan(const Row& row, const std::string& name) {
  if (row.record != nullptr) {
    const auto found = row.record->metrics.find(name);
    if (found != row.record->metrics.end()) return found->second.value;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::string swept_text(const Row& row, const std::string& key) {
  if (!row.member->arm->swept.contains(key)) return "";
  const Json& value = row.member->arm->swept.at(key);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::map<std::string, Metric> all_metrics(const RunContents& contents) {
  std::map<std::string, Metric> metrics;
  for (const auto& [id, record] : contents.records)
    metrics.insert(record.metrics.begin(), record.metrics.end());
  return metrics;
}

std::string provenance_text(const Row& row, const std::string& name) {
  if (row.record == nullptr) return "";
  const auto found = row.record->provenance.find(name);
  return found != row.record->provenance.end() ? found->second : "";
}

std::set<std::string> all_provenance_names(const RunContents& contents) {
  std::set<std::string> names;
  for (const auto& [id, record] : contents.records) {
    for (const auto& [name, text] : record.provenance) names.insert(name);
  }
  return names;
}

FileStamp stamp_of_row(const Row& row, const RunContents& contents) {
  const auto found = contents.stamps.find(row.trial->id);
  return found != contents.stamps.end() ? found->second : FileStamp{};
}

std::set<std::string> all_swept_keys(const std::vector<Row>& rows) {
  std::set<std::string> keys;
  for (const Row& row : rows) {
    for (const auto& [key, value] : row.member->arm->swept.items()) keys.insert(key);
  }
  return keys;
}

std::vector<TableColumn> make_columns(const std::vector<Row>& rows, const RunContents& contents,
                                      const std::map<std::string, Metric>& metrics) {
  using Text = std::string;
  using Count = std::uint64_t;
  std::vector<TableColumn> columns;
  columns.push_back(column<Text>("id", rows, [](const Row& row) { return row.trial->id; }));
  columns.push_back(
      column<Text>("experiment", rows, [](const Row& row) { return row.member->arm->experiment; }));
  columns.push_back(column<Text>("label", rows, [](const Row& row) { return row.member->arm->label; }));
  columns.push_back(column<Count>("seed", rows, [](const Row& row) { return row.member->seed; }));
  columns.push_back(column<Text>("outcome", rows, [](const Row& row) { return row.outcome; }));
  columns.push_back(column<Text>("reason", rows, [](const Row& row) { return row.reason; }));
  columns.push_back(column<Count>("attempts", rows, [](const Row& row) {
    return static_cast<Count>(row.record != nullptr ? row.record->attempts : 0);
  }));
  for (const auto& metric : metrics) {
    const std::string& name = metric.first;
    columns.push_back(
        column<double>(name, rows, [&name](const Row& row) { return metric_or_nan(row, name); }));
  }
  for (const std::string& key : all_swept_keys(rows)) {
    columns.push_back(column<Text>(key, rows, [&key](const Row& row) { return swept_text(row, key); }));
  }
  for (const std::string& name : all_provenance_names(contents)) {
    columns.push_back(column<Text>(provenance_prefix + name, rows,
                                   [&name](const Row& row) { return provenance_text(row, name); }));
  }
  columns.push_back(column<Count>("file_bytes", rows,
                                  [&contents](const Row& row) { return stamp_of_row(row, contents).bytes; }));
  columns.push_back(column<Count>("file_time", rows,
                                  [&contents](const Row& row) { return stamp_of_row(row, contents).time; }));
  columns.push_back(column<Count>(
      "file_crc32", rows, [&contents](const Row& row) { return stamp_of_row(row, contents).checksum; }));
  return columns;
}

/// Bytes of one value: 8 for numbers, the longest text (at least 1) for texts.
std::size_t width(const TableColumn& column) {
  const auto* texts = std::get_if<std::vector<std::string>>(&column.values);
  if (texts == nullptr) return 8;
  std::size_t longest = 1;
  for (const std::string& text : *texts) longest = std::max(longest, text.size());
  return longest;
}

void insert_member(hid_t compound, const TableColumn& column, std::size_t offset) {
  const bool is_text = column.values.index() == 0;
  const hdf5::Handle text = hdf5::text_type(width(column));
  const hid_t number = column.values.index() == 1 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_UINT64;
  hdf5::check(H5Tinsert(compound, column.name.c_str(), offset, is_text ? text.id() : number),
              "add column " + column.name);
}

void copy_value(const TableColumn& column, std::size_t row, char* target) {
  std::visit(
      [row, target](const auto& values) {
        const auto& value = values[row];
        if constexpr (requires { value.data(); }) {
          std::ranges::copy(value, target);
        } else {
          std::memcpy(target, &value, sizeof value);
        }
      },
      column.values);
}

std::string column_descriptions(const std::map<std::string, Metric>& metrics) {
  Json json = Json::object();
  for (const auto& [name, metric] : metrics) {
    json[name] = {{"unit", metric.unit}, {"meaning", metric.meaning}};
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void write_checksum(const hdf5::Handle& dataset, std::string_view bytes) {
  hdf5::write_attribute(dataset.id(), "crc32", std::int64_t{checksum_of(bytes)});
}

}  // namespace

ResultsTable make_results_table(const Plan& plan, const RunContents& contents) {
  const std::vector<Row> rows = make_rows(plan, contents);
  const std::map<std::string, Metric> metrics = all_metrics(contents);
  const std::vector<TableColumn> columns = make_columns(rows, contents, metrics);
  std::size_t row_size = 0;
  for (const TableColumn& column : columns) row_size += width(column);
  ResultsTable table{hdf5::Handle(H5Tcreate(H5T_COMPOUND, row_size), H5Tclose, "create the table's row type"),
                     rows.size(), std::vector<char>(row_size * rows.size(), '\0'),
                     column_descriptions(metrics)};
  std::size_t offset = 0;
  for (const TableColumn& column : columns) {
    insert_member(table.row_type.id(), column, offset);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      copy_value(column, row, table.bytes.data() + row * row_size + offset);
    }
    offset += width(column);
  }
  return table;
}

void write_results_table(hid_t file, const ResultsTable& table) {
  const hsize_t count = table.rows;
  const hdf5::Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, "shape the table");
  const hid_t type = table.row_type.id();
  const hdf5::Handle dataset(
      H5Dcreate2(file, "table", type, space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose,
      "create the table");
  hdf5::check(H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, table.bytes.data()),
              "write the table");
  hdf5::write_attribute(dataset.id(), "columns", table.columns);
  write_checksum(dataset, {table.bytes.data(), table.bytes.size()});
}

void write_results_plan(hid_t file, const std::string& text) {
  hdf5::write_text(file, "plan", text);
  write_checksum(hdf5::open_dataset(file, "plan"), text);
}

}  // namespace lnn::store
