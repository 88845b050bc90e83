#pragma once

#include <span>
#include <string>

namespace lnn::analysis {

/// A field of a CSV file, quoted where it must be (RFC 4180).
std::string csv_quoted(const std::string& field);

/// The fields as one line, quoted where they must be, with its newline.
std::string csv_line(std::span<const std::string> fields);

}  // namespace lnn::analysis
