#include "audit/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "store/trial_file.h"
#include "tests/store/sample_trials.h"

namespace {

namespace fs = std::filesystem;
using namespace lnn;
using namespace lnn::audit;
using store::Outcome;
using store::TrialRecord;
using testing::HasSubstr;

/// Trials that a test program plays (tests/sweep/fake_trial.cpp).
class ReplayTrial : public test::InFolder {
 protected:
  static TrialRecord fake(const std::string& behavior) {
    TrialRecord record;
    record.id = "0123456789ab";
    record.config = R"({"fake":")" + behavior + "\"}";
    record.outcome = Outcome::completed;
    record.metrics["best_val_total"] = {1.0 / 3, "1", "made up"};
    record.provenance["threads"] = "1";
    return record;
  }

  static ReplayOptions options() {
    ReplayOptions options;
    options.program = LNN_FAKE_TRIAL_PROGRAM;
    return options;
  }

  static Replay replay(const TrialRecord& recorded) { return replay_trial(recorded, options()).value(); }
};

TEST_F(ReplayTrial, OfASoundResultIsBitwiseEqual) {
  const Replay same = replay(fake("ok"));
  EXPECT_TRUE(same.equal()) << to_text(same);
  EXPECT_THAT(to_text(same), HasSubstr("bitwise equal"));
}

TEST_F(ReplayTrial, NamesTheFirstDifferenceAndLikelyCauses) {
  TrialRecord recorded = fake("ok");
  recorded.metrics["best_val_total"].value = 0.25;
  recorded.provenance["instruction_set"] = "avx9000";
  const Replay different = replay(recorded);
  EXPECT_FALSE(different.equal());
  EXPECT_THAT(to_text(different),
              testing::AllOf(HasSubstr("metrics/best_val_total: 0.25 there, 0.333"), HasSubstr("2.5e-01"),
                             HasSubstr("instruction_set: avx9000 there, not recorded here")));
  const auto json = to_json(different);
  EXPECT_EQ(json.at("equal"), false);
  EXPECT_EQ(json.at("differences").at(0).at("what"), "metrics/best_val_total");
  EXPECT_EQ(json.at("provenance").at(0).at("name"), "instruction_set");
}

TEST_F(ReplayTrial, OfAFailureFailsInTheSameWay) {
  for (const std::string behavior : {"segv", "exit:1", "nan"}) {
    TrialRecord failed = replay(fake(behavior)).repeated;
    EXPECT_NE(failed.outcome, Outcome::completed);
    failed.config = fake(behavior).config;
    if (behavior != "nan") failed.reason += ": another last line of the log";
    const Replay again = replay(failed);
    EXPECT_TRUE(again.equal()) << to_text(again);
  }
  TrialRecord aborted = replay(fake("abort")).repeated;
  aborted.config = fake("segv").config;
  EXPECT_THAT(to_text(replay(aborted)), HasSubstr("different: crashed"));
}

TEST_F(ReplayTrial, SeesThatAResultCannotBeRepeated) {
  const Replay crashed = replay(fake("segv"));
  EXPECT_FALSE(crashed.equal());
  EXPECT_THAT(to_text(crashed), HasSubstr("different: completed there, crashed"));
}

TEST_F(ReplayTrial, KeepsTheNewResultAndNothingElse) {
  ReplayOptions keeping = options();
  keeping.keep = folder_ / "again.h5";
  setenv("TMPDIR", folder_.c_str(), 1);
  replay_trial(fake("ok"), keeping);
  unsetenv("TMPDIR");
  EXPECT_EQ(store::read_trial(keeping.keep).outcome, Outcome::completed);
  EXPECT_EQ(files_in(folder_), 1);
}

TEST_F(ReplayTrial, CanBeStoppedAndSaysWhatDoesNotWork) {
  ReplayOptions stopped = options();
  stopped.stop = [] { return true; };
  EXPECT_FALSE(replay_trial(fake("hang"), stopped).has_value());
  EXPECT_THROW(replay(fake("exit:3")), EnvironmentError);
}

TEST_F(ReplayTrial, RunsAsItsProvenanceSays) {
  TrialRecord recorded = fake("ok");
  recorded.provenance = {
      {"backend", "tensor"}, {"precision", "float64"}, {"device", "cuda:1"}, {"threads", "3"}};
  recorded.attempts = 2;
  sweep::Job job = replay_job(recorded, options(), folder_);
  EXPECT_EQ(job.backend + job.precision + job.device, "tensorfloat64cuda:1");
  EXPECT_EQ(job.threads, 3);
  EXPECT_EQ(job.ids.size(), 1U) << "whatever its pack was";
  EXPECT_EQ(job.attempt, 2);
  ReplayOptions other = options();
  other.threads = 8;
  recorded.provenance.clear();
  job = replay_job(recorded, other, folder_);
  EXPECT_EQ(job.backend + job.precision + job.device, "autoautoauto");
  EXPECT_EQ(job.threads, 8);
}

}  // namespace
