// `lnn-sweep run`, `status` and `train` end to end, alone and under mpirun, with a trial program that trains
// nothing and misbehaves on demand (tests/sweep/fake_trial.cpp).

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "launch.h"
#include "store/run_directory.h"
#include "store/trial_file.h"

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Words = std::vector<std::string>;
using testing::AllOf;
using testing::HasSubstr;

constexpr int alone = 0;

/// Processor time used by a process so far [s].
double cpu_seconds(pid_t pid) {
  std::istringstream text(lnn::read_text_file("/proc/" + std::to_string(pid) + "/stat").substr(0));
  std::string line;
  std::getline(text, line);
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string field;
  for (int i = 3; i <= 13; ++i) fields >> field;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// Pids of processes whose command line contains `part`.
std::set<pid_t> processes_with(const std::string& part) {
  std::set<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    try {
      const std::string command = lnn::read_text_file(entry.path() / "cmdline");
      if (command.find(part) != std::string::npos) found.insert(std::stoi(name));
    } catch (const lnn::EnvironmentError&) {
      // It has ended meanwhile.
    }
  }
  return found;
}

/// Pids of processes whose standard error is a file in `folder`: trials that train write their logs there.
std::set<pid_t> processes_that_write_into(const fs::path& folder) {
  std::set<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code gone;
    if (fs::read_symlink(entry.path() / "fd/2", gone).parent_path() == folder) found.insert(std::stoi(name));
  }
  return found;
}

