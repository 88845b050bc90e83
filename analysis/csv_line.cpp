#include "analysis/csv_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace lnn::analysis {

std::string csv_quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

std::string csv_line(std::span<const std::string> fields) {
  std::vector<std::string> texts;
  texts.reserve(fields.size());
  for (const std::string& field : fields) texts.push_back(csv_quoted(field));
  return fmt::format("{}\n", fmt::join(texts, ","));
}

}  // namespace lnn::analysis
