#include "audit/compare_trials.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/error.h"

namespace lnn::audit {
namespace {

using Json = nlohmann::json;
using Differences = std::vector<Difference>;
using store::TrialRecord;

constexpr const char* absent = "absent";
constexpr std::string_view time_name = "seconds";  // of a history column and of a metric

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

std::string number_text(const std::vector<double>& values, std::size_t i) {
  return i < values.size() ? fmt::format("{}", values[i]) : absent;
}

std::optional<double> relative_size(double a, double b) {
  if (!std::isfinite(a) || !std::isfinite(b)) return std::nullopt;
  const double largest = std::max(std::abs(a), std::abs(b));
  return largest > 0 ? std::abs(a - b) / largest : 0;
}

// Where two arrays part: the first position with other bits, or where the shorter one ends.
std::optional<Difference> first_difference(const std::vector<double>& a, const std::vector<double>& b) {
  const std::size_t common = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i < common && same_bits(a[i], b[i])) ++i;
  if (i == a.size() && i == b.size()) return std::nullopt;
  Difference difference;
  difference.position = i;
  difference.first = number_text(a, i);
  difference.second = number_text(b, i);
  if (i < common) difference.relative = relative_size(a[i], b[i]);
  return difference;
}

void add_text(Differences& differences, TrialPart part, const std::string& what, const std::string& first,
              const std::string& second) {
  if (first != second) differences.push_back({.part = part, .what = what, .first = first, .second = second});
}

// Whoever is in one list only: `name_of` gives what stands in `what`.
template <class T, class Name, class Compare>
void compare_lists(Differences& differences, TrialPart part, const std::vector<T>& first,
                   const std::vector<T>& second, Name name_of, Compare compare) {
  const auto find = [&](const std::vector<T>& list, const std::string& name) {
    return std::ranges::find_if(list, [&](const T& item) { return name_of(item) == name; });
  };
  for (const T& item : first) {
    const auto other = find(second, name_of(item));
    if (other == second.end()) {
      add_text(differences, part, name_of(item), "present", absent);
    } else {
      compare(item, *other);
    }
  }
  for (const T& item : second) {
    if (find(first, name_of(item)) == first.end())
      add_text(differences, part, name_of(item), absent, "present");
  }
}

void flatten(const Json& value, const std::string& name, std::map<std::string, std::string>& keys) {
  if (!value.is_object()) {
    keys[name] = value.dump();
    return;
  }
  for (const auto& [key, member] : value.items())
    flatten(member, name.empty() ? key : name + "." + key, keys);
}

// Dotted key -> value; a text that is no JSON is one value without a name.
std::map<std::string, std::string> config_keys(const std::string& text) {
  const Json config = Json::parse(text, nullptr, false);
  std::map<std::string, std::string> keys;
  if (config.is_discarded()) {
    keys["config"] = text;
  } else {
    flatten(config, "", keys);
  }
  return keys;
}

using Texts = std::map<std::string, std::string>;

// Calls use(name, first, second) for every name that either map has.
template <class Use>
void for_each_name(const Texts& first, const Texts& second, const std::string& otherwise, Use use) {
  Texts all = first;
  all.insert(second.begin(), second.end());
  const auto text = [&](const Texts& texts, const std::string& name) {
    const auto found = texts.find(name);
    return found == texts.end() ? otherwise : found->second;
  };
  for (const auto& [name, value] : all) use(name, text(first, name), text(second, name));
}

void compare_configs(Differences& differences, const TrialRecord& first, const TrialRecord& second) {
  for_each_name(config_keys(first.config), config_keys(second.config), absent,
                [&](const std::string& key, const std::string& a, const std::string& b) {
                  add_text(differences, TrialPart::config, key, a, b);
                });
}

void compare_histories(Differences& differences, const TrialRecord& first, const TrialRecord& second) {
  Differences columns;
  const auto name_of = [](const store::Column& column) { return "history/" + column.name; };
  compare_lists(columns, TrialPart::history, first.history, second.history, name_of,
                [&](const store::Column& a, const store::Column& b) {
                  if (a.name == time_name) return;
                  auto difference = first_difference(a.values, b.values);
                  if (!difference) return;
                  difference->part = TrialPart::history;
                  difference->what = name_of(a);
                  difference->epoch = *difference->position + 1;
                  difference->position.reset();
                  columns.push_back(*difference);
                });
  std::ranges::stable_sort(columns, {}, &Difference::epoch);
  std::ranges::move(columns, std::back_inserter(differences));
}

// Parameters and data arrays: anything with shape and values.
template <class Array>
void compare_arrays(Differences& differences, TrialPart part, const std::string& prefix,
                    const std::vector<Array>& first, const std::vector<Array>& second) {
  const auto name_of = [&](const Array& array) { return prefix + array.name; };
  compare_lists(differences, part, first, second, name_of, [&](const Array& a, const Array& b) {
    add_text(differences, part, name_of(a) + " (shape)", Json(a.shape).dump(), Json(b.shape).dump());
    if (a.shape != b.shape) return;
    auto difference = first_difference(a.values, b.values);
    if (!difference) return;
    difference->part = part;
    difference->what = name_of(a);
    differences.push_back(*difference);
  });
}

void compare_metrics(Differences& differences, const TrialRecord& first, const TrialRecord& second) {
  const auto list = [](const TrialRecord& record) {
    std::vector<std::pair<std::string, double>> metrics;
    for (const auto& [name, metric] : record.metrics) metrics.emplace_back(name, metric.value);
    return metrics;
  };
  compare_lists(
      differences, TrialPart::metrics, list(first), list(second),
      [](const auto& metric) { return "metrics/" + metric.first; },
      [&](const auto& a, const auto& b) {
        if (a.first == time_name) return;
        auto difference = first_difference({a.second}, {b.second});
        if (!difference) return;
        difference->part = TrialPart::metrics;
        difference->what = "metrics/" + a.first;
        difference->position.reset();
        differences.push_back(*difference);
      });
}

void compare_groups(Differences& differences, const TrialRecord& first, const TrialRecord& second) {
  const auto name_of = [](const store::ArrayGroup& group) { return group.family + "/" + group.name; };
  compare_lists(differences, TrialPart::groups, first.groups, second.groups, name_of,
                [&](const store::ArrayGroup& a, const store::ArrayGroup& b) {
                  const std::string prefix = name_of(a) + "/";
                  for_each_name(a.facts, b.facts, absent,
                                [&](const auto& name, const auto& x, const auto& y) {
                                  add_text(differences, TrialPart::groups, prefix + name, x, y);
                                });
                  compare_arrays(differences, TrialPart::groups, prefix, a.arrays, b.arrays);
                });
}

// The order in which compare_provenance lists facts; smaller first.
std::size_t likelihood(const std::string& fact) {
  constexpr std::array order{"backend",           "precision", "device",     "instruction_set", "threads",
                             "processor",         "pack_size", "libtorch",   "libtorch_build",  "git_commit",
                             "program_version",   "git_dirty", "build_type", "compiler",        "host",
                             "resumed_from_epoch"};
  return static_cast<std::size_t>(std::ranges::find(order, std::string_view(fact)) - order.begin());
}

bool is_time(const std::string& fact) {
  return fact == "start" || fact == "end" || fact.ends_with("_start") || fact.ends_with("_end");
}

}  // namespace

