#include "store/checkpoint_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/files.h"
#include "store/hdf5.h"
#include "store/sealed_file.h"
#include "store/trial_file.h"
#include "tests/store/sample_trials.h"

namespace {

using lnn::EnvironmentError;
using lnn::store::Checkpoint;
using lnn::store::read_checkpoint;
using lnn::store::write_checkpoint;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

Checkpoint sample_checkpoint(bool single_precision) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Checkpoint checkpoint;
  checkpoint.id = "0123456789ab";
  checkpoint.config = R"({"name":"Poincaré"})";
  checkpoint.attempt = 2;
  checkpoint.provenance = {{"backend", "native"}, {"host", "node7"}};
  checkpoint.best_epoch = 1;
  checkpoint.steps = 94;
  checkpoint.initial = {{"val_total", "1", "loss", {0.7}}, {"seconds", "s", "time", {0.25}}};
  checkpoint.history = {{"val_total", "1", "loss", {0.1, -0.0}}, {"seconds", "s", "time", {infinity, 2}}};
  checkpoint.single_precision = single_precision;
  checkpoint.best_parameters = {1, 0.5, -0.0};
  checkpoint.parameters = {2, 1.0F / 3, 1e30F};
  // The smallest numbers that each precision has.
  checkpoint.first_moment = {3, single_precision ? 1e-45F : 5e-324, -1};
  checkpoint.second_moment = {4, 0, single_precision ? 1.1754942e-38F : 2.2e-308};
  return checkpoint;
}

std::vector<std::uint64_t> bits(const std::vector<double>& values) {
  std::vector<std::uint64_t> result;
  for (const double value : values) result.push_back(std::bit_cast<std::uint64_t>(value));
  return result;
}

void expect_same(const std::vector<lnn::store::Column>& a, const std::vector<lnn::store::Column>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].name, b[i].name);
    EXPECT_EQ(a[i].unit, b[i].unit);
    EXPECT_EQ(a[i].meaning, b[i].meaning);
    EXPECT_EQ(bits(a[i].values), bits(b[i].values));
  }
}

class CheckpointFile : public lnn::test::InFolder {
 protected:
  void expect_refused(const std::string& why) const {
    EXPECT_THAT([this] { read_checkpoint(path_); },
                ThrowsMessage<EnvironmentError>(AllOf(HasSubstr(path_.string()), HasSubstr(why))));
  }

  // A sealed file whose content is not what write_checkpoint leaves.
  void write_changed(const std::function<void(Checkpoint&)>& change) const {
    Checkpoint checkpoint = sample_checkpoint(true);
    change(checkpoint);
    write_checkpoint(path_, checkpoint);
  }

  std::filesystem::path path_ = folder_ / "a.h5";
};

TEST_F(CheckpointFile, GivesBackEveryBit) {
  for (const bool single : {true, false}) {
    const Checkpoint written = sample_checkpoint(single);
    write_checkpoint(path_, written);
    const Checkpoint read = read_checkpoint(path_);
    EXPECT_EQ(read.id, written.id);
    EXPECT_EQ(read.config, written.config);
    EXPECT_EQ(read.attempt, written.attempt);
    EXPECT_EQ(read.provenance, written.provenance);
    EXPECT_EQ(read.best_epoch, written.best_epoch);
    EXPECT_EQ(read.steps, written.steps);
    EXPECT_EQ(read.epochs(), 2);
    expect_same(read.initial, written.initial);
    expect_same(read.history, written.history);
    EXPECT_EQ(read.single_precision, single);
    EXPECT_EQ(bits(read.best_parameters), bits(written.best_parameters));
    EXPECT_EQ(bits(read.parameters), bits(written.parameters));
    EXPECT_EQ(bits(read.first_moment), bits(written.first_moment));
    EXPECT_EQ(bits(read.second_moment), bits(written.second_moment));
  }
}

TEST_F(CheckpointFile, ReplacesTheOldOneAndLeavesNothingElse) {
  write_checkpoint(path_, sample_checkpoint(true));
  write_checkpoint(path_, sample_checkpoint(false));
  EXPECT_FALSE(read_checkpoint(path_).single_precision);
  EXPECT_EQ(files_in(folder_), 1);
}

