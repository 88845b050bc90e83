#include "experiment/form_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/names.h"
#include "experiment/file_format.h"

namespace lnn::experiment {

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
