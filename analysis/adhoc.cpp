#include "analysis/adhoc.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "analysis/text_table.h"
#include "base/error.h"
#include "base/names.h"
#include "experiment/arms.h"
#include "experiment/form_checks.h"

namespace lnn::analysis {
namespace {

using Trials = std::vector<ArmTrial>;

constexpr const char* experiment_key = "experiment";
constexpr const char* arm_key = "arm";
constexpr const char* provenance_prefix = "provenance.";
constexpr const char* no_value = "-";

/// These differ between the arms that share a trial.
bool names_arm(const std::string& key) {
  return key == experiment_key || key == arm_key || key == experiment::case_key;
}

std::optional<std::string> provenance_of(const ArmTrial& trial, const std::string& name) {
  if (trial.record == nullptr) return std::nullopt;
  const auto found = trial.record->provenance.find(name);
  if (found == trial.record->provenance.end()) return std::nullopt;
  return found->second;
}

/// The key's value in a trial as text.
std::optional<std::string> value_of(const ArmTrial& trial, const std::string& key) {
  if (key == experiment_key) return trial.member->arm->experiment;
  if (key == arm_key) return trial.member->arm->label;
  if (key.starts_with(provenance_prefix)) {
    return provenance_of(trial, key.substr(std::string(provenance_prefix).size()));
  }
  const Json value = trial.planned->setting(key);
  if (!value.is_null() && !value.is_object()) return value_text(value);
  if (trial.member->arm->swept.contains(key)) return value_text(trial.member->arm->swept.at(key));
  return std::nullopt;
}

/// The same as the experiment file writes it: "[0, 2pi]" rather than its numbers.
std::string written_value(const ArmTrial& trial, const std::string& key, const std::string& value) {
  return trial.member->arm->swept.contains(key) ? value_text(trial.member->arm->swept.at(key)) : value;
}

/// Value -> how some experiment file writes it, where that differs.
Group labels_of(const std::vector<ArmTrial>& trials, const std::string& key) {
  Group labels;
  for (const ArmTrial& trial : trials) {
    const auto value = value_of(trial, key);
    if (!value) continue;
    const std::string written = written_value(trial, key, *value);
    if (written != *value) labels.try_emplace(*value, written);
  }
  return labels;
}

std::set<std::string> all_keys(const Trials& trials) {
  std::set<std::string> keys{experiment_key, arm_key};
  for (const ArmTrial& trial : trials) {
    for (const auto& [key, value] : trial.member->arm->swept.items()) keys.insert(key);
    for (const auto& [key, value] : experiment::flatten(trial.planned->config(), "trial")) keys.insert(key);
    if (trial.record == nullptr) continue;
    for (const auto& [name, text] : trial.record->provenance) keys.insert(provenance_prefix + name);
  }
  return keys;
}

bool any_has(const Trials& trials, const std::string& key) {
  return std::ranges::any_of(trials,
                             [&key](const ArmTrial& trial) { return value_of(trial, key).has_value(); });
}

// A typo in the last part is far from every whole key.
[[noreturn]] void throw_unknown_key(const std::string& key, const std::string& option,
                                    const std::vector<std::string>& known) {
  std::vector<std::string> endings;
  std::ranges::transform(known, std::back_inserter(endings), last_part);
  const std::string near = nearest_name(key, endings);
  if (near.empty() || !nearest_name(key, known).empty()) throw_unknown_name(option, key, known);
  const auto place = std::ranges::find(endings, near) - endings.begin();
  throw_user_error("{}: unknown value '{}'. Did you mean '{}'? Allowed: {}.", option, key,
                   known[static_cast<std::size_t>(place)], quoted_list(known));
}

/// The full name of a key that may be given by its last part.
std::string full_key(const Trials& trials, const std::string& key, const std::string& option) {
  if (any_has(trials, key)) return key;
  const std::set<std::string> known = all_keys(trials);
  std::vector<std::string> matching;
  for (const std::string& candidate : known) {
    if (last_part(candidate) == key) matching.push_back(candidate);
  }
  if (matching.size() == 1) return matching.front();
  if (matching.size() > 1) {
    throw_user_error("{}: '{}' may be {}. Write the one you mean.", option, key, quoted_list(matching));
  }
  throw_unknown_key(key, option, {known.begin(), known.end()});
}

std::set<std::string> values_of(const Trials& trials, const std::string& key) {
  std::set<std::string> values;
  for (const ArmTrial& trial : trials) {
    if (const auto value = value_of(trial, key)) values.insert(*value);
  }
  return values;
}

/// Key -> allowed values, all of which occur.
std::map<std::string, std::set<std::string>> parse_where(const Trials& trials, const TableQuery& query) {
  std::map<std::string, std::set<std::string>> where;
  for (const auto& [word, value] : query.where) {
    const std::string key = full_key(trials, word, "--where");
    const Group labels = labels_of(trials, key);
    std::vector<std::string> known;
    bool found = false;
    for (const std::string& candidate : values_of(trials, key)) {
      known.push_back(labels.contains(candidate) ? labels.at(candidate) : candidate);
      if (value != candidate && value != known.back()) continue;
      where[key].insert(candidate);
      found = true;
    }
    if (!found) throw_unknown_name("--where " + key, value, known);
  }
  return where;
}

Trials selected(const Trials& trials, const std::map<std::string, std::set<std::string>>& where) {
  Trials chosen;
  std::ranges::copy_if(trials, std::back_inserter(chosen), [&where](const ArmTrial& trial) {
    return std::ranges::all_of(where, [&trial](const auto& entry) {
      const auto value = value_of(trial, entry.first);
      return value && entry.second.contains(*value);
    });
  });
  return chosen;
}

Trials distinct(const Trials& trials) {
  Trials chosen;
  std::set<std::string> seen;
  for (const ArmTrial& trial : trials) {
    if (seen.insert(trial.planned->id).second) chosen.push_back(trial);
  }
  return chosen;
}

std::vector<std::string> differing_keys(const Trials& trials) {
  std::set<std::string> swept;
  for (const ArmTrial& trial : trials) {
    for (const auto& [key, value] : trial.member->arm->swept.items()) swept.insert(key);
  }
  std::vector<std::string> keys;
  if (values_of(trials, experiment_key).size() > 1) keys.emplace_back(experiment_key);
  for (const std::string& key : swept) {
    if (key != experiment::seed_key && values_of(trials, key).size() > 1) keys.push_back(key);
  }
  if (keys.empty()) keys.emplace_back(experiment_key);
  return keys;
}

/// Metrics of the trials that have results, by name.
std::map<std::string, store::Metric> measured(const Trials& trials) {
  std::map<std::string, store::Metric> metrics;
  for (const ArmTrial& trial : trials) {
    if (trial.record != nullptr) metrics.insert(trial.record->metrics.begin(), trial.record->metrics.end());
  }
  return metrics;
}

void require_metric(const Trials& trials, const std::string& metric) {
  const auto has_it = [&metric](const ArmTrial& trial) {
    return trial.record != nullptr && trial.record->metrics.contains(metric);
  };
  if (std::ranges::any_of(trials, has_it)) return;
  const auto known = measured(trials);
  if (known.empty()) return experiment::require_metric(metric, "--metric");
  std::vector<std::string> names;
  names.reserve(known.size());
  for (const auto& [name, value] : known) names.push_back(name);
  experiment::throw_unknown_metric("--metric", metric, names,
                                   "`lnn-sweep table RUN --list-metrics` lists those of a run");
}

std::string unit_of(const std::string& metric) {
  const auto& names = experiment::metric_names();
  const auto found = std::ranges::find(names, metric, &experiment::MetricName::name);
  return found == names.end() || found->unit == "1" ? "" : found->unit;
}

std::vector<ColumnDefinition> columns_of(const Trials& trials, const TableQuery& query) {
  std::vector<ColumnDefinition> columns;
  std::vector<std::string> metrics = query.metrics;
  if (metrics.empty()) metrics.emplace_back("best_val_total");
  for (const std::string& metric : metrics) {
    require_metric(trials, metric);
    ColumnDefinition& column = columns.emplace_back();
    column.name = column.title = column.metric = metric;
    column.best = best_of(metric);
    column.unit = unit_of(metric);
  }
  return columns;
}

/// Numbers by size, then texts by alphabet.
std::pair<double, std::string> order_of(const std::string& text) {
  double value = INFINITY;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return {is_number ? value : INFINITY, text};
}

std::vector<std::string> ordered(const std::set<std::string>& values) {
  std::vector<std::string> all(values.begin(), values.end());
  std::ranges::sort(all, {}, order_of);
  return all;
}

std::string selection_text(const TableQuery& query) {
  std::map<std::string, std::vector<std::string>> where;
  for (const auto& [key, value] : query.where) where[key].push_back(value);
  std::vector<std::string> parts;
  for (const auto& [key, values] : where)
    parts.push_back(fmt::format("{} = {}", key, fmt::join(values, " or ")));
  return parts.empty() ? "" : fmt::format("Only trials with {}.", fmt::join(parts, ", "));
}

TrialsByRow rows_of(const Trials& trials, const std::vector<std::string>& keys) {
  TrialsByRow rows;
  for (const ArmTrial& trial : trials) {
    Group group;
    for (const std::string& key : keys) group[key] = value_of(trial, key).value_or(no_value);
    rows[group].push_back(trial);
  }
  return rows;
}

std::string title_of(const TableDefinition& definition) {
  std::vector<std::string> metrics;
  std::vector<std::string> keys;
  for (const ColumnDefinition& column : definition.columns) metrics.push_back(column.metric);
  for (const std::string& key : definition.rows) keys.push_back(last_part(key));
  return fmt::format("{} by {}", fmt::join(metrics, ", "), fmt::join(keys, " and "));
}

}  // namespace

Table query_table(const RunResults& run, const TableQuery& query) {
  const Trials all = arm_trials(run);
  if (all.empty()) throw_user_error("{}: no trial is planned there. Give another run.", run.name);
  const auto where = parse_where(all, query);
  Trials trials = selected(all, where);
  if (trials.empty()) throw_user_error("--where: no trial has all of these values. Give fewer of them.");
  TableDefinition definition;
  definition.name = "query";
  definition.note = selection_text(query);
  for (const std::string& key : query.group_by) {
    definition.rows.push_back(full_key(trials, key, "--group-by"));
  }
  if (definition.rows.empty()) definition.rows = differing_keys(trials);
  const auto by_arm = [](const auto& key) { return names_arm(key); };
  const bool arms_matter =
      std::ranges::any_of(definition.rows, by_arm) ||
      std::ranges::any_of(where, [](const auto& entry) { return names_arm(entry.first); });
  if (!arms_matter) trials = distinct(trials);
  definition.columns = columns_of(trials, query);
  definition.title = title_of(definition);
  for (const std::string& key : definition.rows) {
    definition.order[key] = ordered(values_of(trials, key));
    definition.labels[key] = labels_of(trials, key);
  }
  return make_table(definition, rows_of(trials, definition.rows), run.name, run.plan.scale);
}

std::vector<experiment::MetricName> metrics_of(std::span<const RunResults> runs) {
  std::map<std::string, store::Metric> all;
  for (const RunResults& run : runs) all.merge(measured(arm_trials(run)));
  std::vector<experiment::MetricName> metrics;
  for (const auto& [name, metric] : all) {
    const auto known = std::ranges::find(experiment::metric_names(), name, &experiment::MetricName::name);
    // results.h5 has the number alone.
    metrics.push_back(known != experiment::metric_names().end()
                          ? *known
                          : experiment::MetricName{name, metric.unit, metric.meaning});
  }
  return metrics;
}

}  // namespace lnn::analysis
