#include "store/outcomes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/files.h"
#include "store/sealed_file.h"
#include "tests/store/sample_trials.h"

namespace {

namespace fs = std::filesystem;
using lnn::store::Depth;
using lnn::store::Outcome;
using lnn::store::scan_outcomes;
using lnn::store::TrialOutcomes;
using lnn::test::planned;
using lnn::test::sample_record;
using testing::HasSubstr;

class Outcomes : public lnn::test::InFolder {
 protected:
  void SetUp() override {
    fs::create_directories(run_.trials());
    for (const std::string& id : ids_) plan_.trials.push_back(planned(id, "e", "arm", {}, 1));
  }

  fs::path trial(std::size_t k) const { return run_.trial(ids_.at(k)); }

  std::vector<std::string> ids_{"aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc", "dddddddddddd",
                                "eeeeeeeeeeee", "ffffffffffff", "abababababab"};
  lnn::store::RunDirectory run_{folder_ / "run"};
  lnn::experiment::Plan plan_;
};

TEST_F(Outcomes, TellsOfEachFileThatIsThere) {
  lnn::store::write_trial(trial(0), sample_record(ids_[0]));
  lnn::store::write_trial(trial(2), lnn::test::completed_record(ids_[2], 0.1, 1));
  for (const Depth depth : {Depth::seal, Depth::content}) {
    const TrialOutcomes outcomes = scan_outcomes(run_, plan_, depth);
    EXPECT_EQ(outcomes.ended.size(), 2U);
    EXPECT_EQ(outcomes.ended.at(ids_[0]).outcome, Outcome::diverged);
    EXPECT_EQ(outcomes.ended.at(ids_[2]).outcome, Outcome::completed);
    EXPECT_TRUE(outcomes.damaged.empty());
  }
}

TEST_F(Outcomes, ListsWhatIsNoFileOfTheTrial) {
  lnn::store::write_trial(trial(0), sample_record(ids_[0]));
  fs::copy_file(trial(0), trial(1));
  fs::create_symlink(trial(0), trial(2));
  fs::create_symlink(folder_ / "nowhere", trial(3));
  fs::create_directory(trial(4));
  ASSERT_EQ(mkfifo(trial(5).c_str(), 0600), 0);
  lnn::write_text_file(trial(6), "\x89HDF\r\n\x1a\n somebody else's");
  const std::vector<std::string> problems{"",
                                          "holds trial 'aaaaaaaaaaaa'",
                                          "is a link",
                                          "is a link",
                                          "a folder",
                                          "a folder or a device",
                                          "not a trial of this program"};
  const auto expect_problems = [&](const std::map<std::string, std::string>& damaged) {
    EXPECT_EQ(damaged.size(), 6U);
    for (std::size_t k = 1; k < ids_.size(); ++k) EXPECT_THAT(damaged.at(ids_[k]), HasSubstr(problems[k]));
  };
  for (const Depth depth : {Depth::seal, Depth::content}) {
    const TrialOutcomes outcomes = scan_outcomes(run_, plan_, depth);
    EXPECT_EQ(outcomes.ended.size(), 1U);
    expect_problems(outcomes.damaged);
  }
  expect_problems(lnn::store::scan_trials(run_, plan_).damaged);
  expect_problems(lnn::store::collect(run_, plan_).damaged);
}

// Enough files for several readers. Copies of three: one that an older program wrote, which needs HDF5, one
// of today, and one that is damaged.
TEST_F(Outcomes, TellsOfManyFilesSideBySide) {
  plan_.trials.clear();
  const auto file = [&](int k) { return run_.trial(std::to_string(k)); };
  for (int k = 0; k < 2; ++k) lnn::store::write_trial(file(k), sample_record(std::to_string(k)));
  lnn::store::write_sealed(file(0), 1, lnn::store::read_sealed(file(0), 1));
  lnn::write_text_file(file(2), lnn::read_text_file(file(1)) + "more");
  constexpr int count = 1800;
  for (int k = 0; k < count; ++k) {
    plan_.trials.push_back(planned(std::to_string(k), "e", "arm", {}, 1));
    if (k > 2) fs::copy_file(file(k % 3), file(k));
  }
  const std::vector<std::string> problems{"holds trial '0'", "holds trial '1'", "damaged (it holds"};
  const TrialOutcomes outcomes = scan_outcomes(run_, plan_, Depth::content);
  EXPECT_EQ(outcomes.ended.at("0").reason, sample_record().reason);
  EXPECT_EQ(outcomes.ended.at("1").reason, sample_record().reason);
  EXPECT_EQ(outcomes.ended.size(), 2U);
  EXPECT_EQ(outcomes.damaged.size(), count - 2U);
  for (const auto& [id, problem] : outcomes.damaged)
    EXPECT_THAT(problem, HasSubstr(problems[static_cast<std::size_t>(std::stoi(id) % 3)]));
}

TEST_F(Outcomes, OnlyTheContentsScanFindsDamageBehindTheSeal) {
  lnn::store::write_trial(trial(0), sample_record(ids_[0]));
  std::fstream file(trial(0), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(2000);
  file << "damage";
  file.close();
  EXPECT_EQ(scan_outcomes(run_, plan_, Depth::seal).ended.size(), 1U);
  EXPECT_THAT(scan_outcomes(run_, plan_, Depth::content).damaged.at(ids_[0]),
              HasSubstr("its checksum does not match"));
}

}  // namespace
