#include "store/run_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/files.h"
#include "store/results_file.h"
#include "store/trial_file.h"
#include "tests/store/python.h"
#include "tests/store/sample_trials.h"

namespace {

using lnn::experiment::Json;
using lnn::experiment::Plan;
using lnn::store::Outcome;
using lnn::store::RunContents;
using lnn::test::completed_record;
using lnn::test::planned;
using lnn::test::sample_record;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;
using testing::ThrowsMessage;

class RunDirectory : public lnn::test::InFolder {
 protected:
  void SetUp() override { std::filesystem::create_directories(run_.trials()); }

  // Four trials: completed, diverged, damaged and without a file; the first serves two experiments.
  Plan make_run() const {
    Plan plan;
    plan.scale = "smoke";
    const Json gelu{{"network.activation", "gelu"}, {"training.lambda", 10}};
    plan.trials = {planned("aaaaaaaaaaaa", "activations", "gelu", gelu, 1),
                   planned("bbbbbbbbbbbb", "activations", "gelu", gelu, 2),
                   planned("cccccccccccc", "activations", "größer", {{"network.activation", "xtanh"}}, 1),
                   planned("dddddddddddd", "activations", "größer", {{"network.activation", "xtanh"}}, 2)};
    plan.trials[0].members.push_back(lnn::test::member_of("other", "baseline", {{"case", "baseline"}}, 1));
    lnn::store::write_trial(run_.trial("aaaaaaaaaaaa"), completed_record("aaaaaaaaaaaa", 0.01, 0.5));
    lnn::store::write_trial(run_.trial("bbbbbbbbbbbb"), sample_record("bbbbbbbbbbbb"));
    lnn::write_text_file(run_.trial("cccccccccccc"), "garbage");
    return plan;
  }

