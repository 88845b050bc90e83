// Files of a run are damaged in every way that disks and people know. Each must give a clear error or be made
// anew, with the right numbers in the end: never a crash, never a wrong number.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <set>

#include "arena.h"
#include "base/error.h"
#include "damage.h"
#include "experiment/plan.h"
#include "store/results_file.h"

namespace lnn::faults {
namespace {

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class Damage : public testing::Test {
 protected:
  static Scenery scenery() { return {.epochs = 30, .seeds = 4}; }
  static Scenery long_scenery() { return {.epochs = 400, .seeds = 4}; }

  static void SetUpTestSuite() {
    home_ = std::make_unique<Arena>(scenery());
    const Finished finished = home_->finish(alone, home_->run_words());
    ASSERT_EQ(finished.code, 0) << finished.output;
    reference_.emplace(home_->run());
    table_ = table_of(*home_);
    whole_ = home_->run().root;
  }
  static void TearDownTestSuite() { home_.reset(); }

  void SetUp() override { ASSERT_TRUE(reference_) << "the undamaged run failed"; }

  /// A fresh copy of the finished run.
  store::RunDirectory copy() {
    home_->use(whole_.parent_path() / fmt::format("copy{}", copies_++));
    copy_with_times(whole_, home_->run().root);
    return home_->run();
  }
  void forget() {
    fs::remove_all(home_->run().root);
    tally("mutations that ended in a clear error or the right numbers", HasFailure() ? 0 : mutations_);
    mutations_ = 0;
  }

  void mutate(const char* kind, const fs::path& file, const fs::path& other) {
    done_.push_back(damage(file, other));
    ++mutations_;
    tally("mutations");
    tally(fmt::format("mutations: {}", kind));
  }

  /// Ends by itself with a documented code, and says what is wrong when it is not 0.
  Finished survive(const Words& words) {
    const Finished finished = home_->finish(alone, words);
    EXPECT_THAT((std::vector{0, 1, 2, 3}), testing::Contains(finished.code))
        << fmt::format("{}\nafter {}\n", fmt::join(words, " "), fmt::join(done_, "\n      "))
        << finished.output;
    EXPECT_TRUE(finished.code == 0 || !finished.output.empty()) << words.front();
    EXPECT_THAT(finished.output, testing::Not(testing::HasSubstr("internal error"))) << words.front();
    return finished;
  }

  void look_at_everything() {
    const std::string run = home_->run().root;
    survive({"status", run});
    survive({"table", run});
    survive({"verify", run});
    survive({"export", run, "--out", run + "/flat"});
    survive({"collect", run});
  }

  std::string happened() const { return fmt::format("after {}", fmt::join(done_, "\n      ")); }

  /// What tables are made of: whatever is taken for a result must be one.
  void expect_no_wrong_number(const store::RunDirectory& run) {
    const experiment::Plan plan = experiment::read_plan(whole_ / "plan.json");
    for (const auto& [id, record] : store::read_contents(run, plan).records) {
      EXPECT_EQ(reference_->difference(record, false), "") << happened();
    }
  }

  void expect_the_same_command_to_mend_it() {
    const Finished again = home_->finish(alone, home_->run_words());
    EXPECT_EQ(again.code, 0) << happened() << again.output;
    expect_an_undisturbed_run();
  }

  /// `run` either mends the run or names the file, without which it then does.
  void mend_or_name(const fs::path& file) {
    const Finished again = survive(home_->run_words());
    if (again.code == 0) return expect_an_undisturbed_run();
    // A description that was damaged and still is JSON looks like that of another run.
    EXPECT_THAT(again.output,
                testing::AnyOf(testing::HasSubstr(file.filename()), testing::HasSubstr("holds a run with")))
        << happened();
    tally("mutations after which `run` names the file to remove");
    fs::remove_all(file);
    expect_the_same_command_to_mend_it();
  }

  void expect_an_undisturbed_run() {
    EXPECT_EQ(reference_->differences(home_->run()), "") << happened();
    EXPECT_EQ(table_of(*home_), table_) << happened();
    EXPECT_THAT(temporaries(home_->run()), testing::IsEmpty()) << happened();
  }

  static inline std::unique_ptr<Arena> home_;
  static inline std::optional<Reference> reference_;
  static inline std::string table_;
  static inline fs::path whole_;
  static inline int copies_ = 0;
  std::vector<std::string> done_;
  int mutations_ = 0;
};

TEST_F(Damage, OfTrialFilesIsSeenAndMended) {
  for (int round = 0; round < count(2, 40) && !HasFailure(); ++round) {
    const store::RunDirectory run = copy();
    if (roll(0, 3) == 0) fs::remove(run.results());
    done_.clear();
    const std::vector<fs::path> files = files_in(run.trials());
    for (std::size_t i = 0; i < files.size(); ++i) {
      mutate("trial file", files[i], whole_ / "trials" / files[(i + 1) % files.size()].filename());
    }
    expect_no_wrong_number(run);
    look_at_everything();
    expect_no_wrong_number(run);
    expect_the_same_command_to_mend_it();
    forget();
  }
}

TEST_F(Damage, OfTheFilesAroundTheTrialsIsSeenOrMended) {
  const std::vector<std::string> names{"plan.json", "experiment.json", "events.jsonl", "results.h5",
                                       "lock",      "configs",         "logs"};
  for (int round = 0; round < count(42, 350) && !HasFailure(); ++round) {
    const store::RunDirectory run = copy();
    done_.clear();
    fs::path file = run.root / names[static_cast<std::size_t>(round) % names.size()];
    if (fs::is_directory(file)) file = files_in(file)[static_cast<std::size_t>(roll(0, 11))];
    mutate(names[static_cast<std::size_t>(round) % names.size()].c_str(), file, run.trials() / "none");
    const std::string table = table_of(*home_);
    if (table != table_) {
      EXPECT_THAT(table, testing::ContainsRegex("exit code [123]: .")) << happened();
    }
    look_at_everything();
    expect_no_wrong_number(run);
    mend_or_name(file);
    forget();
  }
}

// What is left when somebody keeps or sends nothing but results.h5.
TEST_F(Damage, OfAResultsFileThatStandsAloneIsSeen) {
  const fs::path results = home_->folder() / "alone" / "results.h5";
  home_->use(results.parent_path());
  for (int round = 0; round < count(10, 150) && !HasFailure(); ++round) {
    fs::create_directories(results.parent_path());
    fs::copy_file(whole_ / "results.h5", results);
    done_.clear();
    mutate("results.h5 alone", results, whole_ / "plan.json");
    const std::string table = table_of(*home_);
    if (table != table_) {
      EXPECT_THAT(table, testing::ContainsRegex("exit code [123]: .")) << happened();
    }
    survive({"claims", home_->run().root});
    survive({"export", home_->run().root, "--out", home_->folder() / "flat"});
    forget();
  }
}

/// A run as it is when every trial was stopped in mid-training.
class DamageOfCheckpoints : public Damage {
 protected:
  static void SetUpTestSuite() {
    home_ = std::make_unique<Arena>(long_scenery());
    const fs::path gathered = home_->folder() / "gathered";
    const auto sweep = home_->launch(alone, home_->run_words());
    while (sweep->wait(0).code == -1) gather(gathered);
    ASSERT_EQ(sweep->wait(0).code, 0) << sweep->wait(0).output;
    reference_.emplace(home_->run());
    table_ = table_of(*home_);
    whole_ = home_->folder() / "stopped";
    copy_with_times(home_->run().root, whole_);
    for (const fs::path& file : files_in(whole_ / "trials")) fs::remove(file);
    for (const fs::path& file : files_in(gathered))
      fs::rename(file, whole_ / "checkpoints" / file.filename());
    fs::remove(whole_ / "results.h5");
    ASSERT_FALSE(fs::is_empty(whole_ / "checkpoints"));
  }

  /// Keeps the first checkpoint of each trial that is seen.
  static void gather(const fs::path& folder) {
    fs::create_directories(folder);
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(home_->run().checkpoints(), gone)) {
      if (entry.path().extension() != ".h5") continue;
      fs::copy_file(entry.path(), folder / entry.path().filename(), fs::copy_options::skip_existing, gone);
    }
    sleep_seconds(0.005);
  }
};

TEST_F(DamageOfCheckpoints, CostsTimeAndNoNumber) {
  for (int round = 0; round < count(2, 20) && !HasFailure(); ++round) {
    const store::RunDirectory run = copy();
    done_.clear();
    const std::vector<fs::path> files = files_in(run.checkpoints());
    for (std::size_t i = 0; i < files.size(); ++i) {
      mutate("checkpoint", files[i], whole_ / "checkpoints" / files[(i + 1) % files.size()].filename());
    }
    survive({"status", run.root});
    survive({"verify", run.root});
    expect_the_same_command_to_mend_it();
    forget();
  }
}

}  // namespace
}  // namespace lnn::faults
