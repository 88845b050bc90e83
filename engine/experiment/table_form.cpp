#include "experiment/table_form.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/names.h"
#include "experiment/arms.h"
#include "experiment/file_format.h"
#include "experiment/form_checks.h"

namespace lnn::experiment {
namespace {

// {row key: value}: rows of this table, with values that some arm has.
void check_row_reference(const Json& reference, const Names& rows, const Axes& axes,
                         const std::string& where) {
  for (const auto& [key, value] : flatten(reference, where)) {
    require_name(rows, key, where + ": row key");
    const auto& values = axes.at(key);
    if (std::ranges::find(values, value) != values.end()) continue;
    throw_unknown_name(fmt::format("{}: {}", where, key), to_text(value), to_texts(values));
  }
}

// {swept key: value or list of values}: a choice of arms.
void check_choice(const Json& choice, const Axes& axes, const std::string& where) {
  for (const auto& [key, pattern] : flatten(choice, where)) {
    require_name(keys_of(axes), key, where);
    check_pattern(key, pattern, axes.at(key), where);
  }
}

Names check_rows(const Json& rows, const Axes& axes, const std::string& where) {
  Names names;
  for (const Json& row : rows) {
    require_name(keys_of(axes), row, where);
    require_new(names, to_text(row), where);
  }
  if (names.empty()) throw_user_error("{}: the list is empty. Name a swept key or \"case\".", where);
  return names;
}

std::string column_name(const Json& column) {
  return column.value("name", column.at("metric").get<std::string>());
}

bool has_limit(const Json& column) {
  return column.contains("at_most") || column.contains("at_least");
}

// A column of rates has no mean that a reduction or a best row could refer to.
void check_limit(const Json& column, const std::string& where) {
  if (!has_limit(column)) return;
  const std::string place = fmt::format("{}: '{}'", where, column_name(column));
  if (column.contains("at_most") && column.contains("at_least")) {
    throw_user_error(
        "{} has both 'at_most' and 'at_least' (trials are counted on one side). Keep one of them, or make "
        "two columns.",
        place);
  }
  const char* limit = column.contains("at_most") ? "at_most" : "at_least";
  for (const char* unread : {"reduction_from", "best"}) {
    if (!column.contains(unread)) continue;
    throw_user_error("{} has both '{}' and '{}' (a column with a limit counts trials). Keep one of them.",
                     place, limit, unread);
  }
}

Names names_of(const Json& columns) {
  Names names;
  for (const Json& column : columns) names.push_back(column_name(column));
  return names;
}

void check_columns(const Json& columns, const Names& rows, const Axes& axes, const std::string& where) {
  Names names;
  for (const Json& column : columns) {
    check_fields(column, column_fields(), where);
    require_metric(column.at("metric"), where + ": metric");
    require_new(names, column_name(column), where);
    check_limit(column, where);
    check_row_reference(column.value("reduction_from", Json::object()), rows, axes,
                        where + ": reduction_from");
    check_choice(column.value("where", Json::object()), axes, where + ": where");
    if (column.contains("best"))
      require_name({"lowest", "highest", "none"}, column.at("best"), where + ": best");
    if (column.value("scale", "log") != "log") require_name({"log"}, column.at("scale"), where + ": scale");
  }
  if (names.empty()) throw_user_error("{}: the list is empty. Name a metric.", where);
}

void require_numbers(const Json& value, const std::string& where) {
  const bool numbers =
      value.is_number() || (value.is_array() && !value.empty() &&
                            std::ranges::all_of(value, [](const Json& entry) { return entry.is_number(); }));
  if (!numbers)
    throw_user_error("{}: {} is not allowed. Give a number or a list of numbers.", where, value.dump());
}

void require_share(const Json& value, const std::string& where) {
  if (value.is_number() && value.get<double>() >= 0 && value.get<double>() <= 1) return;
  throw_user_error("{}: {} is not allowed (the column shows a rate). Give a number from 0 to 1.", where,
                   value.dump());
}

void check_published(const Json& entries, const Names& rows, const Json& columns, const Axes& axes,
                     const std::string& where) {
  for (const Json& entry : entries) {
    if (!entry.is_object() || !entry.contains("where")) {
      throw_user_error("{}: {} has no 'where'. Write {{\"where\": {{row key: value}}, column name: number}}.",
                       where, entry.dump());
    }
    for (const auto& [name, value] : entry.items()) {
      if (name == "where") {
        check_row_reference(value, rows, axes, where + ": where");
      } else {
        require_name(names_of(columns), name, where + ": column");
        const bool is_rate = has_limit(*std::ranges::find(columns, name, column_name));
        (is_rate ? require_share : require_numbers)(value, fmt::format("{}: {}", where, name));
      }
    }
  }
}

void check_labels(const Json& labels, const Names& rows, const std::string& where) {
  for (const auto& [key, texts] : labels.items()) {
    require_name(rows, key, where + ": row key");
    const bool all_texts =
        texts.is_object() && std::ranges::all_of(texts, [](const Json& label) { return label.is_string(); });
    if (!all_texts) throw_user_error("{}: {}: write {{\"value as text\": \"label\"}}.", where, key);
  }
}

void check_table(const Json& table, const Axes& axes, const std::string& where) {
  const Names rows = check_rows(table.at("rows"), axes, where + ": rows");
  const Json& columns = table.at("columns");
  check_columns(columns, rows, axes, where + ": columns");
  check_published(table.value("published", Json::array()), rows, columns, axes, where + ": published");
  check_choice(table.value("where", Json::object()), axes, where + ": where");
  check_labels(table.value("labels", Json::object()), rows, where + ": labels");
  Names orders = names_of(columns);
  orders.insert(orders.end(), {"published", "plan"});
  require_name(orders, table.value("sort", "plan"), where + ": sort");
}

}  // namespace

void check_tables(const Json& file, const std::string& where) {
  const Axes axes = swept_values(file);
  Names names;
  for (const Json& table : file.value("tables", Json::array())) {
    const std::string place = fmt::format("{}: tables[{}]", where, names.size());
    check_fields(table, table_fields(), place);
    require_new(names, table.at("name"), where + ": tables");
    check_table(table, axes, fmt::format("{}: table '{}'", where, names.back()));
  }
}

}  // namespace lnn::experiment
