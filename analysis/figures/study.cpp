#include "analysis/figures/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/figures/text.h"
#include "base/error.h"

namespace lnn::figures {
namespace {

using analysis::ArmTrial;
using analysis::RunResults;

StudyTrial read_trial_of(const ArmTrial& trial, const std::string& scale, const Sources& sources) {
  StudyTrial result{trial.member->seed, trial.planned->config(), trial.outcome, trial.record};
  if (trial.record == nullptr) return result;
  try {
    result.arrays = sources.read(scale, trial.planned->id);
  } catch (const EnvironmentError&) {
    result.outcome = "damaged";
    result.summary = nullptr;
  }
  return result;
}

std::size_t place_in(const Json& values, const Json& value) {
  std::size_t place = 0;
  while (place < values.size() && values[place] != value) ++place;
  return place;
}

/// Where an arm stands in the experiment file: the plan lists the longest trials first.
std::vector<std::size_t> place_in_file(const Json& definition, const Json& swept) {
  Json choices = Json::object();
  for (const Json& one : definition.value("cases", Json::array())) choices["case"].push_back(one.at("label"));
  std::vector<std::size_t> places;
  const auto add = [&](const Json& keys) {
    for (const auto& [key, values] : keys.items()) {
      places.push_back(place_in(values, swept.contains(key) ? swept.at(key) : Json()));
    }
  };
  add(choices);
  add(definition.value("zip", Json::object()));
  add(definition.value("grid", Json::object()));
  return places;
}

bool has_shape(const store::DataArray& array, const std::vector<std::int64_t>& shape) {
  return std::ranges::equal(array.shape, shape,
                            [](std::int64_t have, std::int64_t want) { return want < 0 || have == want; });
}

}  // namespace

double StudyTrial::metric(const std::string& name) const {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (!completed() || summary == nullptr) return nan;
  const auto found = summary->metrics.find(name);
  return found == summary->metrics.end() ? nan : found->second.value;
}

std::span<const double> StudyTrial::history(const std::string& column) const {
  const auto found = std::ranges::find(arrays.history, column, &store::Column::name);
  return found == arrays.history.end() ? std::span<const double>() : found->values;
}

const store::ArrayGroup* StudyTrial::group(const std::string& family, const std::string& name) const {
  if (!completed()) return nullptr;
  const auto found = std::ranges::find_if(
      arrays.groups, [&](const store::ArrayGroup& one) { return one.family == family && one.name == name; });
  return found == arrays.groups.end() ? nullptr : &*found;
}

bool StudyTrial::has_family(const std::string& family) const {
  return completed() &&
         std::ranges::find(arrays.groups, family, &store::ArrayGroup::family) != arrays.groups.end();
}

bool StudyTrial::of_trajectories() const {
  return config.value("model", "") == "discrete_lagrangian" ||
         config.value("data", Json::object()).value("source", "") == "trajectories";
}

bool StudyTrial::lorentzian() const {
  const Json network = config.value("network", Json::object());
  return network.value("signature", "") == "lorentzian" || config.value("system", "").starts_with("ads");
}

std::vector<const StudyTrial*> StudyArm::completed_with(const std::string& family,
                                                        const std::string& name) const {
  std::vector<const StudyTrial*> result;
  for (const StudyTrial& trial : trials) {
    if (name.empty() ? trial.has_family(family) : trial.group(family, name) != nullptr)
      result.push_back(&trial);
  }
  return result;
}

bool Study::compares_arms() const {
  return definition.value("paper", Json::object()).value("section", "").starts_with("A, IV");
}

bool Study::of_trajectories() const {
  return std::ranges::any_of(arms, [](const StudyArm& arm) {
    return std::ranges::any_of(arm.trials, &StudyTrial::of_trajectories);
  });
}

bool Study::shows_each_seed() const {
  return std::ranges::all_of(arms,
                             [](const StudyArm& arm) { return arm.trials.size() <= most_single_seeds; });
}

std::string Study::title(const std::string& what) const {
  const std::string missing =
      ended < planned ? fmt::format(" (partial: {} of {} trials)", ended, planned) : "";
  return plain(definition.value("title", file_name)) + ": " + what + missing;
}

std::string Study::subtitle(const std::string& what) const {
  return fmt::format("{}, {} scale", what, scale);
}

std::vector<const StudyArm*> Study::arms_with(const std::string& family, const std::string& name) const {
  std::vector<const StudyArm*> result;
  for (const StudyArm& arm : arms) {
    if (!arm.completed_with(family, name).empty()) result.push_back(&arm);
  }
  return result;
}

Numbers Study::published(const StudyArm& arm, const std::string& metric) const {
  for (const Json& table : definition.value("tables", Json::array())) {
    for (const Json& entry : table.value("published", Json::array())) {
      if (entry.value("where", Json()) != arm.swept || !entry.contains(metric)) continue;
      const Json& value = entry.at(metric);
      return value.is_array() ? value.get<Numbers>() : Numbers{value.get<double>()};
    }
  }
  return {};
}

Study read_study(const Json& definition, const RunResults& run, const Sources& sources,
                 const std::string& file_name) {
  Study study{file_name, definition, run.plan.scale, {}, 0, 0};
  for (const ArmTrial& trial : analysis::arm_trials(run)) {
    if (trial.member->arm->experiment != definition.at("name")) continue;
    auto arm = std::ranges::find(study.arms, trial.member->arm->label, &StudyArm::label);
    if (arm == study.arms.end()) {
      arm = study.arms.insert(arm, {trial.member->arm->label, trial.member->arm->swept, {}});
    }
    arm->trials.push_back(read_trial_of(trial, study.scale, sources));
    ++study.planned;
    study.ended += trial.ended() ? 1 : 0;
  }
  std::ranges::stable_sort(study.arms, {},
                           [&](const StudyArm& arm) { return place_in_file(study.definition, arm.swept); });
  for (StudyArm& arm : study.arms) std::ranges::stable_sort(arm.trials, {}, &StudyTrial::seed);
  return study;
}

const store::DataArray& need_array(const store::ArrayGroup& group, const std::string& name,
                                   const std::vector<std::int64_t>& shape) {
  const auto found = std::ranges::find(group.arrays, name, &store::DataArray::name);
  if (found == group.arrays.end() || !has_shape(*found, shape)) {
    throw_environment_error(
        "a trial's {}/{} has no array '{}' of the expected shape (another version of the program wrote it). "
        "Draw "
        "its figures with that version, or evaluate the trials again: lnn-sweep rollout RUN --store.",
        group.family, group.name, name);
  }
  return *found;
}

std::vector<std::size_t> numbers_with(const std::vector<const StudyArm*>& arms, const std::string& family,
                                      const std::string& name) {
  std::vector<std::size_t> numbers;
  numbers.reserve(arms.size());
  for (const StudyArm* arm : arms) numbers.push_back(arm->completed_with(family, name).size());
  return numbers;
}

Representative best_trial(const std::vector<const StudyArm*>& arms, const std::string& family,
                          const std::string& name) {
  Representative best;
  double lowest = std::numeric_limits<double>::infinity();
  for (const StudyArm* arm : arms) {
    for (const StudyTrial* trial : arm->completed_with(family, name)) {
      ++best.among;
      const double loss = trial->metric("best_val_base");
      if (best.trial != nullptr && !(loss < lowest)) continue;
      best.arm = arm;
      best.trial = trial;
      if (std::isfinite(loss)) lowest = loss;
    }
  }
  invariant(best.trial != nullptr, "there is a trial to choose");
  return best;
}

std::string name_of(const Study& study, const Representative& shown) {
  return fmt::format("{}seed {}{}", study.arms.size() > 1 ? words(shown.arm->label) + ", " : "",
                     shown.trial->seed,
                     shown.among > 1 ? fmt::format(" (lowest loss of {} trials)", shown.among) : "");
}

}  // namespace lnn::figures
