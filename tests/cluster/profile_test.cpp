#include "cluster/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/files.h"

namespace {

namespace fs = std::filesystem;
using lnn::UserError;
using lnn::cluster::find_slurm_file;
using lnn::cluster::Launcher;
using lnn::cluster::load_profile;
using lnn::cluster::Profile;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// A home of its own, so that nobody's own profiles matter.
class ProfileTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(home_ / "lnn-sweep" / "profiles");
    setenv("XDG_CONFIG_HOME", home_.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("XDG_CONFIG_HOME");
    fs::remove_all(home_);
  }

  Profile read(const std::string& text) const {
    const fs::path path = home_ / "test.json";
    lnn::write_text_file(path, text);
    return load_profile(path.string());
  }

  fs::path home_ = fs::temp_directory_path() / ("lnn_profile_test_" + std::to_string(getpid()));
};

TEST_F(ProfileTest, ReadsEveryKey) {
  const Profile profile = read(R"({
    "description": "all of it", "partition": "gpu", "account": "p1", "cores_per_node": 64, "memory_per_node": 256.5,
    "gpus_per_node": 4, "gpu_type": "a100", "workers_per_gpu": 2, "max_nodes": 8, "max_time": "2-00:00:00",
    "max_array": 50, "warning": "5m", "launcher": "srun", "launcher_options": ["--mpi=pmi2"],
    "modules": ["gcc", "openmpi"], "setup": ["export A=1"], "sbatch": ["--qos=long"]  // comments are allowed
  })");
  EXPECT_EQ(profile.description, "all of it");
  EXPECT_EQ(profile.partition, "gpu");
  EXPECT_EQ(profile.account, "p1");
  EXPECT_EQ(profile.cores_per_node, 64);
  EXPECT_EQ(profile.memory_per_node, 256.5);
  EXPECT_EQ(profile.gpus_per_node, 4);
  EXPECT_EQ(profile.gpu_type, "a100");
  EXPECT_EQ(profile.workers_per_gpu, 2);
  EXPECT_EQ(profile.max_nodes, 8);
  EXPECT_EQ(profile.max_time, 172800);
  EXPECT_EQ(profile.max_array, 50);
  EXPECT_EQ(profile.warning, 300);
  EXPECT_EQ(profile.launcher, Launcher::srun);
  EXPECT_THAT(profile.launcher_options, ElementsAre("--mpi=pmi2"));
  EXPECT_THAT(profile.modules, ElementsAre("gcc", "openmpi"));
  EXPECT_THAT(profile.setup, ElementsAre("export A=1"));
  EXPECT_THAT(profile.sbatch, ElementsAre("--qos=long"));
}

TEST_F(ProfileTest, EveryProfileOfTheProgramIsValidAndDescribed) {
  int profiles = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(LNN_SOURCE_DIR) / "slurm" / "profiles")) {
    EXPECT_FALSE(load_profile(entry.path().string()).description.empty()) << entry.path();
    EXPECT_EQ(load_profile(entry.path().stem().string()).file.filename(), entry.path().filename());
    ++profiles;
  }
  EXPECT_GE(profiles, 4);
}

TEST_F(ProfileTest, TheUsersOwnProfilesComeFirst) {
  lnn::write_text_file(home_ / "lnn-sweep" / "profiles" / "generic.json", R"({"cores_per_node": 7})");
  EXPECT_EQ(load_profile("generic").cores_per_node, 7);
  EXPECT_EQ(find_slurm_file("profiles/workstation.json"),
            fs::path(LNN_SOURCE_DIR) / "slurm" / "profiles" / "workstation.json");
  EXPECT_TRUE(find_slurm_file("profiles/none.json").empty());
}

TEST_F(ProfileTest, NamesWhatIsWrong) {
  const auto refuses = [&](const std::string& text, const std::string& message) {
    EXPECT_THAT([&] { read(text); }, ThrowsMessage<UserError>(HasSubstr(message))) << text;
  };
  refuses("{", "not valid JSON");
  refuses("[]", "is not a JSON object");
  refuses(R"({"core_per_node": 4})", "Did you mean 'cores_per_node'?");
  refuses(R"({"cores_per_node": 0})",
          "test.json: cores_per_node: 0 is not allowed. Write a whole number, 1 or more.");
  refuses(R"({"cores_per_node": "4"})", "cores_per_node: \"4\" is not allowed");
  refuses(R"({"gpus_per_node": -1})", "0 or more");
  refuses(R"({"memory_per_node": 0})", "gigabytes");
  refuses(R"({"max_time": "soon"})", "max_time");
  refuses(R"({"max_time": 3600})", "Write a text");
  refuses(R"({"launcher": "mpiexec"})", "Allowed: 'mpirun', 'srun'");
  refuses(R"({"modules": "gcc"})", "a list of texts");
  refuses(R"({"sbatch": ["qos=long"]})", "options as");
  refuses(R"({"partition": "a b"})", "without spaces");
  refuses(R"({"setup": ["a\nb"]})", "one line");
}

TEST_F(ProfileTest, UnknownNamesAndFilesAreListed) {
  EXPECT_THAT([] { load_profile("generik"); },
              ThrowsMessage<UserError>(HasSubstr("Did you mean 'generic'?")));
  EXPECT_THAT([] { load_profile("../generic"); }, ThrowsMessage<UserError>(HasSubstr("--profile")));
  EXPECT_THAT([] { load_profile("/nowhere/site.json"); },
              ThrowsMessage<UserError>(HasSubstr("there is no such file")));
}

}  // namespace
