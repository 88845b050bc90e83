#include "audit/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include "audit/in_child.h"
#include "base/error.h"
#include "store/checkpoint_file.h"
#include "tests/audit/verified_run.h"

namespace {

namespace fs = std::filesystem;
using namespace lnn;
using namespace lnn::audit;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class Verify : public test::InFinishedRun {
 protected:
  Verification verify(bool quick = false, bool running = false) const {
    VerifyOptions options;
    options.quick = quick;
    options.running = running;
    return verify_run(run_, options);
  }

  void save_checkpoint(std::size_t trial, const std::string& claimed_id) const {
    store::Checkpoint checkpoint;
    checkpoint.id = claimed_id;
    checkpoint.config = plan_.trials.at(trial).config().dump();
    checkpoint.initial = {{"val_total", "1", "loss", {1}}};
    checkpoint.history = {{"val_total", "1", "loss", {0.5, 0.25}}};
    checkpoint.best_parameters = checkpoint.parameters = {1, 2};
    checkpoint.first_moment = checkpoint.second_moment = {0, 0};
    store::write_checkpoint(run_.checkpoint(id(trial)), checkpoint);
  }
};

testing::Matcher<Finding> finding(Severity severity, const std::string& file, const std::string& problem) {
  return AllOf(Field(&Finding::severity, severity), Field(&Finding::file, file),
               Field(&Finding::problem, HasSubstr(problem)),
               Field(&Finding::remedy, testing::Not(IsEmpty())));
}

TEST_F(Verify, FindsAFinishedRunWhole) {
  for (const bool quick : {false, true}) {
    const Verification result = verify(quick);
    EXPECT_TRUE(result.whole()) << to_text(result);
    EXPECT_THAT(result.findings, IsEmpty()) << to_text(result);
    EXPECT_THAT(result.outcomes, ElementsAre(Pair(store::Outcome::completed, 4U)));
    EXPECT_THAT(to_text(result), HasSubstr("4 of 4 trials whole (4 completed)"));
  }
}

TEST_F(Verify, ChangesNothing) {
  test::damage_byte(run_.trial(id(0)), 2000);
  fs::permissions(run_.root, fs::perms::owner_write, fs::perm_options::remove);
  const auto times = [&] {
    std::vector<std::pair<std::string, fs::file_time_type>> found;
    for (const auto& entry : fs::recursive_directory_iterator(run_.root))
      found.emplace_back(entry.path(), entry.last_write_time());
    std::ranges::sort(found);
    return found;
  };
  const auto before = times();
  verify();
  EXPECT_EQ(times(), before);
  fs::permissions(run_.root, fs::perms::owner_write, fs::perm_options::add);
}

TEST_F(Verify, FindsEveryFlippedByteOfATrialFile) {
  const std::string path = run_.trial(id(1));
  const std::string whole = read_text_file(path);
  for (std::size_t position = 0; position < whole.size(); position += whole.size() / 15) {
    test::damage_byte(path, position);
    const Verification result = verify();
    EXPECT_FALSE(result.whole()) << position;
    EXPECT_THAT(result.missing, ElementsAre(Pair(Absence::damaged, ElementsAre(id(1))))) << position;
    test::overwrite(path, whole);
  }
  EXPECT_TRUE(verify().whole());
}

TEST_F(Verify, FindsATruncatedTrialAlsoQuickly) {
  fs::resize_file(run_.trial(id(2)), 700);
  for (const bool quick : {false, true}) {
    EXPECT_THAT(verify(quick).findings,
                testing::Contains(finding(Severity::damaged, "trials/" + id(2) + ".h5", "truncated")));
  }
}

TEST_F(Verify, FindsTrialsUnderAnothersNameOrWithAnothersConfiguration) {
  fs::copy_file(run_.trial(id(1)), run_.trial(id(0)), fs::copy_options::overwrite_existing);
  store::TrialRecord other = record(2);
  other.config = plan_.trials.at(3).config().dump();
  store::write_trial(run_.trial(id(2)), other);
  EXPECT_THAT(verify().findings,
              testing::IsSupersetOf({finding(Severity::damaged, "trials/" + id(0) + ".h5", id(1)),
                                     finding(Severity::damaged, "trials/" + id(2) + ".h5",
                                             "its configuration is that of trial " + id(3))}));
}

TEST_F(Verify, FindsLinksAndWhatIsNoFile) {
  fs::rename(run_.trial(id(0)), folder_ / "elsewhere.h5");
  fs::create_symlink(folder_ / "elsewhere.h5", run_.trial(id(0)));
  fs::remove(run_.trial(id(1)));
  fs::create_symlink(folder_ / "nowhere.h5", run_.trial(id(1)));
  fs::remove(run_.trial(id(2)));
  ASSERT_EQ(mkfifo(run_.trial(id(2)).c_str(), 0666), 0);
  ASSERT_EQ(mkfifo(run_.events("1/3").c_str(), 0666), 0);
  const Verification result = verify();
  EXPECT_THAT(result.missing, ElementsAre(Pair(Absence::damaged, testing::SizeIs(3)))) << to_text(result);
  EXPECT_THAT(result.findings,
              testing::Contains(finding(Severity::damaged, "events.shard-1-of-3.jsonl", "file")));
}

TEST_F(Verify, TellsWhyTrialsAreMissing) {
  for (std::size_t i = 0; i < 4; ++i) fs::remove(run_.trial(id(i)));
  fs::remove(run_.results());
  save_checkpoint(0, id(0));
  write_text_file(run_.log(id(1)), "--- attempt 1\n");
  write_text_file(run_.events(), R"({"event":"trial_end","id":")" + id(2) +
                                     R"(","outcome":"completed"})"
                                     "\n");
  const Verification result = verify();
  EXPECT_FALSE(result.whole());
  EXPECT_THAT(result.missing,
              testing::UnorderedElementsAre(
                  Pair(Absence::interrupted, ElementsAre(id(0))), Pair(Absence::started, ElementsAre(id(1))),
                  Pair(Absence::lost, ElementsAre(id(2))), Pair(Absence::never_started, ElementsAre(id(3)))));
  EXPECT_EQ(result.checkpoints, 1U);
  EXPECT_TRUE(verify(false, true).whole()) << "a sweep at work will do them";
}

