// The program lnn-sweep-trial from outside: what it prints, writes and returns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "store/trial_file.h"

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Finished {
  int code = -1;
  std::string output;  // standard output and standard error together
};

Finished run(const std::string& arguments) {
  Finished result;
  FILE* pipe = popen((std::string(LNN_TRIAL_PROGRAM) + " " + arguments + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer{};
  while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe))
    result.output.append(buffer.data(), count);
  result.code = WEXITSTATUS(pclose(pipe));
  return result;
}

class TrialProgram : public testing::Test {
 protected:
  TrialProgram() { fs::create_directories(folder_); }
  ~TrialProgram() override { fs::remove_all(folder_); }

  std::string write_config(const std::string& name, const Json& overrides = Json::object()) const {
    Json config{{"system", "double_pendulum"}, {"data.samples", 64},        {"data.validation_samples", 32},
                {"network.width", 4},          {"training.epochs", 2},      {"training.t_max", 1},
                {"training.batch_size", 32},   {"network.hidden_layers", 1}};
    config.update(overrides);
    std::ofstream(folder_ / name) << config;
    return (folder_ / name).string();
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_ = fs::temp_directory_path() / ("lnn_trial_program_" + std::to_string(getpid()));
};

TEST_F(TrialProgram, TrainsAPackAndNamesTheTrialOnEveryLine) {
  const std::string a = write_config("a.json", {{"network.seed", 1}});
  const std::string b = write_config("b.json", {{"network.seed", 2}});
  const Finished pack = run("--config " + a + " " + b + " --out " + path("a.h5") + " " + path("b.h5") +
                            " --backend tensor --device cpu");
  ASSERT_EQ(pack.code, 0) << pack.output;
  std::map<std::string, std::vector<std::string>> events;
  std::istringstream lines(pack.output);
  for (std::string line; std::getline(lines, line);) {
    const Json event = Json::parse(line);
    events[event.at("trial")].push_back(event.at("event"));
  }
  ASSERT_EQ(events.size(), 2U);
  for (const auto& [id, names] : events)
    EXPECT_THAT(names, testing::ElementsAre("epoch", "epoch", "end")) << id;
  for (const char* file : {"a.h5", "b.h5"}) {
    const lnn::store::TrialRecord record = lnn::store::read_trial(path(file));
    EXPECT_TRUE(events.contains(record.id));
    EXPECT_EQ(record.provenance.at("pack_size"), "2");
    EXPECT_EQ(record.provenance.at("device"), "cpu");
  }
}

TEST_F(TrialProgram, NamesNoTrialWhenItIsAlone) {
  const Finished one = run("--config " + write_config("a.json") + " --out " + path("a.h5"));
  ASSERT_EQ(one.code, 0) << one.output;
  EXPECT_THAT(one.output, testing::Not(testing::HasSubstr("\"trial\"")));
}

TEST_F(TrialProgram, RefusesWhatDoesNotFitTogether) {
  const std::string a = write_config("a.json");
  const std::string wide = write_config("wide.json", {{"network.width", 8}});
  const std::string outputs = " --out " + path("a.h5") + " " + path("b.h5");
  const Finished shapes = run("--config " + a + " " + wide + outputs);
  EXPECT_EQ(shapes.code, 2);
  EXPECT_THAT(shapes.output, testing::HasSubstr("network.width is 4 in the first and 8 in the second"));
  EXPECT_EQ(run("--config " + a + outputs).code, 2) << "two results of one trial";
  EXPECT_EQ(run("--config " + a + " " + a + " --out " + path("a.h5") + " " + path("a.h5")).code, 2);
  EXPECT_FALSE(fs::exists(path("a.h5")));
}

TEST_F(TrialProgram, RefusesADeviceThatIsNotThere) {
  const Finished missing = run("--config " + write_config("a.json") + " --out " + path("a.h5") +
                               " --backend autograd --device cuda:99");
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.output, testing::HasSubstr("device cuda:99"));
}

}  // namespace
