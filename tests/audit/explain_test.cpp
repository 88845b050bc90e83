#include "audit/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace {

using namespace lnn;
using namespace lnn::audit;
using store::TrialRecord;
using testing::HasSubstr;

TrialRecord trained() {
  TrialRecord record;
  record.id = "0123456789ab";
  record.config = R"({"network":{"seed":1,"width":16}})";
  record.outcome = store::Outcome::completed;
  record.history = {{"gradient_norm", "1", "", {1, 2, 3}},
                    {"val_total", "1", "", {0.5, 0.25, 0.125}},
                    {"train_total", "1", "", {0.5, 0.25, 0.125}}};
  record.metrics = {{"initial_val_base", {1.5, "1", ""}},
                    {"best_val_total", {0.125, "1", ""}},
                    {"final_val_total", {0.125, "1", ""}}};
  record.provenance = {{"backend", "native"}, {"host", "a"}};
  return record;
}

struct Explained {
  Explanation explanation;
  std::string text;
};

Explained after(const std::function<void(TrialRecord&)>& change) {
  TrialRecord other = trained();
  change(other);
  const Explanation explanation = explain(trained(), other);
  EXPECT_EQ(to_json(explanation, trained(), other).at("cause"), to_name(explanation.cause));
  return {explanation, to_text(explanation, trained(), other, "A", "B")};
}

TEST(Explain, FindsNothingBetweenEqualTrials) {
  const Explained same = after([](TrialRecord& r) { r.provenance["host"] = "b"; });
  EXPECT_EQ(same.explanation.cause, Cause::none);
  EXPECT_THAT(same.text, HasSubstr("Bitwise equal"));
}

TEST(Explain, BlamesConfigurationsFirst) {
  const Explained wider = after([](TrialRecord& r) {
    r.config = R"({"network":{"seed":1,"width":32}})";
    r.history[1].values[0] = 0.7;
  });
  EXPECT_EQ(wider.explanation.cause, Cause::configuration);
  EXPECT_THAT(wider.text, testing::AllOf(HasSubstr("network.width: 16 / 32"), HasSubstr("different trials")));
  const Explained seed = after([](TrialRecord& r) { r.config = R"({"network":{"seed":2,"width":16}})"; });
  EXPECT_THAT(seed.text, HasSubstr("Cause: the seeds"));
}

TEST(Explain, TellsRoundingFromOtherDataOrWeights) {
  const auto other_backend = [](TrialRecord& r) { r.provenance["backend"] = "tensor"; };
  const Explained rounding = after([&](TrialRecord& r) {
    other_backend(r);
    r.metrics["initial_val_base"].value = std::nextafter(1.5, 2.0);
    r.history[0].values[0] = 1.000001;
    r.history[1].values = {0.5000001, 0.2500001, 0.2};
  });
  EXPECT_EQ(rounding.explanation.cause, Cause::rounding);
  EXPECT_EQ(rounding.explanation.parting->what, "history/val_total") << "a loss, where one differs";
  EXPECT_EQ(rounding.explanation.parting->epoch, 1U);
  EXPECT_EQ(rounding.explanation.visible_epoch, 3U);
  EXPECT_THAT(rounding.text,
              testing::AllOf(HasSubstr("backend: native / tensor"), HasSubstr("another backend"),
                             HasSubstr("rounding, from the start")));

  const Explained later = after([&](TrialRecord& r) {
    other_backend(r);
    r.history[2].values[1] = 0.3;
  });
  EXPECT_EQ(later.explanation.cause, Cause::rounding);
  EXPECT_EQ(later.explanation.parting->epoch, 2U);
  EXPECT_THAT(later.text, HasSubstr("same loss, to the last bit"));

  const Explained weights = after([&](TrialRecord& r) {
    other_backend(r);
    r.metrics["initial_val_base"].value = 1.7;
  });
  EXPECT_EQ(weights.explanation.cause, Cause::start);
  const Explained data = after([&](TrialRecord& r) { r.history[2].values[0] = 0.9; });
  EXPECT_EQ(data.explanation.cause, Cause::start);
  EXPECT_THAT(data.text, HasSubstr("replay both"));
}

TEST(Explain, SeesTrialsOfWhichOneEndedEarly) {
  const Explained crashed = after([](TrialRecord& r) {
    r.outcome = store::Outcome::crashed;
    r.reason = "SIGSEGV";
    r.history.clear();
    r.metrics.clear();
  });
  EXPECT_EQ(crashed.explanation.cause, Cause::ending);
  EXPECT_THAT(crashed.text, testing::AllOf(HasSubstr("B: crashed, 0 epochs"), HasSubstr("First difference")));
  const Explained shorter = after([](TrialRecord& r) {
    for (auto& column : r.history) column.values.pop_back();
  });
  EXPECT_EQ(shorter.explanation.cause, Cause::ending);
}

}  // namespace