TEST_F(Verify, FindsDamagedAndForeignCheckpoints) {
  fs::remove(run_.trial(id(0)));
  fs::remove(run_.trial(id(1)));
  save_checkpoint(0, id(0));
  test::damage_byte(run_.checkpoint(id(0)), 3000);
  save_checkpoint(1, id(2));
  save_checkpoint(2, id(2));
  EXPECT_THAT(
      verify().findings,
      testing::IsSupersetOf({finding(Severity::damaged, "checkpoints/" + id(0) + ".h5", "damaged"),
                             finding(Severity::damaged, "checkpoints/" + id(1) + ".h5", "holds trial"),
                             finding(Severity::note, "checkpoints/" + id(2) + ".h5", "trial is finished")}));
}

TEST_F(Verify, ComparesResultsWithTheTrials) {
  store::TrialRecord newer = record(0);
  newer.metrics["best_val_total"].value = 7;
  store::write_trial(run_.trial(id(0)), newer);
  EXPECT_THAT(verify().findings,
              ElementsAre(finding(Severity::damaged, "results.h5", "older than 1 of the trials")));
  EXPECT_TRUE(verify(false, true).whole());
  fs::remove(run_.results());
  EXPECT_THAT(verify().findings, ElementsAre(finding(Severity::damaged, "results.h5", "missing")));
  store::collect(run_, plan_);
  fs::remove(run_.trial(id(3)));
  EXPECT_THAT(verify().findings,
              ElementsAre(finding(Severity::note, "results.h5", "still holds this trial")));
}

TEST_F(Verify, FindsDamageAnywhereInResultsOrKnowsThatNoNumberChanged) {
  const std::string whole = read_text_file(run_.results());
  // Every number of the first trial's history: the file has no checksum over them.
  const double marked = 5e-4;
  const std::string pattern(reinterpret_cast<const char*>(&marked), sizeof marked);
  std::size_t found = 0;
  for (std::size_t at = whole.find(pattern); at != std::string::npos; at = whole.find(pattern, at + 1)) {
    test::damage_byte(run_.results(), at + 1);
    EXPECT_FALSE(verify().whole()) << at;
    test::overwrite(run_.results(), whole);
    ++found;
  }
  EXPECT_EQ(found, 4U) << "one in each trial";
  for (std::size_t position = 0; position < whole.size(); position += whole.size() / 15) {
    test::damage_byte(run_.results(), position);
    EXPECT_NO_THROW(verify()) << position;
    test::overwrite(run_.results(), whole);
  }
}

