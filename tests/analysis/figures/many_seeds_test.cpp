// Pictures of arms with many seeds: they show ranges and do not grow with the trials.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <sstream>
#include <string>

#include "analysis/figures/kinds.h"
#include "tests/analysis/figures/figures_fixture.h"

namespace {

using namespace lnn;
using figures::Drawn;
using figures::Numbers;
using figures::Study;
using testing::HasSubstr;
using testing::Not;

/// Arms 1, 2, ...; the losses of seed k of arm i are between k/i and 12 k/i.
class ManySeeds : public testing::Test {
 protected:
  Study study(int arms, int seeds) {
    Study study{"many", {{"name", "many"}, {"title", "Many"}}, "desk", {}, 0, 0};
    for (int arm = 1; arm <= arms; ++arm) {
      study.arms.push_back({"width " + std::to_string(arm), {{"network.width", arm}}, {}});
      for (int seed = 1; seed <= seeds; ++seed)
        study.arms.back().trials.push_back(trial(seed, static_cast<double>(seed) / arm));
    }
    return study;
  }

  figures::StudyTrial trial(int seed, double loss) {
    store::TrialRecord& summary = summaries_.emplace_back();
    summary.metrics["best_val_total"] = {loss, "1", ""};
    figures::StudyTrial trial{static_cast<std::uint64_t>(seed), experiment::Json::object(), "completed",
                              &summary};
    trial.arrays.history = {{"phase", "1", "", Numbers(40, 0)}, {"val_total", "1", "", test::losses(loss)}};
    trial.arrays.groups = {test::rollout("1", loss)};
    return trial;
  }

  std::deque<store::TrialRecord> summaries_;
};

std::string data_of(const Drawn& drawn) {
  EXPECT_EQ(drawn.pictures.size(), 1U) << drawn.why_not;
  return drawn.pictures.at(0).data_text();
}

/// Lines of numbers.
int rows_in(const std::string& data) {
  int rows = 0;
  std::istringstream text(data);
  for (std::string line; std::getline(text, line);) rows += !line.empty() && line[0] != '#' ? 1 : 0;
  return rows;
}

TEST_F(ManySeeds, FewAreShownOneByOne) {
  EXPECT_THAT(data_of(draw_losses(study(8, 30))), Not(HasSubstr("middle half")));
  const std::string training = data_of(draw_training(study(8, 3)));
  EXPECT_THAT(training, HasSubstr("# width 8: epoch, each seed"));
  // All medians stand behind each of the eight panels, but once among the data.
  EXPECT_EQ(rows_in(training), 40 * (8 + 8 * (3 + 1)));
}

TEST_F(ManySeeds, PicturesDoNotGrowWithTheTrials) {
  for (const auto draw : {figures::draw_losses, figures::draw_training}) {
    const std::string some = data_of(draw(study(8, 31)));
    const std::string many = data_of(draw(study(8, 310)));
    EXPECT_EQ(rows_in(some), rows_in(many));
    EXPECT_THAT(some, Not(HasSubstr("each seed")));
  }
}

TEST_F(ManySeeds, LossesAreShownAsRangeAndMiddleHalf) {
  // Losses 1, 2, ... 41 of the first arm, half of them of the second.
  const std::string data = data_of(draw_losses(study(2, 41)));
  EXPECT_THAT(data, HasSubstr("all seeds: from, to, row\n1 41 0\n0.5 20.5 1\n"));
  EXPECT_THAT(data, HasSubstr("middle half of the seeds: from, to, row\n11 31 0\n5.5 15.5 1\n"));
}

TEST_F(ManySeeds, TrajectoriesOfEachAreNotShown) {
  EXPECT_EQ(draw_gallery(study(1, 30)).pictures.size(), 1U);
  EXPECT_THAT(draw_gallery(study(1, 31)).why_not, HasSubstr("more than 30 seeds"));
}

}  // namespace
