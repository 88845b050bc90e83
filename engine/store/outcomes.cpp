#include "store/outcomes.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "base/error.h"

namespace lnn::store {

namespace fs = std::filesystem;

bool is_taken(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

void refuse_link(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_symlink(path, ignored)) return;
  throw_environment_error(
      "{}: is a link (its target may change without this run). Put the file itself here, or remove the link "
      "and run the sweep again.",
      path.string());
}

void refuse_other_trial(const fs::path& path, const std::string& found, const std::string& id) {
  if (found == id) return;
  throw_environment_error("{}: holds trial '{}' (the file was renamed). Delete it and run the sweep again.",
                          path.string(), found);
}

namespace {

/// The names in a folder, and whether they are links; nothing when it does not exist.
std::unordered_map<std::string, bool> names_in(const fs::path& folder) {
  std::unordered_map<std::string, bool> names;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored))
    names.emplace(entry->path().filename().string(), entry->is_symlink(ignored));
  return names;
}

/// A planned trial under whose name something lies.
struct Candidate {
  const std::string& id;
  fs::path path;
  bool is_link;
};

/// What its file says, or what is wrong with it.
struct Answer {
  Glance glance;
  std::string problem;
};

// One look at the folder is quicker than one for every trial that may be there.
std::vector<Candidate> candidates_of(const RunDirectory& run, const experiment::Plan& plan) {
  const std::unordered_map<std::string, bool> names = names_in(run.trials());
  std::vector<Candidate> candidates;
  for (const experiment::PlannedTrial& trial : plan.trials) {
    fs::path path = run.trial(trial.id);
    const auto name = names.find(path.filename().string());
    if (name != names.end()) candidates.push_back({trial.id, std::move(path), name->second});
  }
  return candidates;
}

Answer ask(const Candidate& candidate, Depth depth) {
  try {
    if (candidate.is_link) refuse_link(candidate.path);
    Answer answer{glance(candidate.path, depth), ""};
    refuse_other_trial(candidate.path, answer.glance.id, candidate.id);
    return answer;
  } catch (const EnvironmentError& error) {
    return {{}, error.what()};
  }
}

// Side by side, for the files of a run often lie on a network: there each one costs a journey.
std::vector<Answer> ask_all(const std::vector<Candidate>& candidates, Depth depth) {
  constexpr std::size_t most_helpers = 7;
  constexpr std::size_t files_per_helper = 500;  // fewer are not worth a thread
  std::vector<Answer> answers(candidates.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < candidates.size(); i = next++) answers[i] = ask(candidates[i], depth);
  };
  std::vector<std::future<void>> helpers;
  for (std::size_t k = 0; k < std::min(most_helpers, candidates.size() / files_per_helper); ++k)
    helpers.push_back(std::async(std::launch::async, work));
  work();
  for (std::future<void>& helper : helpers) helper.get();
  return answers;
}

}  // namespace

TrialOutcomes scan_outcomes(const RunDirectory& run, const experiment::Plan& plan, Depth depth) {
  const std::vector<Candidate> candidates = candidates_of(run, plan);
  std::vector<Answer> answers = ask_all(candidates, depth);
  TrialOutcomes outcomes;
  outcomes.ended.reserve(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (answers[i].problem.empty()) {
      outcomes.ended.emplace(candidates[i].id, std::move(answers[i].glance));
    } else {
      outcomes.damaged[candidates[i].id] = std::move(answers[i].problem);
    }
  }
  return outcomes;
}

}  // namespace lnn::store