Differences compare_trials(const TrialRecord& first, const TrialRecord& second) {
  Differences differences;
  compare_configs(differences, first, second);
  add_text(differences, TrialPart::outcome, "outcome", to_name(first.outcome), to_name(second.outcome));
  add_text(differences, TrialPart::outcome, "reason", first.reason, second.reason);
  compare_histories(differences, first, second);
  compare_arrays(differences, TrialPart::model, "model/", first.model, second.model);
  compare_metrics(differences, first, second);
  compare_groups(differences, first, second);
  return differences;
}

std::string to_text(const Difference& difference, const std::string& there, const std::string& here) {
  const auto shown = [](const std::string& text) { return text.empty() ? std::string("nothing") : text; };
  std::string text = difference.what;
  if (difference.epoch) text += fmt::format(", epoch {}", *difference.epoch);
  if (difference.position) text += fmt::format(", value {}", *difference.position + 1);
  text += fmt::format(": {} {}, {} {}", shown(difference.first), there, shown(difference.second), here);
  if (difference.relative) text += fmt::format(" (relative {:.1e})", *difference.relative);
  return text;
}

std::vector<FactDifference> compare_provenance(const Texts& first, const Texts& second) {
  std::vector<FactDifference> differences;
  for_each_name(first, second, "", [&](const std::string& name, const std::string& a, const std::string& b) {
    if (a != b && !is_time(name)) differences.push_back({name, a, b});
  });
  std::ranges::stable_sort(differences, {}, [](const FactDifference& fact) { return likelihood(fact.name); });
  return differences;
}

}  // namespace lnn::audit
