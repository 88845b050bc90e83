#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "launch.h"

/// A fixture with a real run at smoke scale, in a folder of its own that disappears afterwards. One run
/// serves all tests of a suite: they only read it, or break copies.
class SmokeRun : public testing::Test {
 protected:
  using Words = std::vector<std::string>;

  static void SetUpTestSuite() {
    std::filesystem::create_directories(folder_);
    const Finished run = sweep(run_);
    ASSERT_EQ(run.code, 0) << run.output;
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  static Finished lnn_sweep(Words words, int seconds = 120) {
    words.insert(words.begin(), LNN_SWEEP_PROGRAM);
    return Launched(words, {}, folder_ / "output").wait(seconds);
  }

  /// Trains what is missing in this folder.
  static Finished sweep(const std::string& run) {
    const auto file = std::filesystem::path(LNN_SOURCE_DIR) / "experiments" / "sphere.json";
    return lnn_sweep({"run", file.string(), "--scale", "smoke", "--out", run, "--quiet"});
  }

  static inline const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("lnn_smoke_run_" + std::to_string(getpid()));
  static inline const std::string run_ = (folder_ / "run").string();
};
