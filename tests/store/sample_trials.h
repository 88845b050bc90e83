#pragma once

#include <sys/resource.h>

#include <csignal>
#include <limits>
#include <memory>
#include <string>

#include "experiment/plan.h"
#include "store/trial_record.h"
#include "tests/in_folder.h"

/// Small trials for the tests of store and analysis.
namespace lnn::test {

/// No file may grow beyond `bytes` while this lives: as a full disk, for a test.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*old_handler_)(int);
  rlimit old_limit_{};
};

/// A trial with every kind of content: text beyond ASCII, an order that is not alphabetic, NaN and infinity,
/// both precisions, a scalar parameter.
inline store::TrialRecord sample_record(const std::string& id = "0123456789ab") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  store::TrialRecord record;
  record.id = id;
  record.config = R"({"network":{"width":16},"name":"Poincaré"})";
  record.outcome = store::Outcome::diverged;
  record.reason = "the loss became NaN in epoch 2 (α = 10)";
  record.attempts = 2;
  record.history = {{"train_total", "1", "mean total loss of the epoch", {0.5, infinity, nan}},
                    {"lr", "1", "learning rate", {1e-3, 5e-4, -0.0}}};
  record.model = {{"net.2.weight", {2, 3}, {1, 2, 3, 4, 5, 0.5}, true},
                  {"net.0.weight", {2}, {0.1, 1.0 / 3.0}, false},
                  {"dyt.alpha", {}, {0.5}, true}};
  record.metrics = {{"best_epoch", {1, "epoch", "epoch with the lowest validation loss"}},
                    {"best_val_total", {0.0123, "1", "lowest total validation loss"}}};
  record.provenance = {{"host", "node7"}, {"git_commit", "abc"}};
  record.groups = {
      {"rollouts", "1", {{"outcome", "left_domain"}}, {{"t", "s", "time", {3}, {0, 0.1, 0.2}}}},
      {"learned",
       "signature",
       {},
       {{"wrong", "1", "bits", {2, 2}, {0, 1, 511, nan}, true}, {"theta1", "rad", "", {1}, {0}}}}};
  return record;
}

/// A completed trial with the two metrics that the tables of the tests show.
inline store::TrialRecord completed_record(const std::string& id, double loss, double instability) {
  store::TrialRecord record = sample_record(id);
  record.outcome = store::Outcome::completed;
  record.reason.clear();
  record.metrics = {{"best_val_total", {loss, "1", "lowest total validation loss"}},
                    {"instability_train_total", {instability, "1", "instability of the training loss"}}};
  return record;
}

/// An arm's replicate with this seed; `config` is a complete configuration.
inline experiment::Member member_of(const std::string& experiment, const std::string& label,
                                    const experiment::Json& swept, std::uint64_t seed,
                                    const experiment::Json& config = experiment::Json::object()) {
  return {std::make_shared<const experiment::PlannedArm>(experiment::PlannedArm{
              .experiment = experiment, .label = label, .swept = swept, .difference = config}),
          seed};
}

/// Gives the trial's first arm changed facts; other trials of the arm keep theirs.
template <class Change>
void change_arm(experiment::PlannedTrial& trial, Change change) {
  experiment::PlannedArm arm = *trial.members.front().arm;
  change(arm);
  trial.members.front().arm = std::make_shared<const experiment::PlannedArm>(std::move(arm));
}

/// A planned trial of one arm.
inline experiment::PlannedTrial planned(const std::string& id, const std::string& experiment,
                                        const std::string& label, const experiment::Json& swept,
                                        std::uint64_t seed,
                                        const experiment::Json& config = experiment::Json::object()) {
  experiment::PlannedTrial trial;
  trial.id = id;
  trial.members = {member_of(experiment, label, swept, seed, config)};
  return trial;
}

}  // namespace lnn::test
