#include "analysis/export_file.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>

#include "analysis/csv_line.h"
#include "base/error.h"
#include "base/files.h"

namespace lnn::analysis {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t batch_size = 64;

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// In the fewest digits that give the same number back.
void append_number(std::string& text, double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text.append(digits.data(), end);
}

std::string csv_field(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return csv_quoted(value.get_ref<const std::string&>());
  if (!value.is_number_float()) return csv_quoted(json_text(value));
  std::string text;
  append_number(text, value.get<double>());
  return text;
}

std::string json_list(const std::vector<double>& values) {
  std::string text = "[";
  for (const double value : values) {
    if (text.size() > 1) text += ',';
    if (std::isfinite(value)) {
      append_number(text, value);
    } else {
      text += "null";
    }
  }
  return text + "]";
}

std::string json_object(const Series& series) {
  std::string text;
  for (const auto& [name, value] : series.keys) {
    text += fmt::format("{}{}:{}", text.empty() ? "{" : ",", json_text(name), json_text(value));
  }
  for (const store::Column& column : series.columns) {
    text += fmt::format(",{}:{}", json_text(column.name), json_list(column.values));
  }
  return text + "}";
}

const store::Column* find_column(const Series& series, const std::string& name) {
  const auto found = std::ranges::find(series.columns, name, &store::Column::name);
  return found == series.columns.end() ? nullptr : &*found;
}

}  // namespace

OutputFile::OutputFile(fs::path path)
    : path_(std::move(path)), temporary_(temporary_name(path_)), file_(temporary_, std::ios::binary) {
  if (!file_) {
    throw_environment_error("{}: cannot be created ({}). Choose a folder where you may write.",
                            path_.string(), std::strerror(errno));
  }
}

OutputFile::~OutputFile() {
  std::error_code ignored;
  fs::remove(temporary_, ignored);
}

void OutputFile::write(std::string_view text) {
  file_.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file_) {
    throw_environment_error("{}: cannot be written ({}). Free space and run again.", path_.string(),
                            std::strerror(errno));
  }
}

void OutputFile::commit() {
  file_.close();
  if (!file_) {
    throw_environment_error("{}: cannot be completed ({}). Free space and run again.", path_.string(),
                            std::strerror(errno));
  }
  commit_file(temporary_, path_);
}

fs::path export_path(const ExportOptions& options, const std::string& name) {
  return options.folder / (name + "." + to_name(options.format));
}

RowFile::RowFile(const fs::path& path, ExportFormat format, std::vector<std::string> columns)
    : file_(path), format_(format), columns_(std::move(columns)) {
  file_.write(format_ == ExportFormat::csv ? csv_line(columns_) : "[");
}

void RowFile::write(std::span<const Json> row) {
  invariant(row.size() == columns_.size(), "a row has one value per column");
  std::vector<std::string> fields;
  fields.reserve(row.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    fields.push_back(format_ == ExportFormat::csv
                         ? csv_field(row[i])
                         : fmt::format("{}:{}", json_text(columns_[i]), json_text(row[i])));
  }
  if (format_ == ExportFormat::csv) {
    file_.write(fmt::format("{}\n", fmt::join(fields, ",")));
  } else {
    file_.write(fmt::format("{}{{{}}}", rows_ == 0 ? "\n" : ",\n", fmt::join(fields, ",")));
  }
  ++rows_;
}

void RowFile::commit() {
  if (format_ == ExportFormat::json) file_.write("\n]\n");
  file_.commit();
}

SeriesFile::SeriesFile(const fs::path& path, ExportFormat format, const std::vector<std::string>& keys,
                       std::vector<std::string> columns)
    : file_(path), format_(format), columns_(std::move(columns)) {
  std::vector<std::string> header = keys;
  header.insert(header.end(), columns_.begin(), columns_.end());
  file_.write(format_ == ExportFormat::csv ? csv_line(header) : "[");
}

SeriesFile::~SeriesFile() {
  if (background_.valid()) background_.wait();
}

void SeriesFile::write(Series series) {
  batch_.push_back(std::move(series));
  if (batch_.size() >= batch_size) start_batch();
}

void SeriesFile::commit() {
  start_batch();
  background_.get();
  if (format_ == ExportFormat::json) file_.write("\n]\n");
  file_.commit();
}

void SeriesFile::start_batch() {
  if (background_.valid()) background_.get();
  background_ =
      std::async(std::launch::async, [this, batch = std::exchange(batch_, {})] { write_batch(batch); });
}

void SeriesFile::write_batch(const std::vector<Series>& batch) {
  for (const Series& series : batch) {
    if (format_ == ExportFormat::csv) {
      file_.write(csv_text(series));
    } else {
      file_.write((any_ ? ",\n" : "\n") + json_object(series));
      any_ = true;
    }
  }
}

std::string SeriesFile::csv_text(const Series& series) const {
  std::vector<std::string> keys;
  for (const auto& [name, value] : series.keys) keys.push_back(csv_quoted(value));
  const std::string prefix = fmt::format("{}", fmt::join(keys, ","));
  std::vector<const store::Column*> columns;
  for (const std::string& name : columns_) columns.push_back(find_column(series, name));
  const std::size_t rows = series.columns.empty() ? 0 : series.columns.front().values.size();
  std::string text;
  for (std::size_t row = 0; row < rows; ++row) {
    text += prefix;
    for (const store::Column* column : columns) {
      text += ',';
      if (column != nullptr) append_number(text, column->values[row]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace lnn::analysis
