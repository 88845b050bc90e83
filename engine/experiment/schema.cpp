#include "experiment/schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>

#include "experiment/arms.h"
#include "experiment/claim_form.h"
#include "experiment/file_format.h"
#include "experiment/form_checks.h"
#include "experiment/keys.h"

namespace lnn::experiment {
namespace {

Json reference(const std::string& definition) {
  return {{"$ref", "#/definitions/" + definition}};
}

Json list_of(const Json& items) {
  return {{"type", "array"}, {"minItems", 1}, {"items", items}};
}

Json closed_object(const Json& properties) {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
}

Json number_schema(const Key& key) {
  Json schema{{"type", key.type == KeyType::integer ? "integer" : "number"}};
  if (std::isfinite(key.low)) schema[key.low_allowed ? "minimum" : "exclusiveMinimum"] = key.low;
  if (std::isfinite(key.high)) schema[key.high_allowed ? "maximum" : "exclusiveMaximum"] = key.high;
  return schema;
}

Json key_schema(const Key& key);

Json keys_schema(const std::vector<Key>& table) {
  Json properties = Json::object();
  for (const Key& key : table) properties[key.path] = key_schema(key);
  return properties;
}

Json value_schema(const Key& key) {
  switch (key.type) {
    case KeyType::integer:
    case KeyType::real:
      return number_schema(key);
    case KeyType::name:
      return {{"enum", key.names}};
    case KeyType::activation:
      return {{"type", "string"}, {"pattern", fmt::format("^({0})([+]({0}))*$", fmt::join(key.names, "|"))}};
    case KeyType::box:
      return {{"anyOf", {reference("interval"), list_of(reference("interval"))}}};
    case KeyType::phases:
      return {{"type", "array"}, {"items", closed_object(keys_schema(phase_keys()))}};
    case KeyType::vector:
      return {{"type", "array"}, {"items", {{"type", "number"}}}, {"minItems", 1}};
    case KeyType::rates:
      return {
          {"type", "array"},
          {"items", {{"type", "array"}, {"items", {{"type", "number"}}}, {"minItems", 2}, {"maxItems", 2}}},
          {"minItems", 1}};
  }
  return {};
}

Json key_schema(const Key& key) {
  Json schema = value_schema(key);
  const std::string unit = key.unit.empty() || key.unit == "1" ? "" : fmt::format(" [{}]", key.unit);
  schema["description"] =
      fmt::format("{}{}. Default: {}. Source: {}.", key.meaning, unit, key.fallback.text, key.source);
  return schema;
}

Json system_schema() {
  return {{"enum", physics::system_names()},
          {"description", "the physical system; `lnn-sweep systems` lists them"}};
}

// Every key under its dotted path.
Json dotted_properties() {
  Json properties = keys_schema(keys());
  properties["system"] = system_schema();
  return properties;
}

// The same keys as nested objects.
Json nested_properties() {
  std::map<std::string, Json> groups;
  for (const Key& key : keys()) {
    const auto dot = key.path.find('.');
    if (dot != std::string::npos) groups[key.path.substr(0, dot)][key.path.substr(dot + 1)] = key_schema(key);
  }
  Json properties = Json::object();
  for (const auto& [group, members] : groups) properties[group] = closed_object(members);
  properties["constants"] = {{"type", "object"}, {"additionalProperties", {{"type", "number"}}}};
  return properties;
}

constexpr const char* constant_pattern = "^constants[.][A-Za-z0-9_]+$";

Json settings_schema() {
  Json properties = dotted_properties();
  properties.update(nested_properties());
  Json schema = closed_object(properties);
  schema["patternProperties"] = {{constant_pattern, {{"type", "number"}}}};
  return schema;
}

Json value_lists_schema() {
  const Json keys_by_path = dotted_properties();
  Json properties = Json::object();
  for (const auto& [path, schema] : keys_by_path.items()) properties[path] = list_of(schema);
  Json lists = closed_object(properties);
  lists["patternProperties"] = {{constant_pattern, list_of({{"type", "number"}})}};
  return lists;
}

Json exclusion_schema() {
  const Json keys_by_path = dotted_properties();
  Json properties{{case_key, true}};
  for (const auto& [path, schema] : keys_by_path.items()) properties[path] = true;
  return list_of(closed_object(properties));
}

const char* json_type(FieldType type) {
  switch (type) {
    case FieldType::text:
      return "string";
    case FieldType::number:
      return "number";
    case FieldType::list:
      return "array";
    default:
      return "object";
  }
}

// The fields of an object; `details` refines single ones.
Json fields_schema(const Fields& fields, const Json& details) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Field& field : fields) {
    Json schema{{"type", json_type(field.type)}};
    if (details.contains(field.name)) schema = details.at(field.name);
    // A draft-07 reader ignores what stands beside a $ref.
    if (schema.contains("$ref")) schema = {{"allOf", Json::array({schema})}};
    schema["description"] = field.meaning;
    properties[field.name] = std::move(schema);
    if (field.required) required.push_back(field.name);
  }
  Json schema = closed_object(properties);
  if (!required.empty()) schema["required"] = required;
  return schema;
}

