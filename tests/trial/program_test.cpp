// The program lnn-sweep-trial from outside: what it prints, writes and returns.
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "store/trial_file.h"
#include "tests/trial/program_fixture.h"
#include "tests/trial/same_record.h"

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

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
    if (event.at("event") == "alive") continue;
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

TEST_F(TrialProgram, ChecksADevice) {
  EXPECT_EQ(run("--check-device cpu").code, 0);
  const Finished missing = run("--check-device cuda:99");
  EXPECT_EQ(missing.code, 4) << "no machine has a hundred";
  EXPECT_THAT(missing.output, testing::HasSubstr("device cuda:99"));
  EXPECT_EQ(run("--check-device gpu").code, 2);
}

TEST_F(TrialProgram, EndsWith5WhenMemoryRunsOut) {
  const std::string big = write_config("big.json", {{"network.width", 3000}, {"network.hidden_layers", 4}});
  const std::string words = "--config " + big + " --out " + path("a.h5");
  const Finished out = run(words + " --memory-limit 600");
  EXPECT_EQ(out.code, 5) << out.output;
  EXPECT_THAT(out.output, testing::HasSubstr("out of memory"));
  EXPECT_FALSE(fs::exists(path("a.h5")));
  EXPECT_EQ(run(words + " --memory-limit 1").code, 2) << "less than LibTorch needs for itself";
}

class CheckpointedProgram : public TrialProgram {
 protected:
  CheckpointedProgram()
      : config_(write_config("long.json", {{"data.samples", 2000},
                                           {"network.width", 16},
                                           {"network.hidden_layers", 2},
                                           {"training.epochs", 40},
                                           {"training.t_max", 10},
                                           {"training.phases", Json::array({{{"epochs", 20}}})},
                                           {"rollout.tests", "none"}})) {}

  std::string arguments() const {
    return "--config " + config_ + " --out " + path("a.h5") + " --checkpoint " + path("checkpoint.h5") +
           " --checkpoint-every 0";
  }

  // Sends the signal as soon as the program has finished so many epochs.
  Finished interrupt(int number, int epochs, const std::string& words) const {
    const auto program = launch(words);
    const std::string line = "\"epoch\":" + std::to_string(epochs) + ",";
    for (int i = 0; i < 3000 && lnn::read_text_file(folder_ / "output").find(line) == std::string::npos; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    program->signal(number);
    return program->wait();
  }

  lnn::store::TrialRecord undisturbed() const {
    const Finished finished = run("--config " + config_ + " --out " + path("undisturbed.h5"));
    EXPECT_EQ(finished.code, 0) << finished.output;
    return lnn::store::read_trial(path("undisturbed.h5"));
  }

  void expect_continued_to_the_same_end() const {
    const Finished finished = run(arguments());
    EXPECT_EQ(finished.code, 0) << finished.output;
    EXPECT_THAT(finished.output, testing::HasSubstr("continues after epoch"));
    const lnn::store::TrialRecord record = lnn::store::read_trial(path("a.h5"));
    EXPECT_FALSE(record.provenance.at("resumed_from_epoch").empty());
    lnn::test::expect_same_record(record, undisturbed());
    EXPECT_FALSE(fs::exists(path("checkpoint.h5"))) << "the result is there, the checkpoint is not needed";
  }

  std::string config_;
};

TEST_F(CheckpointedProgram, GoesOnAfterItWasKilled) {
  for (const int epochs : {7, 25, 50}) {  // the last one in the second phase
    ASSERT_EQ(interrupt(SIGKILL, epochs, arguments()).code, 128 + SIGKILL);
    ASSERT_TRUE(fs::exists(path("checkpoint.h5")));
    ASSERT_FALSE(fs::exists(path("a.h5")));
  }
  expect_continued_to_the_same_end();
}

TEST_F(CheckpointedProgram, SavesAndStopsWhenASignalAsksForIt) {
  int epochs = 5;
  for (const int number : {SIGINT, SIGTERM, SIGUSR1}) {
    const Finished stopped =
        interrupt(number, epochs, arguments() + "0000");  // only the signal makes it save
    EXPECT_EQ(stopped.code, 75) << stopped.output;
    EXPECT_THAT(stopped.output, testing::HasSubstr("Run the same command again to continue."));
    ASSERT_TRUE(fs::exists(path("checkpoint.h5")));
    epochs += 15;
  }
  expect_continued_to_the_same_end();
}

TEST_F(CheckpointedProgram, EndsAtOnceWithoutACheckpoint) {
  EXPECT_EQ(interrupt(SIGTERM, 3, "--config " + config_ + " --out " + path("a.h5")).code, 128 + SIGTERM);
}

TEST_F(CheckpointedProgram, StartsOverWhenTheCheckpointIsDamaged) {
  ASSERT_EQ(interrupt(SIGKILL, 7, arguments()).code, 128 + SIGKILL);
  fs::resize_file(path("checkpoint.h5"), fs::file_size(path("checkpoint.h5")) - 1);
  const Finished finished = run(arguments());
  EXPECT_EQ(finished.code, 0) << finished.output;
  EXPECT_THAT(finished.output, testing::HasSubstr("truncated"));
  EXPECT_THAT(finished.output, testing::HasSubstr("Without it the trial starts over."));
  const lnn::store::TrialRecord record = lnn::store::read_trial(path("a.h5"));
  EXPECT_FALSE(record.provenance.contains("resumed_from_epoch"));
  lnn::test::expect_same_record(record, undisturbed());
}

TEST_F(CheckpointedProgram, RefusesCheckpointsThatCannotBe) {
  const std::string start = "--config " + config_ + " --out " + path("a.h5");
  const auto code = [&](const std::string& words) { return run(start + words).code; };
  EXPECT_EQ(code(" --checkpoint " + path("b.h5") + " " + path("c.h5")), 2) << "two for one trial";
  EXPECT_EQ(code(" --checkpoint " + path("a.h5")), 2) << "the result's name";
  EXPECT_EQ(code(" --checkpoint " + path("b.h5") + " --checkpoint-every -1"), 2);
  EXPECT_EQ(code(" --checkpoint " + path("nowhere/b.h5")), 3);
}

}  // namespace
