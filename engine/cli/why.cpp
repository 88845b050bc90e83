#include <filesystem>
#include <iostream>
#include <optional>
#include <vector>

#include "audit/explain.h"
#include "audit/select_trial.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "store/results_file.h"
#include "store/run_directory.h"
#include "store/trial_file.h"
#include "store/trial_reader.h"

namespace lnn::cli {
namespace {

namespace fs = std::filesystem;

Syntax why_syntax() {
  Syntax syntax{
      .usage = "lnn-sweep why RUN ID ID | RUN ID RUN ID [--json]",
      .summary =
          "Why two trials ended differently: the settings in which they differ, or else how they were "
          "made; where their histories part and by how much; and the likely cause. ID is the beginning "
          "of an id, a label that one trial has, or 'LABEL, seed N'. RUN may be a results.h5, and the "
          "file of a trial may stand for RUN and ID.",
      .options = {},
      .positional = {"RUN and ID"},
      .last_positional_repeats = true};
  syntax.options.add_options()("json", po::bool_switch(), "one JSON object for other programs");
  return syntax;
}

struct NamedTrial {
  store::TrialRecord record;
  std::string name;
};

/// A run that ids refer to.
struct OpenRun {
  explicit OpenRun(const std::string& path)
      : plan(fs::is_directory(path) ? store::read_run_plan({path}) : store::read_results(path).plan),
        reader(path) {}

  NamedTrial trial(const std::string& entry) const {
    const experiment::PlannedTrial& planned = audit::select_trial(plan, entry);
    return {reader.record(planned.id), fmt::format("{} ({})", planned.id, audit::trial_title(planned))};
  }

  experiment::Plan plan;
  store::TrialReader reader;
};

bool is_run(const std::string& word) {
  return fs::is_directory(word) || fs::path(word).filename() == "results.h5";
}

std::vector<NamedTrial> read_trials(const std::vector<std::string>& words, const std::string& usage) {
  std::vector<NamedTrial> trials;
  std::optional<OpenRun> run;
  for (const std::string& word : words) {
    if (is_run(word)) {
      run.emplace(word);
    } else if (fs::is_regular_file(word)) {
      trials.push_back({store::read_trial(word), word});
    } else if (run) {
      trials.push_back(run->trial(word));
    } else {
      throw_user_error("why: '{}' is neither a run nor the file of a trial. Usage: {}", word, usage);
    }
  }
  if (trials.size() != 2) throw_user_error("why: {} trials instead of 2. Usage: {}", trials.size(), usage);
  return trials;
}

}  // namespace

int why(const Words& words) {
  const Syntax syntax = why_syntax();
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("RUN and ID")) throw_user_error("why: no trials. Usage: {}", syntax.usage);
  const auto trials = read_trials(values["RUN and ID"].as<std::vector<std::string>>(), syntax.usage);
  const store::TrialRecord& first = trials[0].record;
  const store::TrialRecord& second = trials[1].record;
  const audit::Explanation explanation = audit::explain(first, second);
  if (values["json"].as<bool>()) {
    std::cout << audit::to_json(explanation, first, second).dump() << "\n";
  } else {
    std::cout << audit::to_text(explanation, first, second, trials[0].name, trials[1].name);
  }
  return 0;
}

}  // namespace lnn::cli
