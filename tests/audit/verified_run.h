#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/files.h"
#include "experiment/plan.h"
#include "store/run_directory.h"
#include "store/trial_file.h"
#include "tests/store/sample_trials.h"

namespace lnn::test {

/// A run of four finished trials, as a sweep leaves it: two arms with two seeds each.
class InFinishedRun : public InFolder {
 protected:
  void SetUp() override {
    for (const auto& folder : {run_.trials(), run_.checkpoints(), run_.configs(), run_.logs()})
      std::filesystem::create_directories(folder);
    const experiment::ExperimentFile file = experiment::parse_experiment(
        R"({"name": "widths", "title": "Two widths", "system": "double_pendulum",
            "grid": {"network.width": [16, 32]}, "seeds": [1, 2]})",
        "widths.json");
    plan_ = experiment::make_plan({file}, "smoke", experiment::Json::object(), {});
    experiment::write_plan(plan_, run_.plan());
    write_text_file(run_.experiment(), experiment::Json{{"scale", plan_.scale},
                                                        {"overrides", experiment::Json::object()},
                                                        {"experiments", plan_.experiments}}
                                           .dump());
    for (std::size_t i = 0; i < plan_.trials.size(); ++i) store::write_trial(run_.trial(id(i)), record(i));
    write_text_file(run_.lock(), "");
    store::collect(run_, plan_);
  }

  std::string id(std::size_t trial) const { return plan_.trials.at(trial).id; }

  store::TrialRecord record(std::size_t trial) const {
    store::TrialRecord record = completed_record(id(trial), 0.01 * static_cast<double>(trial + 1), 0.5);
    record.config = plan_.trials.at(trial).config().dump();
    return record;
  }

  store::RunDirectory run_{folder_ / "run"};
  experiment::Plan plan_;
};

/// Replaces a file's content in place, without the care of write_text_file: many times, for a test.
inline void overwrite(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// Inverts the bits of one byte of a file.
inline void damage_byte(const std::filesystem::path& path, std::size_t position) {
  std::string bytes = read_text_file(path);
  bytes.at(position) = static_cast<char>(~bytes.at(position));
  overwrite(path, bytes);
}

}  // namespace lnn::test
