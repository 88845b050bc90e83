#include "store/trial_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <fstream>
#include <random>

#include "base/error.h"
#include "base/files.h"
#include "store/sealed_file.h"
#include "store/trial_layout.h"
#include "tests/store/python.h"
#include "tests/store/sample_trials.h"

namespace {

namespace hdf5 = lnn::store::hdf5;
using lnn::EnvironmentError;
using lnn::store::ArrayGroup;
using lnn::store::Depth;
using lnn::store::Glance;
using lnn::store::Part;
using lnn::store::read_trial;
using lnn::store::TrialRecord;
using lnn::store::write_trial;
using lnn::test::sample_record;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

// NaN compares equal to itself, 0 differs from -0: what was written, bit for bit.
std::vector<std::uint64_t> bits(const std::vector<double>& values) {
  std::vector<std::uint64_t> patterns;
  for (const double value : values) patterns.push_back(std::bit_cast<std::uint64_t>(value));
  return patterns;
}

void expect_same_summary(const TrialRecord& read, const TrialRecord& written) {
  EXPECT_EQ(read.id, written.id);
  EXPECT_EQ(read.config, written.config);
  EXPECT_EQ(read.outcome, written.outcome);
  EXPECT_EQ(read.reason, written.reason);
  EXPECT_EQ(read.attempts, written.attempts);
  EXPECT_EQ(read.provenance, written.provenance);
  ASSERT_EQ(read.metrics.size(), written.metrics.size());
  for (const auto& [name, metric] : written.metrics) {
    EXPECT_EQ(read.metrics.at(name).value, metric.value);
    EXPECT_EQ(read.metrics.at(name).unit, metric.unit);
    EXPECT_EQ(read.metrics.at(name).meaning, metric.meaning);
  }
}

void expect_same_groups(const std::vector<ArrayGroup>& read, const std::vector<ArrayGroup>& written) {
  ASSERT_EQ(read.size(), written.size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    EXPECT_EQ(read[i].family, written[i].family);
    EXPECT_EQ(read[i].name, written[i].name);
    EXPECT_EQ(read[i].facts, written[i].facts);
    ASSERT_EQ(read[i].arrays.size(), written[i].arrays.size());
    for (std::size_t k = 0; k < written[i].arrays.size(); ++k) {
      EXPECT_EQ(read[i].arrays[k].name, written[i].arrays[k].name);
      EXPECT_EQ(read[i].arrays[k].unit, written[i].arrays[k].unit);
      EXPECT_EQ(read[i].arrays[k].meaning, written[i].arrays[k].meaning);
      EXPECT_EQ(read[i].arrays[k].shape, written[i].arrays[k].shape);
      EXPECT_EQ(read[i].arrays[k].single_precision, written[i].arrays[k].single_precision);
      EXPECT_EQ(bits(read[i].arrays[k].values), bits(written[i].arrays[k].values));
    }
  }
}

void expect_same(const TrialRecord& read, const TrialRecord& written) {
  expect_same_summary(read, written);
  ASSERT_EQ(read.history.size(), written.history.size());
  for (std::size_t i = 0; i < written.history.size(); ++i) {
    EXPECT_EQ(read.history[i].name, written.history[i].name);
    EXPECT_EQ(read.history[i].unit, written.history[i].unit);
    EXPECT_EQ(read.history[i].meaning, written.history[i].meaning);
    EXPECT_EQ(bits(read.history[i].values), bits(written.history[i].values));
  }
  ASSERT_EQ(read.model.size(), written.model.size());
  for (std::size_t i = 0; i < written.model.size(); ++i) {
    EXPECT_EQ(read.model[i].name, written.model[i].name);
    EXPECT_EQ(read.model[i].shape, written.model[i].shape);
    EXPECT_EQ(read.model[i].single_precision, written.model[i].single_precision);
    EXPECT_EQ(bits(read.model[i].values), bits(written.model[i].values));
  }
  expect_same_groups(read.groups, written.groups);
}

class TrialFile : public lnn::test::InFolder {
 protected:
  // Writes a file that is whole but not what write_trial makes: `change` gets the root of a valid one.
  template <class Change>
  void write_changed(Change change) const {
    const hdf5::Handle file = hdf5::create_file_in_memory();
    lnn::store::write_record(file.id(), sample_record());
    change(file.id());
    lnn::store::write_sealed(path_, lnn::store::schema_version, hdf5::file_image(file));
  }

