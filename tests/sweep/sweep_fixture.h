#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "experiment/plan.h"
#include "store/run_directory.h"

/// A folder of its own for each test, and plans whose trials do what their names say (fake_trial.cpp).
class SweepTest : public testing::Test {
 protected:
  void SetUp() override {
    setenv("LNN_TRIAL_PROGRAM", LNN_FAKE_TRIAL_PROGRAM, 1);
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// One trial per behavior; its id, label and seed say which: "00000000000k".
  static lnn::experiment::Plan plan_of(const std::vector<std::string>& behaviors,
                                       const std::string& experiment = "fakes") {
    lnn::experiment::Plan plan;
    plan.scale = "smoke";
    plan.experiments = {{{"name", experiment}}};
    for (std::size_t k = 0; k < behaviors.size(); ++k) {
      lnn::experiment::PlannedArm arm;
      arm.experiment = experiment;
      arm.label = behaviors[k];
      arm.swept = {{"fake", behaviors[k]}};
      arm.difference = {{"fake", behaviors[k]}, {"k", k}};
      plan.trials.push_back({id_of(k), 1e9, {{std::make_shared<const lnn::experiment::PlannedArm>(arm), k}}});
    }
    return plan;
  }

  static std::string id_of(std::size_t k) {
    const std::string number = std::to_string(k);
    return std::string(12 - number.size(), '0') + number;
  }

  lnn::store::RunDirectory run() const { return {folder_ / "run"}; }

  /// A run directory as a supervisor expects it.
  void prepare_run(const lnn::experiment::Plan& plan) const {
    for (const auto& path : {run().trials(), run().configs(), run().logs()}) {
      std::filesystem::create_directories(path);
    }
    for (const auto& trial : plan.trials) lnn::write_text_file(run().config(trial.id), trial.config().dump());
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("lnn_sweep_test_" + std::to_string(getpid()));
};
