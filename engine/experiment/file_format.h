#pragma once

#include <span>
#include <string>
#include <vector>

#include "experiment/settings.h"

/// The fields of an experiment file's objects, for checking files and for the JSON schema.
namespace lnn::experiment {

enum class FieldType { text, number, list, object, any };

struct Field {
  std::string name;
  FieldType type = FieldType::text;
  bool required = false;
  std::string meaning;
};

using Fields = std::vector<Field>;

const Fields& file_fields();
const Fields& paper_fields();
const Fields& case_fields();
const Fields& scale_fields();
const Fields& table_fields();
const Fields& column_fields();
const Fields& claim_fields();

/// Names of scales that a file may define.
const std::vector<std::string>& scale_names();

/// A number that every trial produces and that a table's column may show.
struct MetricName {
  std::string name;
  std::string unit;  ///< "1" when dimensionless
  std::string meaning;
  bool higher_is_better = false;  ///< a trial without a value counts as worst
  bool is_rated = true;           ///< false: neither high nor low is better, e.g. a number of parameters
};

const std::vector<MetricName>& metric_names();

/// A Markdown table of name, unit and meaning.
std::string metrics_markdown(std::span<const MetricName> metrics);

/// Throws UserError, prefixed with `where`, when `object` is not an object, has an unknown field (naming the
/// nearest), lacks a required one, or has one of another type.
void check_fields(const Json& object, const Fields& fields, const std::string& where);

}  // namespace lnn::experiment
