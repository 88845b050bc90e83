#include "audit/compare_trials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/store/sample_trials.h"

namespace {

using namespace lnn;
using namespace lnn::audit;
using store::TrialRecord;

TrialRecord changed(const std::function<void(TrialRecord&)>& change) {
  TrialRecord record = test::sample_record();
  change(record);
  return record;
}

/// The differences of a sample record and one with this change.
std::vector<Difference> after(const std::function<void(TrialRecord&)>& change) {
  return compare_trials(test::sample_record(), changed(change));
}

TEST(CompareTrials, FindsNothingInARecordAndItself) {
  EXPECT_THAT(compare_trials(test::sample_record(), test::sample_record()), testing::IsEmpty());
}

TEST(CompareTrials, DoesNotCompareTimesAttemptsAndProvenance) {
  TrialRecord first = test::sample_record();
  first.history.push_back({"seconds", "s", "", {1, 2, 3}});
  first.metrics["seconds"] = {6, "s", ""};
  TrialRecord second = first;
  second.history.back().values = {3, 2, 1};
  second.metrics["seconds"].value = 7;
  second.attempts = 9;
  second.provenance["host"] = "elsewhere";
  EXPECT_THAT(compare_trials(first, second), testing::IsEmpty());
}

TEST(CompareTrials, FindsEachPartsFirstDifference) {
  struct Case {
    std::function<void(TrialRecord&)> change;
    Difference expected;
  };
  const std::vector<Case> cases{
      {[](TrialRecord& r) { r.config = R"({"network":{"width":32},"name":"Poincaré"})"; },
       {.part = TrialPart::config, .what = "network.width", .first = "16", .second = "32"}},
      {[](TrialRecord& r) { r.config = R"({"network":{"width":16}})"; },
       {.part = TrialPart::config, .what = "name", .first = "\"Poincaré\"", .second = "absent"}},
      {[](TrialRecord& r) { r.outcome = store::Outcome::crashed; },
       {.part = TrialPart::outcome, .what = "outcome", .first = "diverged", .second = "crashed"}},
      {[](TrialRecord& r) { r.history[0].values[0] = 0.25; },
       {.part = TrialPart::history,
        .what = "history/train_total",
        .epoch = 1,
        .first = "0.5",
        .second = "0.25",
        .relative = 0.5}},
      {[](TrialRecord& r) { r.model[0].values[4] = 10; },
       {.part = TrialPart::model,
        .what = "model/net.2.weight",
        .position = 4,
        .first = "5",
        .second = "10",
        .relative = 0.5}},
      {[](TrialRecord& r) {
         r.model[0].shape = {3, 2};
       },
       {.part = TrialPart::model, .what = "model/net.2.weight (shape)", .first = "[2,3]", .second = "[3,2]"}},
      {[](TrialRecord& r) { r.metrics["best_epoch"].value = 4; },
       {.part = TrialPart::metrics,
        .what = "metrics/best_epoch",
        .first = "1",
        .second = "4",
        .relative = 0.75}},
      {[](TrialRecord& r) { r.metrics.erase("best_epoch"); },
       {.part = TrialPart::metrics, .what = "metrics/best_epoch", .first = "present", .second = "absent"}},
      {[](TrialRecord& r) { r.groups[0].facts["outcome"] = "finished"; },
       {.part = TrialPart::groups,
        .what = "rollouts/1/outcome",
        .first = "left_domain",
        .second = "finished"}},
      {[](TrialRecord& r) { r.groups[1].arrays[0].values[2] = 512; },
       {.part = TrialPart::groups,
        .what = "learned/signature/wrong",
        .position = 2,
        .first = "511",
        .second = "512",
        .relative = 1.0 / 512}},
      {[](TrialRecord& r) { r.groups.pop_back(); },
       {.part = TrialPart::groups, .what = "learned/signature", .first = "present", .second = "absent"}},
  };
  for (const Case& expectation : cases) {
    EXPECT_THAT(after(expectation.change), testing::ElementsAre(expectation.expected))
        << expectation.expected.what;
  }
}

TEST(CompareTrials, SeesTheLastBitAndTheSignOfZero) {
  const auto last_bit = after([](TrialRecord& r) { r.history[1].values[0] = std::nextafter(1e-3, 1.0); });
  ASSERT_EQ(last_bit.size(), 1U);
  EXPECT_NE(last_bit[0].first, last_bit[0].second) << "the texts must tell them apart";
  EXPECT_LT(*last_bit[0].relative, 1e-15);
  const auto zero = after([](TrialRecord& r) { r.history[1].values[2] = 0.0; });
  ASSERT_EQ(zero.size(), 1U);
  EXPECT_EQ(zero[0].first, "-0");
  EXPECT_EQ(zero[0].second, "0");
}

TEST(CompareTrials, NeitherNaNNorInfinityHasARelativeSize) {
  const auto differences = after([](TrialRecord& r) { r.history[0].values[1] = 1; });
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].first, "inf");
  EXPECT_FALSE(differences[0].relative.has_value());
}

TEST(CompareTrials, OrdersHistoriesByEpochAndSeesTheirEnd) {
  const auto differences = after([](TrialRecord& r) {
    r.history[0].values.push_back(1);
    r.history[1].values = {1e-3, 6e-4, 1, 1};
  });
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].what, "history/lr");
  EXPECT_EQ(differences[0].epoch, 2U);
  EXPECT_EQ(differences[1].what, "history/train_total");
  EXPECT_EQ(differences[1].epoch, 4U);
  EXPECT_EQ(differences[1].first, "absent");
}

TEST(CompareTrials, ComparesTextsThatAreNoConfiguration) {
  const auto differences = after([](TrialRecord& r) { r.config = "{"; });
  EXPECT_THAT(differences, testing::Contains(testing::Field(&Difference::what, "config")));
}

TEST(CompareTrials, SaysWhereAndHowMuch) {
  const auto differences = after([](TrialRecord& r) { r.history[0].values[0] = 0.25; });
  EXPECT_EQ(to_text(differences.at(0), "there", "here"),
            "history/train_total, epoch 1: 0.5 there, 0.25 here (relative 5.0e-01)");
}

TEST(CompareProvenance, NamesTheLikeliestCauseFirstAndNoTimes) {
  const std::map<std::string, std::string> first{
      {"host", "a"}, {"backend", "native"}, {"start", "1"}, {"earlier_end", "1"}, {"hdf5", "1.10"}};
  const std::map<std::string, std::string> second{
      {"host", "b"}, {"backend", "tensor"}, {"start", "2"}, {"threads", "1"}, {"hdf5", "1.10"}};
  EXPECT_THAT(compare_provenance(first, second),
              testing::ElementsAre(FactDifference{"backend", "native", "tensor"},
                                   FactDifference{"threads", "", "1"}, FactDifference{"host", "a", "b"}));
}

}  // namespace
