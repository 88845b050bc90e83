#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/render_claims.h"

namespace lnn::analysis {
namespace {

// Keeps the documented order of fields, for people who read it.
using Object = nlohmann::ordered_json;

Object number(std::optional<double> value) {
  return value && std::isfinite(*value) ? Object(*value) : Object(nullptr);
}

Object interval_json(const Effect& effect) {
  if (!effect.interval) return nullptr;
  return {{"low", number(effect.interval->low)},
          {"high", number(effect.interval->high)},
          {"confidence", effect.confidence}};
}

Object to_json(const Effect& effect) {
  return {{"kind", to_name(effect.kind)},
          {"estimate", number(effect.estimate)},
          {"interval", interval_json(effect)},
          {"paired", effect.paired}};
}

Object to_json(const ClaimTrial& trial) {
  return {{"id", trial.id},           {"arm", trial.arm},     {"seed", trial.seed},
          {"outcome", trial.outcome}, {"ended", trial.ended}, {"value", number(trial.value)}};
}

Object to_json(const ClaimGroup& group);
Object to_json(const JudgedClaim& claim);
Object to_json(const ClaimReport& report);

template <class Items>
Object list_of(const Items& items) {
  Object list = Object::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

Object to_json(const ClaimGroup& group) {
  return {{"role", group.is_against ? "against" : "of"},
          {"label", group.arms.label},
          {"where", group.arms.where},
          {"seeds", group.seeds},
          {"level", number(group.level)},
          {"trials", list_of(group.trials)}};
}

Object to_json(const JudgedClaim& claim) {
  const ClaimDefinition& definition = claim.definition;
  return {{"name", definition.name},
          {"statement", definition.statement},
          {"paper", definition.paper},
          {"note", definition.note},
          {"metric", definition.metric},
          {"comparison", to_name(definition.comparison)},
          {"statistic", to_name(claim.statistic)},
          {"published", definition.published},
          {"tolerance", number(definition.tolerance)},
          {"verdict", to_name(claim.verdict)},
          {"why", claim.why},
          {"partial", claim.partial()},
          {"effects", list_of(claim.effects)},
          {"groups", list_of(claim.groups)}};
}

Object counts(const ClaimReport& report) {
  Object counts = Object::object();
  for (const auto& [verdict, name] : EnumNames<Verdict>::table) counts[name] = report.count(verdict);
  return counts;
}

Object to_json(const ClaimReport& report) {
  return {{"experiment", report.experiment},
          {"title", report.title},
          {"scale", report.scale},
          {"runs", report.runs},
          {"planned", report.planned},
          {"finished", report.ended},
          {"partial", report.ended < report.planned},
          {"counts", counts(report)},
          {"claims", list_of(report.claims)}};
}

}  // namespace

std::string claims_json(std::span<const ClaimReport> reports) {
  const Object document{{"format", "lnn-sweep claims"}, {"version", 1}, {"experiments", list_of(reports)}};
  return document.dump(2, ' ', false, Object::error_handler_t::replace) + "\n";
}

}  // namespace lnn::analysis
