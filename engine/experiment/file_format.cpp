#include "experiment/file_format.h"

#include <algorithm>

#include "base/error.h"
#include "base/names.h"

namespace lnn::experiment {
namespace {

bool has_type(const Json& value, FieldType type) {
  switch (type) {
    case FieldType::text:
      return value.is_string();
    case FieldType::number:
      return value.is_number();
    case FieldType::list:
      return value.is_array();
    case FieldType::object:
      return value.is_object();
    case FieldType::any:
      return true;
  }
  return false;
}

const char* type_text(FieldType type) {
  switch (type) {
    case FieldType::text:
      return "a text in quotes";
    case FieldType::number:
      return "a number";
    case FieldType::list:
      return "a list [...]";
    case FieldType::object:
      return "an object {...}";
    case FieldType::any:
      return "a value";
  }
  return "";
}

}  // namespace

const Fields& file_fields() {
  using enum FieldType;
  static const Fields fields{
      {"$schema", text, false, "path of schema/experiment.json, for editors; ignored by the program"},
      {"name", text, true, "lower-case name without spaces, unique among the files of a sweep"},
      {"title", text, false, "one line for people"},
      {"description", text, false, "what is compared and why"},
      {"paper", object, false, "where the paper reports it"},
      {"system", text, false, "the physical system; `lnn-sweep systems` lists them"},
      {"base", object, false, "settings of all trials, over the system's defaults"},
      {"grid", object, false, "key -> values: all combinations"},
      {"zip", object, false, "key -> values of equal number: the first ones together, the second ones, ..."},
      {"cases", list, false, "named rows, each with its own settings; combined with grid and zip by product"},
      {"exclude", list, false, "drops combinations that match every entry of one of these objects"},
      {"seeds", list, false, "network seeds; one trial of each arm per seed (default [1])"},
      {"scales", object, false, "smoke (seconds), desk (minutes on two cores), paper (as published)"},
      {"tables", list, false, "tables that `lnn-sweep table` prints"},
      {"claims", list, false, "published claims that `lnn-sweep claims` judges"},
  };
  return fields;
}

const Fields& paper_fields() {
  using enum FieldType;
  static const Fields fields{
      {"section", text, false, "section of the paper, e.g. \"A, IV.1\""},
      {"tables", list, false, "tables and figures of the paper, e.g. [\"Table 2\"]"},
  };
  return fields;
}

const Fields& case_fields() {
  using enum FieldType;
  static const Fields fields{
      {"label", text, true, "name of the row"},
      {"set", object, true, "settings of this row"},
  };
  return fields;
}

const Fields& scale_fields() {
  using enum FieldType;
  static const Fields fields{
      {"description", text, false, "what this scale is good for"},
      {"set", object, false, "settings of this scale, over base"},
      {"seeds", list, false, "network seeds at this scale, instead of the file's"},
      {"exclude", list, false, "further exclusions at this scale"},
  };
  return fields;
}

const Fields& table_fields() {
  using enum FieldType;
  static const Fields fields{
      {"name", text, true, "name for --table"},
      {"title", text, true, "heading"},
      {"paper", text, false, "the paper's table or figure that it reproduces"},
      {"rows", list, true,
       "swept keys, or \"case\": one row per combination of their values, over all seeds"},
      {"columns", list, true, "what each row shows"},
      {"published", list, false,
       "published values: {\"where\": {row key: value}, column name: number or numbers}"},
      {"labels", object, false, "key -> {value as text: label for people}"},
      {"where", object, false,
       "only arms with these values: swept key (or \"case\") -> value or list of values"},
      {"sort", text, false, "order of rows: \"published\", \"plan\" or the name of a column"},
      {"note", text, false, "a remark under the table"},
  };
  return fields;
}

const Fields& column_fields() {
  using enum FieldType;
  static const Fields fields{
      {"metric", text, true, "a metric of every trial"},
      {"title", text, true, "heading of the column"},
      {"name", text, false, "name of the column in published and sort (default: the metric)"},
      {"reduction_from", object, false,
       "row key -> value of the reference row: shows the percentage by which the mean is below its mean"},
      {"at_most", number, false,
       "a limit: shows in how many of the trials that ended the metric is not above it"},
      {"at_least", number, false,
       "a limit: shows in how many of the trials that ended the metric is not below it"},
      {"where", object, false,
       "only arms with these values: swept key (or \"case\") -> value or list of values"},
      {"best", text, false, "which row is best: \"lowest\", \"highest\" or \"none\" (default: the metric's)"},
      {"unit", text, false, "printed behind the title, e.g. \"rad\""},
      {"scale", text, false, "\"log\": figures have a logarithmic axis"},
  };
  return fields;
}

const Fields& claim_fields() {
  using enum FieldType;
  static const Fields fields{
      {"name", text, true, "name for --name, unique in the file"},
      {"statement", text, true, "what the paper says, in one sentence"},
      {"paper", text, false, "where the paper says it, e.g. \"A, IV.1\""},
      {"metric", text, true, "a metric of every trial"},
      {"of", any, true,
       "a group of arms: swept key (or \"case\") -> value or list of values, {} for all; \"order\" takes "
       "a list of groups, lowest first"},
      {"against", object, false, "the group that `of` is compared with"},
      {"comparison", text, true,
       "lower, higher, similar or reduction (of against another group), value, at_most or at_least (of a "
       "published number), or order"},
      {"published", any, false,
       "the published number: percent for reduction; for value also a list of single runs"},
      {"tolerance", number, false,
       "similar: factor - 1 (default 0.25); reduction: percentage points (default 5); value: relative "
       "(default 0.1)"},
      {"statistic", text, false,
       "what stands for a group: \"mean\" (default), \"geometric_mean\" for spreads over decades, "
       "\"median\""},
      {"scales", list, true, "scales that can show it; elsewhere it is not judged"},
      {"note", text, false, "a remark, e.g. what was inferred"},
  };
  return fields;
}

const std::vector<std::string>& scale_names() {
  static const std::vector<std::string> names{"smoke", "desk", "paper"};
  return names;
}

void check_fields(const Json& object, const Fields& fields, const std::string& where) {
  if (!object.is_object()) throw_user_error("{}: {} is not an object {{...}}.", where, object.dump());
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  for (const auto& [name, value] : object.items()) {
    const auto field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end()) throw_unknown_name(where + ": field", name, names);
    if (!has_type(value, field->type)) {
      throw_user_error("{}: {}: {} is not allowed. Give {}.", where, name, value.dump(),
                       type_text(field->type));
    }
  }
  for (const Field& field : fields) {
    if (field.required && !object.contains(field.name)) {
      throw_user_error("{}: the field '{}' is missing. Add it: {}.", where, field.name, field.meaning);
    }
  }
}

}  // namespace lnn::experiment
