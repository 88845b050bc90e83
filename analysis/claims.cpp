#include "analysis/claims.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/claim_rules.h"
#include "experiment/file_format.h"

namespace lnn::analysis {
namespace {

using store::Outcome;

std::optional<double> value_of(const ArmTrial& trial, const std::string& metric) {
  if (trial.record == nullptr || trial.record->outcome != Outcome::completed) return std::nullopt;
  const auto found = trial.record->metrics.find(metric);
  if (found == trial.record->metrics.end() || !std::isfinite(found->second.value)) return std::nullopt;
  return found->second.value;
}

ClaimTrial claim_trial(const ArmTrial& trial, const std::string& metric) {
  return {.id = trial.planned->id,
          .arm = trial.member->arm->label,
          .seed = trial.member->seed,
          .outcome = trial.outcome,
          .ended = trial.ended(),
          .value = value_of(trial, metric)};
}

std::vector<ClaimGroup> make_groups(const ClaimDefinition& definition, const PooledExperiment& experiment) {
  std::vector<ClaimGroup> groups;
  for (const ArmGroup& arms : definition.groups) {
    ClaimGroup& group = groups.emplace_back();
    group.arms = arms;
    for (const ArmTrial& trial : experiment.trials) {
      if (arms.contains(trial.member->arm->swept))
        group.trials.push_back(claim_trial(trial, definition.metric));
    }
  }
  groups.back().is_against = experiment::has_against(definition.comparison);
  return groups;
}

double worst_value(const std::string& metric) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto& names = experiment::metric_names();
  const auto found = std::ranges::find(names, metric, &experiment::MetricName::name);
  return found != names.end() && found->higher_is_better ? -infinity : infinity;
}

Sample sample_of(const ClaimGroup& group, const std::string& metric) {
  Sample sample;
  for (const ClaimTrial& trial : group.trials) {
    if (trial.ended) sample[trial.seed].push_back(trial.value.value_or(worst_value(metric)));
  }
  return sample;
}

template <class Condition>
std::vector<ClaimTrial> trials_where(const JudgedClaim& claim, Condition condition) {
  std::vector<ClaimTrial> found;
  for (const ClaimGroup& group : claim.groups) {
    std::ranges::copy_if(group.trials, std::back_inserter(found), condition);
  }
  return found;
}

std::vector<ClaimTrial> lost_trials(const JudgedClaim& claim) {
  return trials_where(claim, [](const ClaimTrial& trial) { return trial.lost(); });
}

// "2 of 8 trials ended without a value: 0a1b (diverged), 2c3d (completed)".
std::string lost_text(const JudgedClaim& claim) {
  constexpr std::size_t most_named = 4;
  const std::vector<ClaimTrial> lost = lost_trials(claim);
  const std::size_t ended = trials_where(claim, [](const ClaimTrial& trial) { return trial.ended; }).size();
  std::vector<std::string> named;
  for (std::size_t i = 0; i < std::min(lost.size(), most_named); ++i) {
    named.push_back(fmt::format("{} ({})", lost[i].id, lost[i].outcome));
  }
  if (lost.size() > most_named) named.push_back(fmt::format("{} more", lost.size() - most_named));
  return fmt::format("{} of {} trials ended without a value: {}", lost.size(), ended, fmt::join(named, ", "));
}

std::optional<std::string> missing_data(const JudgedClaim& claim) {
  for (const ClaimGroup& group : claim.groups) {
    const auto ended = [](const ClaimTrial& trial) { return trial.ended; };
    if (group.trials.empty()) return fmt::format("no trial of '{}' is planned", group.arms.label);
    if (std::ranges::none_of(group.trials, ended)) {
      return fmt::format("no trial of '{}' has ended", group.arms.label);
    }
  }
  if (trials_where(claim, [](const ClaimTrial& trial) { return trial.value.has_value(); }).empty()) {
    return fmt::format("no trial has a finite {}", claim.definition.metric);
  }
  return std::nullopt;
}

std::optional<std::string> impossible_mean(const JudgedClaim& claim) {
  const std::vector<ClaimTrial> lost = lost_trials(claim);
  if (claim.definition.comparison == Comparison::value && !lost.empty()) {
    return fmt::format("there is no mean to compare, for {}", lost_text(claim));
  }
  if (claim.statistic != Statistic::geometric_mean) return std::nullopt;
  const auto refused =
      trials_where(claim, [](const ClaimTrial& trial) { return trial.value && *trial.value <= 0; });
  if (refused.empty()) return std::nullopt;
  return fmt::format("the geometric mean needs positive values (trial {} has {:g})", refused[0].id,
                     *refused[0].value);
}

std::optional<std::string> impossible_ratio(const JudgedClaim& claim) {
  const Comparison comparison = claim.definition.comparison;
  if (comparison != Comparison::reduction && comparison != Comparison::similar) return std::nullopt;
  for (const ClaimGroup& group : claim.groups) {
    if (!std::isfinite(*group.level)) {
      return fmt::format("half of the trials of '{}' or more ended without a value", group.arms.label);
    }
  }
  const ClaimGroup& against = claim.groups.back();
  if (*against.level > 0) return std::nullopt;
  return fmt::format("the {} of '{}' is {:g} (nothing can be divided by it)", to_name(claim.statistic),
                     against.arms.label, *against.level);
}

void add_levels(JudgedClaim& claim) {
  for (ClaimGroup& group : claim.groups) {
    const Sample sample = sample_of(group, claim.definition.metric);
    group.seeds = sample.size();
    group.level = statistic_of(all_values(sample), claim.statistic);
  }
}

EffectKind kind_of(Comparison comparison, Statistic statistic) {
  if (comparison == Comparison::reduction) return EffectKind::reduction_percent;
  const bool as_ratio = comparison == Comparison::similar || statistic == Statistic::geometric_mean;
  return as_ratio ? EffectKind::ratio : EffectKind::difference;
}

std::vector<Effect> effects_of(const JudgedClaim& claim) {
  const ClaimDefinition& definition = claim.definition;
  std::vector<Sample> samples;
  for (const ClaimGroup& group : claim.groups) samples.push_back(sample_of(group, definition.metric));
  if (definition.comparison == Comparison::value) {
    return {ratio_to_published(samples[0], definition.published, claim.statistic, *definition.tolerance)};
  }
  if (samples.size() == 1) return {level_of(samples[0], claim.statistic)};
  std::vector<Effect> effects;
  const EffectKind kind = kind_of(definition.comparison, claim.statistic);
  // An order is reproduced only when all its pairs are separated, and refuted by any one of them: the chance
  // of one false separation among them stays below 5 % (Bonferroni).
  const double confidence = 1 - 0.05 / static_cast<double>(samples.size() - 1);
  for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
    effects.push_back(effect_of(samples[i], samples[i + 1], kind, claim.statistic, confidence));
  }
  return effects;
}

