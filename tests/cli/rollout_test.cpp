// `lnn-sweep rollout` on the models of a real run at smoke scale.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/files.h"
#include "smoke_run.h"
#include "store/trial_file.h"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RolloutTest : public SmokeRun {
 protected:
  static fs::path any_trial() { return fs::directory_iterator(fs::path(run_) / "trials")->path(); }
};

TEST_F(RolloutTest, PrintsEveryTestOfEveryModel) {
  const Finished all = lnn_sweep({"rollout", run_});
  EXPECT_EQ(all.code, 0) << all.output;
  EXPECT_THAT(all.output, HasSubstr("GeLU, eigenvalue"));
  EXPECT_THAT(all.output, HasSubstr("final |dE/E|"));
}

TEST_F(RolloutTest, StoresWhatTheRunItselfStored) {
  const lnn::store::TrialRecord before = lnn::store::read_trial(any_trial());
  const Finished stored = lnn_sweep({"rollout", run_, "--store"});
  ASSERT_EQ(stored.code, 0) << stored.output;
  const lnn::store::TrialRecord after = lnn::store::read_trial(any_trial());
  EXPECT_EQ(after.config, before.config);
  ASSERT_EQ(after.groups.size(), before.groups.size());
  for (std::size_t i = 0; i < before.groups.size(); ++i) {
    EXPECT_EQ(after.groups[i].facts, before.groups[i].facts);
    for (std::size_t a = 0; a < before.groups[i].arrays.size(); ++a)
      EXPECT_THAT(after.groups[i].arrays[a].values,
                  testing::Pointwise(testing::NanSensitiveDoubleEq(), before.groups[i].arrays[a].values));
  }
}

TEST_F(RolloutTest, StartsFromAStateOfOnesOwnAndWritesItsTrajectory) {
  const fs::path csv = folder_ / "csv";
  const std::string id = any_trial().stem();
  const Finished own = lnn_sweep({"rollout", run_, id, "--q", "1.5,0", "--v", "0.1,0.2", "--t-end", "1",
                                  "--dt", "0.25", "--csv", csv.string()});
  ASSERT_EQ(own.code, 0) << own.output;
  const std::string text = lnn::read_text_file(csv / (id + "_rollout1.csv"));
  EXPECT_THAT(text, testing::StartsWith("t,q_true_theta,q_true_phi,v_true_theta,v_true_phi,q_model_theta"));
  EXPECT_THAT(text, HasSubstr("\n0,1.5,0,0.1,0.2,1.5,0,"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 4);
}

TEST_F(RolloutTest, RefusesWhatMakesNoSense) {
  const auto refuse = [](Words words, const std::string& why) {
    words.insert(words.begin(), {"rollout"});
    const Finished result = lnn_sweep(words);
    EXPECT_EQ(result.code, 2) << result.output;
    EXPECT_THAT(result.output, HasSubstr(why));
  };
  refuse({run_, "--q", "1,2"}, "belong together");
  refuse({run_, "--q", "1", "--v", "1,2"}, "2 coordinates");
  refuse({run_, "--q", "1,x", "--v", "1,2"}, "'x' is not a number");
  refuse({run_, "--store", "--t-end", "3"}, "exclude each other");
  refuse({run_, "--t-end", "-1"}, "must be positive");
  refuse({run_, "--max-steps", "0"}, "at least 1");
  refuse({run_, "gelo"}, "gelo");
  refuse({(folder_ / "nowhere").string()}, "nowhere");
}

}  // namespace
