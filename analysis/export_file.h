#pragma once

#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/export.h"
#include "store/trial_record.h"

/// Files of an export, written row by row: they may be larger than the memory.
namespace lnn::analysis {

using experiment::Json;

/// A file that appears whole when it is committed, or not at all. Throws EnvironmentError.
class OutputFile {
 public:
  explicit OutputFile(std::filesystem::path path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view text);
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::ofstream file_;
};

/// "folder/name.csv" or "folder/name.json".
std::filesystem::path export_path(const ExportOptions& options, const std::string& name);

/// Rows of named columns.
class RowFile {
 public:
  RowFile(const std::filesystem::path& path, ExportFormat format, std::vector<std::string> columns);
  /// One value per column; null is "there is none".
  void write(std::span<const Json> row);
  void commit();

 private:
  OutputFile file_;
  ExportFormat format_;
  std::vector<std::string> columns_;
  std::size_t rows_ = 0;
};

/// Columns of equal length that belong to one trial, and what says which.
struct Series {
  std::vector<std::pair<std::string, std::string>> keys;  ///< {"run", "results/a"}, {"id", "0123456789ab"}
  std::vector<store::Column> columns;
};

/// Series of numbers: CSV rows of keys and numbers, or one JSON object per series with a list per column.
/// Text is made and written in the background while the caller reads on.
class SeriesFile {
 public:
  /// CSV needs to know all columns beforehand; a series that lacks one leaves its fields empty.
  SeriesFile(const std::filesystem::path& path, ExportFormat format, const std::vector<std::string>& keys,
             std::vector<std::string> columns);
  ~SeriesFile();
  SeriesFile(const SeriesFile&) = delete;
  SeriesFile& operator=(const SeriesFile&) = delete;

  void write(Series series);
  void commit();

 private:
  void start_batch();
  void write_batch(const std::vector<Series>& batch);
  std::string csv_text(const Series& series) const;

  OutputFile file_;
  ExportFormat format_;
  std::vector<std::string> columns_;
  std::vector<Series> batch_;
  std::future<void> background_;
  bool any_ = false;
};

}  // namespace lnn::analysis