TEST_F(Verify, NotesWhatIsLeftBehindOrForeign) {
  write_text_file(folder_ / "seed", "x");
  for (const fs::path& path :
       {run_.trials() / (id(0) + ".h5.tmp.node7.12.0"), run_.root / "results.h5.tmp.node7.12.1",
        run_.trials() / (id(0) + ".h5.damaged"), run_.trials() / "aaaaaaaaaaaa.h5",
        run_.root / "notes.txt"}) {
    fs::copy_file(folder_ / "seed", path);
  }
  fs::create_directories(run_.quarantine());
  write_text_file(run_.quarantine(id(1)), "SIGSEGV");
  std::ofstream(run_.events("1/2")) << "{\"event\":\"sweep_start\"}\n{\"event\":\"tri";
  const Verification result = verify();
  EXPECT_TRUE(result.whole()) << "nothing of this loses a number\n" << to_text(result);
  EXPECT_THAT(result.findings,
              testing::UnorderedElementsAre(
                  finding(Severity::note, "trials/" + id(0) + ".h5.tmp.node7.12.0", "half-written"),
                  finding(Severity::note, "results.h5.tmp.node7.12.1", "half-written"),
                  finding(Severity::note, "trials/" + id(0) + ".h5.damaged", "set it aside"),
                  finding(Severity::note, "trials/aaaaaaaaaaaa.h5", "not in the plan"),
                  finding(Severity::note, "notes.txt", "not a file of this program"),
                  finding(Severity::note, "quarantine/" + id(1) + ".txt", "every time"),
                  finding(Severity::note, "events.shard-1-of-2.jsonl", "1 torn line")));
}

TEST_F(Verify, FindsADamagedDescription) {
  write_text_file(run_.experiment(), "{");
  EXPECT_THAT(verify().findings, ElementsAre(finding(Severity::damaged, "experiment.json", "damaged")));
  fs::remove(run_.experiment());
  EXPECT_THAT(verify().findings, ElementsAre(finding(Severity::damaged, "experiment.json", "missing")));
}

TEST_F(Verify, SaysWhenThereIsNoRunOrNoPlan) {
  EXPECT_THROW(verify_run({folder_ / "nowhere"}, {}), UserError);
  write_text_file(run_.plan(), "{");
  EXPECT_THROW(verify(), EnvironmentError);
}

TEST_F(Verify, WritesItsStableForm) {
  fs::remove(run_.trial(id(0)));
  const auto json = to_json(verify());
  EXPECT_EQ(json.at("schema_version"), 1);
  EXPECT_EQ(json.at("whole"), false);
  EXPECT_EQ(json.at("planned"), 4);
  EXPECT_EQ(json.at("outcomes").at("completed"), 3);
  EXPECT_EQ(json.at("missing").at("never_started").at(0), id(0));
  EXPECT_EQ(json.at("findings").at(0).at("severity"), "note");
}

TEST(InChild, HearsEveryLineAndHowItEnded) {
  std::vector<std::string> heard;
  const auto hear = [&](const std::string& line) { heard.push_back(line); };
  const auto speak = [](const Say& say) {
    say("one");
    say("");
  };
  EXPECT_EQ(in_child(speak, hear, std::chrono::seconds(10)), "");
  EXPECT_THAT(heard, ElementsAre("one", ""));
  EXPECT_THAT(in_child([](const Say&) { raise(SIGSEGV); }, hear, std::chrono::seconds(10)),
              HasSubstr("SIGSEGV"));
  EXPECT_THAT(in_child([](const Say&) { throw std::runtime_error("no"); }, hear, std::chrono::seconds(10)),
              HasSubstr("error"));
  EXPECT_THAT(in_child([](const Say&) { pause(); }, hear, std::chrono::seconds(0)), HasSubstr("0 s"));
}

}  // namespace
