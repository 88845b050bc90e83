#include "audit/select_trial.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "base/error.h"
#include "base/names.h"

namespace lnn::audit {
namespace {

using experiment::Plan;
using experiment::PlannedTrial;
using Matches = std::vector<const PlannedTrial*>;

std::string title_of(const experiment::Member& member) {
  return fmt::format("{}, seed {}", member.arm->label, member.seed);
}

bool has_title(const PlannedTrial& trial, const std::string& entry) {
  return std::ranges::any_of(trial.members, [&](const auto& member) { return title_of(member) == entry; });
}

Matches matching(const Plan& plan, const std::function<bool(const PlannedTrial&)>& is_meant) {
  Matches matches;
  for (const PlannedTrial& trial : plan.trials) {
    if (is_meant(trial)) matches.push_back(&trial);
  }
  return matches;
}

[[noreturn]] void throw_ambiguous(const std::string& entry, const Matches& matches) {
  constexpr std::size_t shown = 5;
  std::vector<std::string> names;
  for (const PlannedTrial* trial : matches) {
    if (names.size() < shown) names.push_back(fmt::format("{} ({})", trial->id, trial_title(*trial)));
  }
  throw_user_error("'{}' is not one trial but {}: {}{}. Give an id, or a label and seed as shown.", entry,
                   matches.size(), fmt::join(names, "; "), matches.size() > shown ? "; ..." : "");
}

}  // namespace

std::string trial_title(const PlannedTrial& trial) {
  return trial.members.empty() ? trial.id : title_of(trial.members.front());
}

const PlannedTrial& select_trial(const Plan& plan, const std::string& entry) {
  Matches matches = matching(plan, [&](const auto& trial) { return has_title(trial, entry); });
  // is_selected: ids that begin with the entry, labels that contain it.
  if (matches.empty())
    matches = matching(plan, [&](const auto& trial) { return experiment::is_selected(trial, entry); });
  if (matches.size() == 1) return *matches.front();
  if (matches.size() > 1) throw_ambiguous(entry, matches);
  std::vector<std::string> titles;
  for (const PlannedTrial& trial : plan.trials) titles.push_back(trial_title(trial));
  const std::string near = nearest_name(entry, titles);
  throw_user_error(
      "'{}' is no trial of this run (no id begins with it, no label contains it).{} 'lnn-sweep "
      "status RUN --json' lists all.",
      entry, near.empty() ? "" : fmt::format(" Did you mean '{}'?", near));
}

}  // namespace lnn::audit