bool becomes_true(const std::function<bool()>& condition, double seconds = 10) {
  for (int i = 0; i < static_cast<int>(seconds * 100); ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

class RunTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write_experiment("fakes", {1, 2, 3, 4});
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write_experiment(const std::string& name, const std::vector<int>& seeds) const {
    const Json text{{"name", name},
                    {"title", "Trials that a test program plays"},
                    {"system", "double_pendulum"},
                    {"grid", {{"network.width", {16}}}},
                    {"seeds", seeds}};
    lnn::write_text_file(folder_ / (name + ".json"), text.dump(2));
  }

  /// `mpirun -n ranks lnn-sweep WORDS`, or without mpirun.
  std::unique_ptr<Launched> launch(int ranks, const Words& words, const Json& behavior = Json::object()) {
    Words all;
    if (ranks != alone) {
      all = {"mpirun", "--oversubscribe", "--bind-to", "none", "-n", std::to_string(ranks)};
    }
    all.push_back(LNN_SWEEP_PROGRAM);
    all.insert(all.end(), words.begin(), words.end());
    const std::map<std::string, std::string> variables{
        {"LNN_TRIAL_PROGRAM", LNN_FAKE_TRIAL_PROGRAM},    {"LNN_FAKE_TRIAL", behavior.dump()},
        {"XDG_CACHE_HOME", (folder_ / "cache").string()}, {"OMPI_ALLOW_RUN_AS_ROOT", "1"},
        {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},          {"OMPI_MCA_rmaps_base_oversubscribe", "1"},
    };
    return std::make_unique<Launched>(all, variables, folder_ / ("output." + std::to_string(launches_++)));
  }

  Words run_words(const Words& more = {}, const std::string& experiment = "fakes") const {
    Words words{"run", (folder_ / (experiment + ".json")).string(), "--out", run_.root.string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Finished sweep(int ranks, const Json& behavior = Json::object(), const Words& more = {}) {
    return launch(ranks, run_words(more), behavior)->wait();
  }

  /// network seed -> outcome, for every trial on disk.
  std::map<int, std::string> outcomes() const {
    std::map<int, std::string> found;
    for (const auto& entry : fs::directory_iterator(run_.trials())) {
      if (entry.path().extension() != ".h5") continue;
      const auto record = lnn::store::read_trial(entry.path(), lnn::store::Part::summary);
      found[Json::parse(record.config).at("network").at("seed")] = lnn::to_name(record.outcome);
    }
    return found;
  }

  bool any_trial_runs() const { return !processes_that_write_into(run_.logs()).empty(); }

  // A folder for each test: trials that the last one's sweep leaves dying must not be mistaken for this
  // one's.
  static inline int tests_ = 0;
  fs::path folder_ = fs::temp_directory_path() / fmt::format("lnn_cli_test_{}_{}", getpid(), tests_++);
  lnn::store::RunDirectory run_{folder_ / "run"};
  int launches_ = 0;
};

class AnyRanks : public RunTest, public testing::WithParamInterface<int> {};

TEST_P(AnyRanks, GiveTheSameResults) {
  const Finished finished = sweep(GetParam(), {{"2", "nan"}, {"3", "segv"}});
  EXPECT_EQ(finished.code, 1) << finished.output;
  const std::map<int, std::string> expected{
      {1, "completed"}, {2, "diverged"}, {3, "crashed"}, {4, "completed"}};
  EXPECT_EQ(outcomes(), expected);
  EXPECT_TRUE(fs::exists(run_.results()));
  EXPECT_THAT(finished.output, HasSubstr("4 trials: 2 completed, 1 diverged, 1 crashed."));
}

TEST_P(AnyRanks, GiveTheSameResultsInPacks) {
  const Finished finished = sweep(GetParam(), {{"2", "nan"}, {"3", "segv"}}, {"--pack", "4"});
  EXPECT_EQ(finished.code, 1) << finished.output;
  const std::map<int, std::string> expected{
      {1, "completed"}, {2, "diverged"}, {3, "crashed"}, {4, "completed"}};
  EXPECT_EQ(outcomes(), expected);
  // Whoever trained before the crash did so in company; the others were tried again alone.
  std::map<int, std::string> packs;
  for (const auto& entry : fs::directory_iterator(run_.trials())) {
    const auto record = lnn::store::read_trial(entry.path());
    const auto pack = record.provenance.find("pack");
    packs[Json::parse(record.config).at("network").at("seed")] =
        pack == record.provenance.end() ? "crashed" : pack->second + std::to_string(record.attempts);
  }
  EXPECT_THAT(packs.at(3), "crashed");
  int in_pack = 0;
  for (const auto& [seed, pack] : packs) in_pack += pack == "yes1" ? 1 : 0;
  for (const auto& [seed, pack] : packs) EXPECT_THAT(pack, testing::AnyOf("yes1", "no2", "crashed"));
  EXPECT_LT(in_pack, 4);
}

TEST_P(AnyRanks, ReturnTheMastersExitCode) {
  EXPECT_EQ(sweep(GetParam()).code, 0);
  EXPECT_EQ(sweep(GetParam()).code, 0) << "nothing left to do";
  EXPECT_EQ(launch(GetParam(), {"run", "--help"})->wait().code, 0);
  EXPECT_EQ(launch(GetParam(), {"run", "/nowhere.json", "--out", run_.root})->wait().code, 2);
  EXPECT_EQ(sweep(GetParam(), {}, {"--threads", "0"}).code, 2);
}

TEST_P(AnyRanks, LeaveWith3WhenTheEnvironmentDoesNotWork) {
  EXPECT_EQ(sweep(GetParam(), {{"2", "exit:3"}}).code, 3);
  EXPECT_EQ(launch(GetParam(), {"run", (folder_ / "fakes.json").string(), "--out", "/proc/run"})->wait().code,
            3);
}

TEST_P(AnyRanks, DrainOnUsr1AndGoOnLater) {
  const auto running = launch(GetParam(), run_words(), {{"*", "hang"}});
  ASSERT_TRUE(becomes_true([&] { return any_trial_runs(); }));
  running->signal(SIGUSR1);
  const Finished stopped = running->wait();
  EXPECT_EQ(stopped.code, 75) << stopped.output;
  EXPECT_THAT(stopped.output, HasSubstr("Run the same command again"));
  EXPECT_THAT(outcomes(), testing::IsEmpty());
  EXPECT_FALSE(any_trial_runs());
  EXPECT_EQ(sweep(GetParam()).code, 0);
  EXPECT_EQ(outcomes().size(), 4U);
}

TEST_P(AnyRanks, LeaveNoTrialBehindWhenKilled) {
  const auto running = launch(GetParam(), run_words(), {{"*", "hang"}});
  ASSERT_TRUE(becomes_true([&] { return any_trial_runs(); }));
  running->signal(SIGKILL);
  running->wait();
  EXPECT_TRUE(becomes_true([&] { return !any_trial_runs(); })) << "trials must die with their supervisor";
  EXPECT_EQ(sweep(GetParam()).code, 0);
  EXPECT_EQ(outcomes().size(), 4U);
}

// 6 ranks are more workers than trials.
INSTANTIATE_TEST_SUITE_P(Ranks, AnyRanks, testing::Values(alone, 1, 2, 3, 6), [](const auto& ranks) {
  return ranks.param == alone ? std::string("alone") : "mpirun" + std::to_string(ranks.param);
});

TEST_F(RunTest, MpirunPassesOnAnInterrupt) {
  const auto running = launch(3, run_words(), {{"*", "hang"}});
  ASSERT_TRUE(becomes_true([&] { return any_trial_runs(); }));
  running->signal(SIGINT);
  EXPECT_NE(running->wait().code, 0);
  EXPECT_TRUE(becomes_true([&] { return !any_trial_runs(); }));
  EXPECT_THAT(outcomes(), testing::IsEmpty());
  EXPECT_EQ(sweep(3).code, 0);
}

TEST_F(RunTest, ASecondInterruptDoesNotWaitForStubbornTrials) {
  const auto running = launch(alone, run_words({"--workers", "1"}), {{"*", "stubborn"}});
  ASSERT_TRUE(becomes_true([&] { return any_trial_runs(); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  running->signal(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto second = std::chrono::steady_clock::now();
  running->signal(SIGINT);
  EXPECT_EQ(running->wait().code, 75);
  EXPECT_LT(std::chrono::steady_clock::now() - second, std::chrono::milliseconds(1500));
}

TEST_F(RunTest, WaitingRanksUseNextToNoProcessorTime) {
  const auto running = launch(3, run_words({"--only", "width", "--set", "network.seed=1"}), {{"*", "hang"}});
  ASSERT_TRUE(becomes_true([&] { return any_trial_runs(); }));
  std::map<pid_t, double> before;
  for (const pid_t pid : processes_with(run_.root.string())) {
    if (fs::read_symlink("/proc/" + std::to_string(pid) + "/exe").filename() == "lnn-sweep") {
      before[pid] = cpu_seconds(pid);
    }
  }
  ASSERT_EQ(before.size(), 3U);
  std::this_thread::sleep_for(std::chrono::seconds(2));
  for (const auto& [pid, seconds] : before) EXPECT_LT(cpu_seconds(pid) - seconds, 0.2);
}

TEST_F(RunTest, TwoSweepsCannotShareAFolder) {
  const auto first = launch(alone, run_words(), {{"*", "hang"}});
  ASSERT_TRUE(becomes_true([&] { return any_trial_runs(); }));
  const Finished second = sweep(alone);
  EXPECT_EQ(second.code, 3);
  EXPECT_THAT(second.output, HasSubstr("process " + std::to_string(first->pid())));
}

TEST_F(RunTest, AnotherExperimentNeedsAnotherFolder) {
  ASSERT_EQ(sweep(alone).code, 0);
  write_experiment("others", {1});
  const Finished other = launch(alone, run_words({}, "others"))->wait();
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.output, AllOf(HasSubstr("fakes"), HasSubstr("others"), HasSubstr("--fresh")));
  EXPECT_EQ(launch(alone, run_words({"--fresh"}, "others"))->wait().code, 0);
}

TEST_F(RunTest, BadCommandLinesSayWhatToDo) {
  const Finished workers = sweep(alone, {}, {"--workers", "0"});
  EXPECT_EQ(workers.code, 2);
  EXPECT_THAT(workers.output, HasSubstr("--workers 0"));
  EXPECT_EQ(sweep(3, {}, {"--workers", "2"}).code, 2);
  EXPECT_EQ(launch(alone, {"run", "--out", run_.root})->wait().code, 2);
  EXPECT_EQ(launch(alone, {"run", (folder_ / "fakes.json").string()})->wait().code, 2);
  EXPECT_EQ(sweep(alone, {}, {"--set", "network.width"}).code, 2);
  EXPECT_EQ(sweep(alone, {}, {"--trial-timeout", "0"}).code, 2);
  EXPECT_EQ(sweep(alone, {}, {"--pack", "0"}).code, 2);
  const Finished backend = sweep(alone, {}, {"--backend", "nativ"});
  EXPECT_EQ(backend.code, 2);
  EXPECT_THAT(backend.output, AllOf(HasSubstr("nativ"), HasSubstr("native")));
  EXPECT_THAT(sweep(alone, {}, {"--only", "nothing like it"}).output, HasSubstr("nothing like it"));
  EXPECT_FALSE(fs::exists(run_.root));
}

TEST_F(RunTest, StatusFollowsARunningSweep) {
  const auto running = launch(alone, run_words({"--workers", "1"}), {{"*", "hang"}});
  auto status = [&] {
    const Finished finished = launch(alone, {"status", run_.root, "--json"})->wait();
    return finished.code == 0 ? Json::parse(finished.output) : Json::object();
  };
  ASSERT_TRUE(becomes_true([&] {
    const Json now = status();
    return now.value("alive", false) && now.at("counts").at("running") == 1 &&
           !now.at("trials").at(0).at("epoch").is_null();
  }));
  EXPECT_EQ(status().at("counts").at("waiting"), 3);
  EXPECT_EQ(status().at("holders").at(0).at("pid"), running->pid());
  running->signal(SIGTERM);
  EXPECT_EQ(running->wait().code, 75);
  const Json after = status();
  EXPECT_FALSE(after.at("alive"));
  EXPECT_EQ(after.at("counts").at("waiting"), 4);
  EXPECT_EQ(launch(alone, {"status", folder_})->wait().code, 2);
}

TEST_F(RunTest, StatusTellsOfADrain) {
  const auto running = launch(alone, run_words({"--workers", "2"}), {{"*", "stubborn"}});
  const auto status = [&] { return launch(alone, {"status", run_.root})->wait().output; };
  // Only then do both ignore SIGTERM.
  const auto both_train = [](const std::string& text) {
    return text.find("epoch 1/3") != text.rfind("epoch 1/3");
  };
  ASSERT_TRUE(becomes_true([&] { return both_train(status()); }));
  EXPECT_THAT(status(), testing::Not(HasSubstr("draining")));
  running->signal(SIGUSR1);
  ASSERT_TRUE(becomes_true([&] { return status().find("draining") != std::string::npos; }, 4));
  EXPECT_THAT(status(), testing::ContainsRegex("draining since [0-9]+:[0-9]+ \\(a signal\\): 2 running "
                                               "trials save and stop"));
  running->signal(SIGTERM);
  EXPECT_EQ(running->wait().code, 75);
  EXPECT_THAT(status(), testing::Not(HasSubstr("draining")));
}

TEST_F(RunTest, PlanProbesEachKindAndTellsTheTime) {
  const Words words{"plan", (folder_ / "fakes.json").string(), "--probe"};
  const Finished finished = launch(alone, words, {{"*", "slow:0.01"}})->wait();
  EXPECT_EQ(finished.code, 0) << finished.output;
  for (const char* part :
       {"measured 1 of 1 kinds", "core-hours", "95 %", "sbatch --ntasks=1", "lnn-sweep run"})
    EXPECT_THAT(finished.output, HasSubstr(part));
  for (const char* option : {"--workers", "--threads"})
    EXPECT_EQ(launch(alone, {words[0], words[1], "--probe", option, "0"})->wait().code, 2) << option;
  EXPECT_EQ(launch(alone, words, {{"*", "segv"}})->wait().code, 3);
}

TEST_F(RunTest, TrainHandsOverToTheTrialProgram) {
  lnn::write_text_file(folder_ / "one.json", R"({"network":{"seed":1}})");
  const Words words{"train", "--config", (folder_ / "one.json").string(), "--out",
                    (folder_ / "one.h5").string()};
  EXPECT_EQ(launch(alone, words)->wait().code, 0);
  EXPECT_EQ(lnn::store::read_trial(folder_ / "one.h5").outcome, lnn::store::Outcome::completed);
}

}  // namespace
