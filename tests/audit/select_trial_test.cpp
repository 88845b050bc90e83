#include "audit/select_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/audit/verified_run.h"

namespace {

using namespace lnn;
using audit::select_trial;
using testing::HasSubstr;
using testing::ThrowsMessage;

using SelectTrial = test::InFinishedRun;

TEST_F(SelectTrial, ByIdOrTitle) {
  for (const auto& trial : plan_.trials) {
    EXPECT_EQ(select_trial(plan_, trial.id).id, trial.id);
    EXPECT_EQ(select_trial(plan_, trial.id.substr(0, 8)).id, trial.id);
    EXPECT_EQ(select_trial(plan_, audit::trial_title(trial)).id, trial.id);
  }
  EXPECT_THAT(audit::trial_title(plan_.trials.front()), HasSubstr(", seed "));
}

TEST_F(SelectTrial, RefusesWhatIsNotOneTrial) {
  EXPECT_THAT([&] { select_trial(plan_, "width 16"); },
              ThrowsMessage<UserError>(
                  testing::AllOf(HasSubstr("not one trial but 2"), HasSubstr("width 16, seed 1"))));
  EXPECT_THAT([&] { select_trial(plan_, "width 16, seed 7"); },
              ThrowsMessage<UserError>(HasSubstr("Did you mean 'width 16, seed")));
}

}  // namespace
