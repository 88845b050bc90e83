#include "analysis/report/make_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/small_run.h"

namespace {

using lnn::analysis::LoadedRuns;
using lnn::analysis::RunResults;
using lnn::analysis::report::make_report;
using lnn::analysis::report::Report;
using lnn::analysis::report::ReportOptions;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class MakeReport : public lnn::test::InFolder {
 protected:
  /// Of a run of 18 trials.
  Report report(const ReportOptions& options) const {
    RunResults run = lnn::test::small_run({lnn::test::small_experiment()});
    run.name = folder_ / "run";
    std::filesystem::create_directories(lnn::store::RunDirectory{run.name}.trials());
    LoadedRuns loaded;
    loaded.runs.push_back(std::move(run));
    return make_report(std::move(loaded), options);
  }
};

TEST_F(MakeReport, SaysWhyALargeRunHasNoFiguresAndHowToDrawThem) {
  const Report large = report({.figures = true, .most_trials = 17});
  const auto says = AllOf(HasSubstr("18 trials are more than 17"),
                          HasSubstr("lnn-sweep figures " + (folder_ / "run").string() + " --out"));
  EXPECT_THAT(large.warnings, ElementsAre(says));
  const std::string page = to_html(large);
  EXPECT_THAT(page.substr(page.find("Figures</h2>")), says);
}

TEST_F(MakeReport, NobodyMissesFiguresThatWereNotWanted) {
  const Report bare = report({.figures = false, .most_trials = 17});
  EXPECT_THAT(bare.warnings, IsEmpty());
  EXPECT_THAT(to_html(bare), Not(HasSubstr("Figures</h2>")));
}

}  // namespace