TEST_F(CheckpointFile, AFullDiskLeavesTheOldOne) {
  write_checkpoint(path_, sample_checkpoint(false));
  {
    const lnn::test::FileSizeLimit limit(1000);
    EXPECT_THROW(write_checkpoint(path_, sample_checkpoint(true)), EnvironmentError);
  }
  EXPECT_FALSE(read_checkpoint(path_).single_precision);
  EXPECT_EQ(files_in(folder_), 1);
}

TEST_F(CheckpointFile, FindsEveryFlippedByteAndEveryTruncation) {
  write_checkpoint(path_, sample_checkpoint(true));
  const std::string whole = lnn::read_text_file(path_);
  for (std::size_t i = 0; i < whole.size(); i += 149) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(~damaged[i]);
    std::ofstream(path_, std::ios::binary) << damaged;
    EXPECT_THROW(read_checkpoint(path_), EnvironmentError) << "byte " << i;
    std::ofstream(path_, std::ios::binary) << whole.substr(0, i);
    EXPECT_THROW(read_checkpoint(path_), EnvironmentError) << "the first " << i << " bytes";
  }
  expect_refused("Without it the trial starts over.");
}

TEST_F(CheckpointFile, TellsItsEpochsWithoutItsContent) {
  write_checkpoint(path_, sample_checkpoint(true));
  std::string bytes = lnn::read_text_file(path_);
  bytes.back() ^= 1;
  lnn::write_text_file(path_, bytes);
  EXPECT_THROW(read_checkpoint(path_), EnvironmentError);
  EXPECT_EQ(lnn::store::read_checkpoint_epochs(path_), 2);
  lnn::write_text_file(path_, "damaged");
  EXPECT_THROW(lnn::store::read_checkpoint_epochs(path_), EnvironmentError);
}

TEST_F(CheckpointFile, OfAnOlderProgramTellsItsEpochsToo) {
  constexpr lnn::store::SealedKind kind{"checkpoint", ""};
  write_checkpoint(path_, sample_checkpoint(true));
  lnn::store::write_sealed(path_, 1, lnn::store::read_sealed(path_, 1, kind), kind);
  EXPECT_EQ(lnn::store::read_checkpoint_epochs(path_), 2);
}

TEST_F(CheckpointFile, IsNotTakenForATrialNorATrialForIt) {
  lnn::store::write_trial(path_, lnn::test::sample_record());
  expect_refused("not a checkpoint of this program");
  write_checkpoint(path_, sample_checkpoint(true));
  EXPECT_THROW(lnn::store::read_trial(path_), EnvironmentError);
}

TEST_F(CheckpointFile, RefusesPartsThatDoNotFitEachOther) {
  write_changed([](Checkpoint& c) { c.first_moment.push_back(1); });
  expect_refused("first_moment is not a list of 3 numbers");
  write_changed([](Checkpoint& c) { c.history[1].values.pop_back(); });
  expect_refused("history/seconds is not a list of 2 numbers");
  write_changed([](Checkpoint& c) { c.initial[0].values.push_back(1); });
  expect_refused("initial/val_total is not a list of 1 numbers");
  write_changed([](Checkpoint& c) { c.history.clear(); });
  expect_refused("history has no columns");
  write_changed([](Checkpoint& c) { c.best_epoch = 3; });
  expect_refused("attribute best_epoch is 3");
  write_changed([](Checkpoint& c) { c.steps = -1; });
  expect_refused("attribute steps is -1");
}

TEST_F(CheckpointFile, RefusesASealedFileWithOtherContent) {
  constexpr lnn::store::SealedKind kind{"checkpoint", ""};
  lnn::store::write_sealed(path_, 1, "not HDF5", kind);
  expect_refused("not a valid checkpoint");
  lnn::store::write_sealed(path_, 1, lnn::store::hdf5::file_image(lnn::store::hdf5::create_file_in_memory()),
                           kind);
  expect_refused("find attribute id");
  lnn::store::write_sealed(path_, 2, "content", kind);
  expect_refused("written by a newer lnn-sweep");
}

}  // namespace
