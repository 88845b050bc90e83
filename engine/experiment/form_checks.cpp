#include "experiment/form_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/names.h"
#include "experiment/file_format.h"

namespace lnn::experiment {
namespace {

/// Up to three of `known`: the nearest first, then those that `name` is a part of.
Names suggestions(const std::string& name, Names known) {
  constexpr std::size_t most = 3;
  const auto is_part = [&name](const std::string& one) { return one.find(name) != std::string::npos; };
  Names found;
  while (found.size() < most) {
    const auto whole = std::ranges::find_if(known, is_part);
    std::string next = nearest_name(name, known);
    if (next.empty() && whole != known.end()) next = *whole;
    if (next.empty()) break;
    found.push_back(fmt::format("'{}'", next));
    std::erase(known, next);
  }
  return found;
}

}  // namespace

Names keys_of(const Axes& axes) {
  Names names;
  for (const auto& [key, values] : axes) names.push_back(key);
  return names;
}

Names metric_texts() {
  Names names;
  for (const MetricName& metric : metric_names()) names.push_back(metric.name);
  return names;
}

void require_name(const Names& allowed, const Json& name, const std::string& where) {
  const std::string text = to_text(name);
  if (std::ranges::find(allowed, text) == allowed.end()) throw_unknown_name(where, text, allowed);
}

void require_metric(const Json& name, const std::string& where) {
  const Names known = metric_texts();
  const std::string text = to_text(name);
  if (std::ranges::find(known, text) != known.end()) return;
  throw_unknown_metric(where, text, known, "`lnn-sweep schema --metrics` lists all");
}

void throw_unknown_metric(const std::string& where, const std::string& name, Names known,
                          const std::string& listing) {
  const Names nearest = suggestions(name, std::move(known));
  const std::string hint =
      nearest.empty() ? "" : fmt::format(" Did you mean {}?", fmt::join(nearest, " or "));
  throw_user_error("{}: unknown value '{}'.{} {}.", where, name, hint, listing);
}

void require_new(Names& seen, const std::string& name, const std::string& where) {
  if (std::ranges::find(seen, name) != seen.end()) {
    throw_user_error("{}: '{}' is there twice. Give each its own name.", where, name);
  }
  seen.push_back(name);
}

void check_pattern(const std::string& key, const Json& pattern, const std::vector<Json>& values,
                   const std::string& where) {
  const auto known = [&](const Json& value) { return std::ranges::find(values, value) != values.end(); };
  if (known(pattern)) return;
  const Json alternatives = pattern.is_array() ? pattern : Json::array({pattern});
  for (const Json& alternative : alternatives) {
    if (known(alternative)) continue;
    throw_unknown_name(fmt::format("{}: {}", where, key), to_text(alternative), to_texts(values));
  }
}

}  // namespace lnn::experiment