std::optional<std::string> too_few_seeds(const JudgedClaim& claim) {
  const auto fewest = std::ranges::min_element(claim.groups, {}, &ClaimGroup::seeds);
  if (fewest->seeds >= fewest_seeds) return std::nullopt;
  return fmt::format("too few seeds (n={} of '{}'; {} are needed)", fewest->seeds, fewest->arms.label,
                     fewest_seeds);
}

// Fills everything that the data allow, and tells what stands in the way of a verdict.
std::optional<std::string> measure(JudgedClaim& claim) {
  if (auto obstacle = missing_data(claim)) return obstacle;
  if (auto obstacle = impossible_mean(claim)) return obstacle;
  add_levels(claim);
  if (auto obstacle = impossible_ratio(claim)) return obstacle;
  claim.effects = effects_of(claim);
  return too_few_seeds(claim);
}

std::string unended_text(const JudgedClaim& claim) {
  const std::size_t all = trials_where(claim, [](const ClaimTrial&) { return true; }).size();
  const std::size_t open = trials_where(claim, [](const ClaimTrial& trial) { return !trial.ended; }).size();
  return fmt::format("PARTIAL: {} of {} trials unfinished", open, all);
}

void add_remarks(JudgedClaim& claim) {
  if (!claim.effects.empty() && !lost_trials(claim).empty()) {
    claim.why += fmt::format(". Judged by medians, for {}", lost_text(claim));
  }
  if (claim.partial()) claim.why += ". " + unended_text(claim);
}

}  // namespace

bool JudgedClaim::partial() const {
  return std::ranges::any_of(groups, [](const ClaimGroup& group) {
    return std::ranges::any_of(group.trials, [](const ClaimTrial& trial) { return !trial.ended; });
  });
}

int ClaimReport::count(Verdict verdict) const {
  return static_cast<int>(std::ranges::count(claims, verdict, &JudgedClaim::verdict));
}

JudgedClaim judge(const ClaimDefinition& definition, const PooledExperiment& experiment) {
  JudgedClaim claim;
  claim.definition = definition;
  if (std::ranges::find(definition.scales, experiment.scale) == definition.scales.end()) {
    claim.verdict = Verdict::not_judged;
    claim.why = fmt::format("judged at scale {} only", fmt::join(definition.scales, ", "));
    return claim;
  }
  claim.groups = make_groups(definition, experiment);
  claim.statistic = lost_trials(claim).empty() ? definition.statistic : Statistic::median;
  if (const auto obstacle = measure(claim)) {
    claim.why = *obstacle;
  } else {
    Finding finding = finding_of(claim);
    claim.verdict = finding.verdict;
    claim.why = std::move(finding.why);
  }
  add_remarks(claim);
  return claim;
}

std::vector<ClaimReport> judge_claims(std::span<const RunResults> runs) {
  std::vector<ClaimReport> reports;
  for (const PooledExperiment& experiment : pool_experiments(runs)) {
    if (experiment.claims.empty()) continue;
    ClaimReport report{experiment.name, experiment.title, experiment.scale, experiment.runs, 0, 0, {}};
    report.planned = static_cast<int>(experiment.trials.size());
    report.ended = static_cast<int>(std::ranges::count_if(experiment.trials, &ArmTrial::ended));
    for (const ClaimDefinition& definition : experiment.claims) {
      report.claims.push_back(judge(definition, experiment));
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace lnn::analysis
