#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/files.h"
#include "tests/cli/launch.h"
#include "tests/in_folder.h"

/// Runs lnn-sweep-trial on small trials in a folder of its own.
class TrialProgram : public lnn::test::InFolder {
 protected:
  std::string write_config(const std::string& name,
                           const nlohmann::json& overrides = nlohmann::json::object()) const {
    nlohmann::json config{{"system", "double_pendulum"},   {"data.samples", 64},
                          {"data.validation_samples", 32}, {"network.width", 4},
                          {"training.epochs", 2},          {"training.t_max", 1},
                          {"training.batch_size", 32},     {"network.hidden_layers", 1}};
    config.update(overrides);
    std::ofstream(folder_ / name) << config;
    return (folder_ / name).string();
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::unique_ptr<Launched> launch_words(const std::vector<std::string>& words) const {
    lnn::write_text_file(folder_ / "output", "");  // nothing of an earlier run
    return std::make_unique<Launched>(words, std::map<std::string, std::string>{}, folder_ / "output");
  }
  std::unique_ptr<Launched> launch(const std::string& arguments) const {
    std::istringstream text(std::string(LNN_TRIAL_PROGRAM) + " " + arguments);
    return launch_words({std::istream_iterator<std::string>(text), {}});
  }
  Finished run(const std::string& arguments) const { return launch(arguments)->wait(); }
};
