#include "experiment/claim_form.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "experiment/arms.h"
#include "experiment/file_format.h"
#include "experiment/form_checks.h"

namespace lnn::experiment {
namespace {

/// What a group of arms may name.
struct Sweep {
  Axes values;
  std::vector<Arm> arms;
};

// An arm does not list keys that only other cases set, but may still have the value.
bool may_match(const Arm& arm, const Settings& group) {
  return std::ranges::all_of(group, [&arm](const auto& entry) {
    const auto& [key, pattern] = entry;
    if (!arm.contains(key)) return key != case_key;
    const Json& own = arm.at(key);
    return own == pattern || (pattern.is_array() && std::ranges::find(pattern, own) != pattern.end());
  });
}

void check_group(const Json& group, const Sweep& sweep, const std::string& where) {
  const Settings entries = flatten(group, where);
  for (const auto& [key, pattern] : entries) {
    require_name(keys_of(sweep.values), key, where + ": swept key");
    check_pattern(key, pattern, sweep.values.at(key), where);
  }
  if (std::ranges::none_of(sweep.arms, [&](const Arm& arm) { return may_match(arm, entries); })) {
    throw_user_error("{}: {} has no arm (no arm has all these values). Name values that occur together.",
                     where, group.dump());
  }
}

void check_ordered_groups(const Json& groups, const Sweep& sweep, const std::string& where) {
  if (!groups.is_array() || groups.size() < 2) {
    throw_user_error("{}: {} is not allowed for 'order'. List at least two groups, lowest first.", where,
                     groups.dump());
  }
  for (const Json& group : groups) check_group(group, sweep, where);
}

void require_field(const Json& claim, const char* field, bool needed, const std::string& where) {
  if (claim.contains(field) == needed) return;
  const auto comparison = claim.at("comparison").get<std::string>();
  if (needed) throw_user_error("{}: '{}' needs the field '{}'. Add it.", where, comparison, field);
  throw_user_error("{}: '{}' never reads the field '{}'. Remove it.", where, comparison, field);
}

void check_groups(const Json& claim, Comparison comparison, const Sweep& sweep, const std::string& where) {
  if (comparison == Comparison::order) {
    check_ordered_groups(claim.at("of"), sweep, where + ": of");
  } else {
    check_group(claim.at("of"), sweep, where + ": of");
  }
  require_field(claim, "against", has_against(comparison), where);
  if (!has_against(comparison)) return;
  check_group(claim.at("against"), sweep, where + ": against");
  if (flatten(claim.at("of"), where) == flatten(claim.at("against"), where)) {
    throw_user_error("{}: 'of' and 'against' are the same group. Name two groups to compare.", where);
  }
}

bool is_positive(const Json& value) {
  return value.is_number() && value.get<double>() > 0;
}

// The published value divides ours; it may list single runs.
void check_published_value(const Json& published, const std::string& where) {
  const bool allowed = published.is_array()
                           ? !published.empty() && std::ranges::all_of(published, is_positive)
                           : is_positive(published);
  if (allowed) return;
  throw_user_error("{}: {} is not allowed. Give a positive number or a list of them.", where,
                   published.dump());
}

void check_published(const Json& claim, Comparison comparison, const std::string& where) {
  require_field(claim, "published", has_published(comparison), where);
  if (!has_published(comparison)) return;
  const Json& published = claim.at("published");
  if (comparison == Comparison::value) {
    check_published_value(published, where + ": published");
  } else if (!published.is_number()) {
    throw_user_error("{}: published: {} is not allowed. Give a number.", where, published.dump());
  }
}

void check_tolerance(const Json& claim, Comparison comparison, const std::string& where) {
  if (!claim.contains("tolerance")) return;
  require_field(claim, "tolerance", default_tolerance(comparison).has_value(), where);
  if (claim.at("tolerance").get<double>() < 0) {
    throw_user_error("{}: tolerance: {} is not allowed. Give a number that is not negative.", where,
                     claim.at("tolerance").dump());
  }
}

void check_statistic(const Json& claim, Comparison comparison, const std::string& where) {
  const std::string statistic = claim.value("statistic", "mean");
  require_name(enum_names<Statistic>(), statistic, where + ": statistic");
  if (comparison == Comparison::value && statistic == "median") {
    throw_user_error(
        "{}: statistic: 'median' is not allowed for 'value' (published are means and single runs). Use "
        "'mean' or 'geometric_mean'.",
        where);
  }
}

void check_claim_scales(const Json& scales, const std::string& where) {
  Names seen;
  for (const Json& scale : scales) {
    require_name(scale_names(), scale, where);
    require_new(seen, scale, where);
  }
  if (seen.empty()) throw_user_error("{}: the list is empty. Name the scales that can show it.", where);
}

void check_claim(const Json& claim, const Sweep& sweep, const std::string& where) {
  require_metric(claim.at("metric"), where + ": metric");
  require_name(enum_names<Comparison>(), claim.at("comparison"), where + ": comparison");
  const auto comparison = from_name<Comparison>(claim.at("comparison").get<std::string>());
  check_groups(claim, comparison, sweep, where);
  check_published(claim, comparison, where);
  check_tolerance(claim, comparison, where);
  check_statistic(claim, comparison, where);
  check_claim_scales(claim.at("scales"), where + ": scales");
}

}  // namespace

bool has_against(Comparison comparison) {
  using enum Comparison;
  return comparison == lower || comparison == higher || comparison == similar || comparison == reduction;
}

bool has_published(Comparison comparison) {
  using enum Comparison;
  return comparison == reduction || comparison == value || comparison == at_most || comparison == at_least;
}

std::optional<double> default_tolerance(Comparison comparison) {
  using enum Comparison;
  if (comparison == similar) return 0.25;
  if (comparison == reduction) return 5;
  if (comparison == value) return 0.1;
  return std::nullopt;
}

void check_claims(const Json& file, const std::string& where) {
  const Sweep sweep{swept_values(file), all_arms(file)};
  Names names;
  for (const Json& claim : file.value("claims", Json::array())) {
    check_fields(claim, claim_fields(), fmt::format("{}: claims[{}]", where, names.size()));
    require_new(names, claim.at("name"), where + ": claims");
    check_claim(claim, sweep, fmt::format("{}: claim '{}'", where, names.back()));
  }
}

}  // namespace lnn::experiment