Json metric_schema() {
  return {{"enum", metric_texts()}};
}

Json column_schema() {
  return fields_schema(column_fields(), {{"metric", metric_schema()}, {"scale", {{"enum", {"log"}}}}});
}

Json number_or_numbers() {
  return {{"anyOf", {Json{{"type", "number"}}, list_of({{"type", "number"}})}}};
}

Json table_schema() {
  const Json published{{"type", "object"},
                       {"required", Json::array({"where"})},
                       {"properties", {{"where", {{"type", "object"}}}}},
                       {"additionalProperties", number_or_numbers()}};
  return fields_schema(table_fields(), {{"rows", list_of({{"type", "string"}})},
                                        {"columns", list_of(column_schema())},
                                        {"published", {{"type", "array"}, {"items", published}}}});
}

Json claim_schema() {
  const Json group{{"type", "object"}};
  return fields_schema(claim_fields(), {{"metric", metric_schema()},
                                        {"of", {{"anyOf", {group, list_of(group)}}}},
                                        {"comparison", {{"enum", enum_names<Comparison>()}}},
                                        {"published", number_or_numbers()},
                                        {"tolerance", {{"type", "number"}, {"minimum", 0}}},
                                        {"statistic", {{"enum", enum_names<Statistic>()}}},
                                        {"scales", list_of({{"enum", scale_names()}})}});
}

Json scales_schema() {
  const Json scale = fields_schema(
      scale_fields(),
      {{"set", reference("settings")}, {"seeds", reference("seeds")}, {"exclude", reference("exclusions")}});
  Json properties = Json::object();
  for (const std::string& name : scale_names()) properties[name] = scale;
  return closed_object(properties);
}

Json definitions() {
  const Json bound{{"type", Json::array({"number", "string"})},
                   {"pattern", R"(^[+-]?([0-9]+[.]?[0-9]*)?[*]?pi(/[0-9]+[.]?[0-9]*)?$)"}};
  Json seeds = list_of(key_schema(*find_key(seed_key)));
  seeds["uniqueItems"] = true;
  return {
      {"interval",
       {{"type", "array"},
        {"description", "[low, high] or [low, high, \"log\"]; a bound is a number or a text like \"5pi/2\""},
        {"items", {bound, bound, Json{{"const", "log"}}}},
        {"minItems", 2},
        {"maxItems", 3}}},
      {"settings", settings_schema()},
      {"values", value_lists_schema()},
      {"exclusions", exclusion_schema()},
      {"seeds", std::move(seeds)}};
}

}  // namespace

Json experiment_schema() {
  Json schema = fields_schema(
      file_fields(),
      {{"name", {{"type", "string"}, {"pattern", "^[a-z][a-z0-9_-]*$"}}},
       {"paper",
        fields_schema(paper_fields(), {{"tables", {{"type", "array"}, {"items", {{"type", "string"}}}}}})},
       {"system", system_schema()},
       {"base", reference("settings")},
       {"grid", reference("values")},
       {"zip", reference("values")},
       {"cases", list_of(fields_schema(case_fields(), {{"set", reference("settings")}}))},
       {"exclude", reference("exclusions")},
       {"seeds", reference("seeds")},
       {"scales", scales_schema()},
       {"tables", list_of(table_schema())},
       {"claims", list_of(claim_schema())}});
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "lnn-sweep experiment file";
  schema["definitions"] = definitions();
  return schema;
}

}  // namespace lnn::experiment