  void expect_refused(const std::string& why) const {
    EXPECT_THAT([this] { read_trial(path_); },
                ThrowsMessage<EnvironmentError>(AllOf(HasSubstr(path_.string()), HasSubstr(why))));
  }

  std::filesystem::path path_ = folder_ / "0123456789ab.h5";
};

TEST_F(TrialFile, RoundTripsBitForBit) {
  write_trial(path_, sample_record());
  expect_same(read_trial(path_), sample_record());
  EXPECT_EQ(files_in(folder_), 1);
}

TEST_F(TrialFile, RoundTripsATrialThatNeverBegan) {
  TrialRecord record;
  record.id = "0123456789ab";
  record.history = {{"train_total", "1", "mean total loss of the epoch", {}}};
  write_trial(path_, record);
  expect_same(read_trial(path_), record);
}

TEST_F(TrialFile, RoundTripsATrialWithoutAnEvaluation) {
  TrialRecord record = sample_record();
  record.groups.clear();
  write_trial(path_, record);
  expect_same(read_trial(path_), record);
}

TEST_F(TrialFile, SummaryLeavesOutTheBulk) {
  write_trial(path_, sample_record());
  const TrialRecord summary = read_trial(path_, Part::summary);
  expect_same_summary(summary, sample_record());
  EXPECT_TRUE(summary.history.empty());
  EXPECT_TRUE(summary.model.empty());
  EXPECT_TRUE(summary.groups.empty());
}

TEST_F(TrialFile, RefusesToRoundWeights) {
  TrialRecord record = sample_record();
  record.model[0].values[0] = 0.1;
  EXPECT_THROW(write_trial(path_, record), std::logic_error);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(TrialFile, FullDiskLeavesTheOldFile) {
  write_trial(path_, sample_record());
  TrialRecord large = sample_record();
  large.history[0].values.assign(100'000, 1.0);
  {
    const lnn::test::FileSizeLimit limit(20'000);
    EXPECT_THAT([&] { write_trial(path_, large); },
                ThrowsMessage<EnvironmentError>(AllOf(HasSubstr(path_.string()), HasSubstr("Free space"))));
  }
  expect_same(read_trial(path_), sample_record());
  EXPECT_EQ(files_in(folder_), 1) << "the temporary must be gone";
}

TEST_F(TrialFile, MissingFolderIsAnEnvironmentError) {
  EXPECT_THROW(write_trial(folder_ / "no" / "such.h5", sample_record()), EnvironmentError);
}

TEST_F(TrialFile, GlanceTellsHowItEnded) {
  TrialRecord record = sample_record();
  record.metrics["seconds"] = {12.25, "s", "wall time"};
  const auto expect_glance = [&] {
    for (const Depth depth : {Depth::seal, Depth::content}) {
      const Glance glance = lnn::store::glance(path_, depth);
      EXPECT_EQ(glance.id, record.id);
      EXPECT_EQ(glance.outcome, record.outcome);
      EXPECT_EQ(glance.attempts, 2);
      EXPECT_EQ(glance.seconds, 12.25);
      EXPECT_EQ(glance.reason, record.reason);
    }
  };
  write_trial(path_, record);
  expect_glance();
  const std::string content = lnn::store::read_sealed(path_, 1);
  lnn::store::write_sealed(path_, 1, content);  // as an older program wrote it
  expect_glance();
}

TEST_F(TrialFile, GlanceCutsALongReasonBetweenCharacters) {
  TrialRecord record = sample_record();
  record.reason = "a \"quoted\"\nline: ";
  for (int i = 0; i < 300; ++i) record.reason += "ä";
  write_trial(path_, record);
  const std::string reason = lnn::store::glance(path_).reason;
  EXPECT_GT(reason.size(), 250U);
  EXPECT_TRUE(reason.ends_with("ä..."));
  EXPECT_TRUE(record.reason.starts_with(reason.substr(0, reason.size() - 3)));
  EXPECT_EQ(read_trial(path_).reason, record.reason);
}

TEST_F(TrialFile, GlanceRefusesAnotherNote) {
  const std::string content(600, 'x');
  for (const std::string note : {"{}", "[]", "no JSON", R"({"outcome":"fine"})",
                                 R"({"id":7,"outcome":"failed","attempts":1,"seconds":1,"reason":""})"}) {
    lnn::store::write_sealed(path_, 1, content, lnn::store::sealed_trial, note);
    EXPECT_THAT([this] { lnn::store::glance(path_); },
                ThrowsMessage<EnvironmentError>(HasSubstr("does not say how the trial ended")))
        << note;
  }
}

TEST_F(TrialFile, EveryFlippedBitIsFoundWithoutHdf5) {
  write_trial(path_, sample_record());
  const std::string whole = lnn::read_text_file(path_);
  for (std::size_t i = 0; i < whole.size(); i += i < lnn::store::seal_size ? 1 : 61) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << i % 8));
    std::ofstream(path_, std::ios::binary) << damaged;
    EXPECT_THROW(lnn::store::glance(path_, Depth::content), EnvironmentError) << "byte " << i;
  }
}

// Damage is found, whatever it hits; what is not found has not changed the record.
TEST_F(TrialFile, SurvivesRandomDamage) {
  write_trial(path_, sample_record());
  const std::string whole = lnn::read_text_file(path_);
  std::mt19937 generator(20250722);
  std::uniform_int_distribution<std::size_t> position(0, whole.size() - 1);
  std::uniform_int_distribution<int> bit(0, 7);
  int refused = 0;
  constexpr int rounds = 400;
  for (int round = 0; round < rounds; ++round) {
    std::string damaged = whole;
    if (round % 2 == 0) {
      damaged.resize(position(generator));
    } else {
      for (int flips = round % 7; flips >= 0; --flips) {
        char& byte = damaged[position(generator)];
        byte = static_cast<char>(byte ^ (1 << bit(generator)));
      }
    }
    std::ofstream(path_, std::ios::binary) << damaged;
    try {
      expect_same(read_trial(path_), sample_record());
    } catch (const EnvironmentError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, rounds - 10);
}

TEST_F(TrialFile, RefusesWholeFilesOfAnotherLayout) {
  write_changed([](hid_t root) { H5Ldelete(root, "history", H5P_DEFAULT); });
  expect_refused("cannot find group history");
  write_changed([](hid_t root) {
    H5Adelete(root, "program");
    hdf5::write_attribute(root, "program", "other");
  });
  expect_refused("attribute program is 'other'");
  write_changed([](hid_t root) {
    H5Adelete(root, "schema_version");
    hdf5::write_attribute(root, "schema_version", std::int64_t{7});
  });
  expect_refused("attribute schema_version is 7, this program reads 1");
  write_changed([](hid_t root) {
    H5Adelete(root, "outcome");
    hdf5::write_attribute(root, "outcome", "fine");
  });
  expect_refused("unknown outcome 'fine'");
  write_changed([](hid_t root) {
    H5Adelete(root, "attempts");
    hdf5::write_attribute(root, "attempts", "one");
  });
  expect_refused("attribute attempts is of another type or shape");
  lnn::store::write_sealed(path_, 1, "not HDF5");
  expect_refused("cannot open it as HDF5");
}

TEST_F(TrialFile, RefusesWrongTypesAndRanks) {
  const auto replace = [this](const std::string& name, auto create) {
    write_changed([&](hid_t root) {
      H5Ldelete(root, name.c_str(), H5P_DEFAULT);
      create(root, name);
    });
  };
  const std::vector<double> four{1, 2, 3, 4};
  replace("history/lr", [&](hid_t root, const std::string& name) {
    hdf5::write_array(root, name, {2, 2}, four, false);
  });
  expect_refused("history/lr is not a list of numbers");
  replace("metrics/best_epoch",
          [&](hid_t root, const std::string& name) { hdf5::write_array(root, name, {4}, four, false); });
  expect_refused("metrics/best_epoch is not one number");
  replace("model/dyt.alpha",
          [](hid_t root, const std::string& name) { hdf5::write_text(root, name, "half"); });
  expect_refused("model/dyt.alpha holds neither float32 nor float64");
  replace("config",
          [&](hid_t root, const std::string& name) { hdf5::write_array(root, name, {4}, four, true); });
  expect_refused("config is not a fixed-length text");
}

// A dataset of 8 TB that occupies no space, and one that lies in another file.
TEST_F(TrialFile, RefusesSizesThatTheFileDoesNotHave) {
  const auto add_weights = [](hid_t root, hid_t properties, hsize_t count) {
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    H5Dclose(H5Dcreate2(root, "model/forged", H5T_IEEE_F64LE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(properties);
  };
  write_changed([&](hid_t root) { add_weights(root, H5Pcreate(H5P_DATASET_CREATE), hsize_t{1} << 40); });
  expect_refused("model/forged claims 8796093022208 bytes, which the file does not have");
  write_changed([&](hid_t root) {
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(properties, "/etc/passwd", 0, 80);
    add_weights(root, properties, 10);
  });
  expect_refused("model/forged is not stored as this program stores it");
  write_changed([](hid_t root) {
    H5Lcreate_external("/etc/passwd", "/", root, "model/forged", H5P_DEFAULT, H5P_DEFAULT);
  });
  expect_refused("list a group's members");
}

TEST_F(TrialFile, IsPlainHdf5ForPython) {
  if (!lnn::test::python_has_h5py()) GTEST_SKIP() << "/usr/bin/python3 has no h5py (package python3-h5py)";
  write_trial(path_, sample_record());
  lnn::test::expect_python(path_, R"py(
import json, math
assert dict(f.attrs) == {"program": "lnn-sweep", "schema_version": 1, "id": "0123456789ab", "outcome": "diverged",
    "reason": "the loss became NaN in epoch 2 (α = 10)", "attempts": 2
}
assert json.loads(f["config"][()])["name"] == "Poincaré"
assert list(f["history"]) == ["train_total", "lr"]
loss = f["history/train_total"]
assert loss.dtype == "<f8" and loss.attrs["unit"] == "1" and loss.attrs["meaning"] == "mean total loss of the epoch"
assert loss[0] == 0.5 and loss[1] == math.inf and math.isnan(loss[2])
assert list(f["model"]) == ["net.2.weight", "net.0.weight", "dyt.alpha"]
assert f["model/net.2.weight"].dtype == "<f4" and f["model/net.2.weight"][()].tolist() == [[1, 2, 3], [4, 5, 0.5]]
assert f["model/net.0.weight"].dtype == "<f8" and f["model/net.0.weight"][1] == 1 / 3
assert f["metrics/best_val_total"][()] == 0.0123 and f["metrics/best_epoch"].attrs["unit"] == "epoch"
assert dict(f["provenance"].attrs) == {"host": "node7", "git_commit": "abc"}
import zlib
raw = open(path, "rb").read()
first, note, last, padding = raw[:512].decode().split("\n", 3)
assert first.split()[-1] == "%08x" % zlib.crc32(raw[512:])
assert json.loads(note) == {"id": "0123456789ab", "outcome": "diverged", "attempts": 2, "seconds": 0.0,
    "reason": "the loss became NaN in epoch 2 (α = 10)"}
assert last == "seal crc32 %08x" % zlib.crc32((first + "\n" + note + "\n").encode()) and not padding.strip()
)py");
}

}  // namespace