  lnn::store::RunDirectory run_{folder_ / "run"};
};

TEST_F(RunDirectory, ScanListsWhatIsThereAndWhatIsDamaged) {
  const RunContents contents = lnn::store::scan_trials(run_, make_run());
  EXPECT_THAT(contents.records, ElementsAre(Key("aaaaaaaaaaaa"), Key("bbbbbbbbbbbb")));
  EXPECT_EQ(contents.records.at("bbbbbbbbbbbb").outcome, Outcome::diverged);
  EXPECT_THAT(contents.damaged, ElementsAre(Pair("cccccccccccc", HasSubstr("not a trial of this program"))));
}

TEST_F(RunDirectory, ScanRefusesARenamedFile) {
  const Plan plan = make_run();
  std::filesystem::copy_file(run_.trial("aaaaaaaaaaaa"), run_.trial("dddddddddddd"));
  EXPECT_THAT(lnn::store::scan_trials(run_, plan).damaged.at("dddddddddddd"),
              HasSubstr("holds trial 'aaaaaaaaaaaa'"));
}

TEST_F(RunDirectory, CollectsForPython) {
  EXPECT_THAT(lnn::store::collect(run_, make_run()).damaged, ElementsAre(Key("cccccccccccc")));
  EXPECT_EQ(files_in(run_.root), 2) << "results.h5 and trials, no temporary";
  if (!lnn::test::python_has_h5py()) GTEST_SKIP() << "/usr/bin/python3 has no h5py (package python3-h5py)";
  lnn::test::expect_python(run_.results(), R"py(
import json, math
assert dict(f.attrs) == {"program": "lnn-sweep", "schema_version": 1, "scale": "smoke", "sealed": 1}
assert list(f["trials"]) == ["aaaaaaaaaaaa", "bbbbbbbbbbbb"]
trial = f["trials/bbbbbbbbbbbb"]
assert trial.attrs["outcome"] == "diverged" and list(trial["history"]) == ["train_total", "lr"]
assert trial["metrics/best_val_total"][()] == 0.0123 and trial["history/lr"].attrs["meaning"] == "learning rate"
assert trial["provenance"].attrs["host"] == "node7"
t = f["table"][:]
assert t.dtype.names == ("id", "experiment", "label", "seed", "outcome", "reason", "attempts", "best_epoch",
    "best_val_total", "instability_train_total", "case", "network.activation", "training.lambda",
    "provenance.git_commit", "provenance.host", "file_bytes", "file_time", "file_crc32")
assert t["provenance.host"].tolist() == [b"node7", b"node7", b"node7", b"", b""]
assert t["file_crc32"][2] > 0 and t["file_crc32"][3] == 0
assert t["file_bytes"][3] == 7 and t["file_bytes"][4] == 0
import zlib
assert f["table"].attrs["crc32"] == zlib.crc32(t.tobytes())
assert len(json.loads(f["plan"][()])["trials"]) == 4
assert t["id"].tolist() == [b"aaaaaaaaaaaa", b"aaaaaaaaaaaa", b"bbbbbbbbbbbb", b"cccccccccccc", b"dddddddddddd"]
assert t["experiment"].tolist() == [b"activations", b"other"] + 3 * [b"activations"]
assert [x.decode() for x in t["label"]] == ["gelu", "baseline", "gelu", "größer", "größer"]
assert t["seed"].tolist() == [1, 1, 2, 1, 2] and t["seed"].dtype == "uint64"
assert t["outcome"].tolist() == [b"completed", b"completed", b"diverged", b"damaged", b"missing"]
assert t["attempts"].tolist() == [2, 2, 2, 0, 0]
assert t["best_val_total"][:3].tolist() == [0.01, 0.01, 0.0123] and math.isnan(t["best_val_total"][4])
assert math.isnan(t["best_epoch"][0]) and t["best_epoch"][2] == 1
assert t["case"].tolist() == [b"", b"baseline", b"", b"", b""] and t["training.lambda"][0] == b"10"
assert json.loads(f["table"].attrs["columns"])["best_epoch"]["unit"] == "epoch"
)py");
}

TEST_F(RunDirectory, ACollectedFileThatWasDamagedIsRefusedBeforeItIsOpened) {
  lnn::store::collect(run_, make_run());
  const std::filesystem::path results = run_.results();
  EXPECT_NO_THROW(lnn::store::read_results(results));
  const std::string whole = lnn::read_text_file(results);
  std::string flipped = whole;
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
  for (const std::string& damaged : {flipped, whole.substr(0, whole.size() - 80), whole.substr(0, 4000)}) {
    std::ofstream(results, std::ios::binary) << damaged;
    EXPECT_THROW(lnn::store::read_results(results), lnn::EnvironmentError);
  }
}

TEST_F(RunDirectory, CollectOfNothingIsAnEmptyTable) {
  EXPECT_TRUE(lnn::store::collect(run_, Plan{}).damaged.empty());
  if (!lnn::test::python_has_h5py()) GTEST_SKIP() << "/usr/bin/python3 has no h5py (package python3-h5py)";
  lnn::test::expect_python(run_.results(), "assert len(f['table']) == 0 and len(f['trials']) == 0\n");
}

TEST_F(RunDirectory, CollectOnAFullDiskLeavesTheOldFile) {
  const Plan plan = make_run();
  lnn::write_text_file(run_.results(), "old");
  for (const rlim_t limit : {100, 3'000, 10'000}) {
    const lnn::test::FileSizeLimit full(limit);
    EXPECT_THAT([&] { lnn::store::collect(run_, plan); },
                ThrowsMessage<lnn::EnvironmentError>(HasSubstr(run_.results().string())));
    EXPECT_EQ(lnn::read_text_file(run_.results()), "old");
    EXPECT_EQ(files_in(run_.root), 2) << "the temporary must be gone";
  }
  EXPECT_EQ(lnn::store::collect(run_, plan).damaged.size(), 1U) << "the next attempt works";
}

TEST_F(RunDirectory, SaysWhenAFolderIsNoRun) {
  EXPECT_THAT([] { lnn::store::read_run_plan({"/no/such/folder"}); },
              ThrowsMessage<lnn::UserError>(HasSubstr("there is no such folder")));
  EXPECT_THAT([this] { lnn::store::read_run_plan({folder_}); },
              ThrowsMessage<lnn::UserError>(HasSubstr("it has no plan.json")));
}

}  // namespace
