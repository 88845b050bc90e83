// lnn-sweep-trial --serve from outside: one process, several trials.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "store/trial_file.h"
#include "tests/trial/program_fixture.h"
#include "tests/trial/same_record.h"

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class ServingProgram : public TrialProgram {
 protected:
  // A trial that shows everything: two phases, a rollout, scaled data.
  std::string config(const std::string& name, int seed) const {
    return write_config(name, {{"data.samples", 500},
                               {"network.width", 16},
                               {"network.seed", seed},
                               {"training.epochs", 6},
                               {"training.t_max", 3},
                               {"training.phases", Json::array({{{"epochs", 3}}})},
                               {"scaling", "physical"}});
  }

  Json request(const std::string& config, const std::string& name) const {
    return {{"configs", {config}},
            {"outs", {path(name + ".h5")}},
            {"checkpoints", {path(name + ".checkpoint.h5")}},
            {"log", path(name + ".log")},
            {"attempt", 1},
            {"checkpoint_every", 30}};
  }

  Finished serve(const std::vector<Json>& requests, const std::string& options = "") const {
    std::ofstream file(folder_ / "requests");
    for (const Json& request : requests) file << request << "\n";
    file.close();
    return launch_words({"/bin/sh", "-c",
                         std::string(LNN_TRIAL_PROGRAM) + " --serve " + options + " < " + path("requests")})
        ->wait();
  }

  std::string log(const std::string& name) const { return lnn::read_text_file(path(name + ".log")); }
};

// What ran before in the same process leaves no trace in a result.
TEST_F(ServingProgram, TheThirdTrialGivesBitwiseWhatItGivesAlone) {
  const std::string pendulum = config("a.json", 1);
  const std::string orbit = write_config("b.json", {{"system", "kepler"}, {"training.precision", "float64"}});
  const std::string last = config("c.json", 3);
  const Finished all = serve({request(pendulum, "a"), request(orbit, "b"), request(last, "c")});
  ASSERT_EQ(all.code, 0) << all.output;
  const Finished alone = run("--config " + last + " --out " + path("alone.h5"));
  ASSERT_EQ(alone.code, 0) << alone.output;
  const auto served = lnn::store::read_trial(path("c.h5"));
  const auto single = lnn::store::read_trial(path("alone.h5"));
  EXPECT_EQ(served.outcome, lnn::store::Outcome::completed);
  lnn::test::expect_same_record(served, single);
  lnn::test::expect_same_record(single, served);
}

TEST_F(ServingProgram, SaysWhenItIsIdleAndHowMuchMemoryItTook) {
  const std::string a = config("a.json", 1);
  const Finished all = serve({request(a, "a"), request(a, "b")});
  std::vector<std::string> events;
  std::istringstream lines(all.output);
  for (std::string line; std::getline(lines, line);) {
    const Json event = Json::parse(line);
    if (event.at("event") != "epoch") events.push_back(event.at("event"));
    if (event.at("event") == "end") {
      EXPECT_GT(event.at("peak_memory"), 20) << "MiB, LibTorch alone needs more";
      EXPECT_LT(event.at("peak_memory"), 5000);
    }
  }
  EXPECT_THAT(events, testing::ElementsAre("alive", "end", "idle", "alive", "end", "idle"));
  EXPECT_GT(std::stod(lnn::store::read_trial(path("b.h5")).provenance.at("peak_memory_mib")), 20);
}

TEST_F(ServingProgram, EveryTrialHasItsOwnLog) {
  const std::string a = config("a.json", 1);
  lnn::write_text_file(path("b.checkpoint.h5"), "no checkpoint");
  const Finished all = serve({request(a, "a"), request(a, "b"), request(a, "c")});
  ASSERT_EQ(all.code, 0) << all.output;
  EXPECT_THAT(log("b"), HasSubstr("starts over"));
  EXPECT_EQ(log("a"), "");
  EXPECT_EQ(log("c"), "");
  EXPECT_THAT(all.output, Not(HasSubstr("starts over")));
}

TEST_F(ServingProgram, AnErrorEndsItAndStandsInTheLogOfItsTrial) {
  const std::string good = config("a.json", 1);
  const std::string bad = write_config("bad.json", {{"network.width", -1}});
  const Finished all = serve({request(good, "a"), request(bad, "b"), request(good, "c")});
  EXPECT_EQ(all.code, 2);
  EXPECT_EQ(log("a"), "");
  EXPECT_THAT(log("b"), HasSubstr("network.width"));
  EXPECT_TRUE(fs::exists(path("a.h5")));
  EXPECT_FALSE(fs::exists(path("c.h5")));
}

TEST_F(ServingProgram, RefusesWhatIsNoRequest) {
  const Finished nonsense = serve({Json::array({1, 2})});
  EXPECT_EQ(nonsense.code, 2);
  EXPECT_THAT(nonsense.output, HasSubstr("[1,2]"));
  EXPECT_EQ(serve({{{"configs", Json::array()}, {"outs", Json::array()}}}).code, 2);
}

// Signals have their usual meaning between trials: there is nothing to save.
TEST_F(ServingProgram, AnIdleOneEndsAtOnceOnSIGTERM) {
  ASSERT_EQ(mkfifo(path("requests").c_str(), 0600), 0);
  std::fstream requests(path("requests"));  // open for reading, too: it never ends
  const auto server =
      launch_words({"/bin/sh", "-c", "exec " LNN_TRIAL_PROGRAM " --serve < " + path("requests")});
  requests << request(config("a.json", 1), "a") << std::endl;
  for (int i = 0; i < 3000 && lnn::read_text_file(folder_ / "output").find("idle") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  server->signal(SIGTERM);
  EXPECT_EQ(server->wait().code, 128 + SIGTERM);
}

}  // namespace
