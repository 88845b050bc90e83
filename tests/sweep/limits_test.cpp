// What becomes of trials that hang, run out of memory or meet a broken device.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "slots_fixture.h"

namespace {

using lnn::store::Outcome;
using lnn::sweep::Job;
using lnn::sweep::TrialEnd;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

class LimitsTest : public LocalSlotsTest {
 protected:
  Job impatient(const std::string& behavior, double hang_limit) const {
    Job job = this->job(behavior);
    job.hang_limit = hang_limit;
    return job;
  }
  bool has_file() const { return std::filesystem::exists(run().trial(id_of(0))); }
};

TEST_F(LimitsTest, ATrialWithoutASignOfLifeHangs) {
  const TrialEnd end = end_of(impatient("hang", 0.3));
  EXPECT_EQ(end.outcome, Outcome::hung);
  EXPECT_EQ(end.reason, "no sign of life for 0.3 s, last: epoch 3 of 3");
  EXPECT_LT(end.seconds, 2) << "it obeys SIGTERM";
  EXPECT_EQ(record().outcome, Outcome::hung);
  EXPECT_EQ(record().reason, end.reason);
}

TEST_F(LimitsTest, ATrialThatHangsAndIgnoresSIGTERMIsKilled) {
  const TrialEnd end = end_of(impatient("stubborn", 0.2));
  EXPECT_EQ(end.outcome, Outcome::hung);
  EXPECT_GT(end.seconds, 2);
}

TEST_F(LimitsTest, SignsOfLifeKeepASlowTrialAlive) {
  EXPECT_EQ(end_of(impatient("busy:0.8", 0.3)).outcome, Outcome::completed);
}

TEST_F(LimitsTest, TheWallClockLimitSaysWhatItDidLast) {
  EXPECT_EQ(end_of(job("hang", 0.2)).reason, "longer than 0.2 s, last: epoch 3 of 3");
}

TEST_F(LimitsTest, MemoryBeyondTheLimitIsOutOfMemory) {
  Job hungry = job("hungry");
  hungry.memory_limit = 200;
  const TrialEnd end = end_of(hungry);
  EXPECT_EQ(end.outcome, Outcome::out_of_memory);
  EXPECT_THAT(end.reason,
              MatchesRegex("out of memory \\(peak [0-9]+ MiB, limit 200 MiB\\): .*out of memory"));
}

TEST_F(LimitsTest, TheTrialIsToldItsLimit) {
  Job limited = job("ok");
  limited.memory_limit = 256;
  end_of(limited);
  EXPECT_EQ(std::stod(fact("--memory-limit")), 256);
}

TEST_F(LimitsTest, AnUnexplainedSIGKILLIsOnlyPossiblyOutOfMemory) {
  const TrialEnd end = end_of(job("kill"));
  EXPECT_EQ(end.outcome, Outcome::crashed);
  EXPECT_THAT(end.reason, MatchesRegex("SIGKILL \\(Killed\\), possibly out of memory \\(peak [0-9]+ MiB\\)"));
  EXPECT_GT(end.peak_memory, 1);
}

TEST(Verdict, ASIGKILLThatTheKernelCountsIsOutOfMemory) {
  lnn::sweep::Death death;
  death.status = {true, SIGKILL, 812};
  death.memory_kill = "the machine had no memory left";
  const TrialEnd end = lnn::sweep::verdict({}, "a", death);
  EXPECT_EQ(end.outcome, Outcome::out_of_memory);
  EXPECT_EQ(end.reason,
            "SIGKILL (Killed) by the kernel, because the machine had no memory left (peak 812 MiB)");
  death.status.code = SIGSEGV;
  EXPECT_EQ(lnn::sweep::verdict({}, "a", death).outcome, Outcome::crashed) << "the kernel kills by SIGKILL";
}

class DeviceTest : public LimitsTest {
 protected:
  void SetUp() override {
    LimitsTest::SetUp();
    setenv("LNN_FAKE_BROKEN_DEVICE", "GPU-b", 1);
  }
  void TearDown() override {
    unsetenv("LNN_FAKE_BROKEN_DEVICE");
    LimitsTest::TearDown();
  }
  Job cuda(const std::string& behavior) const {
    Job job = this->job(behavior);
    job.device = "cuda";
    return job;
  }
  void use_devices(const std::vector<std::string>& devices) {
    slots_ = std::make_unique<lnn::sweep::LocalSlots>(1, devices);
  }
};

TEST_F(DeviceTest, ASlotsProcessSeesItsDeviceOnly) {
  use_devices({"GPU-a", "GPU-b"});
  end_of(cuda("ok"));
  EXPECT_EQ(fact("cuda_visible_devices"), "GPU-a");
  EXPECT_EQ(fact("--device"), "cuda:0");
}

TEST_F(DeviceTest, JobsForAnotherDeviceSeeWhatWeSee) {
  use_devices({"GPU-a"});
  for (const char* device : {"cpu", "cuda:1"}) {
    Job job = this->job("ok");
    job.device = device;
    end_of(job);
    EXPECT_EQ(fact("cuda_visible_devices"), "");
    EXPECT_EQ(fact("--device"), device);
  }
}

TEST_F(DeviceTest, SlotsShareDevicesInTurn) {
  slots_ = std::make_unique<lnn::sweep::LocalSlots>(3, std::vector<std::string>{"GPU-a", "GPU-c"});
  const char* expected[] = {"GPU-a", "GPU-c", "GPU-a"};
  for (int slot = 0; slot < 3; ++slot) {
    std::filesystem::remove(run().trial(id_of(0)));
    slots_->start(slot, cuda("ok"));
    for (bool ended = false; !ended;) {
      for (const auto& event : slots_->wait(milliseconds(5)))
        ended = ended || std::holds_alternative<TrialEnd>(event.report);
    }
    EXPECT_EQ(fact("cuda_visible_devices"), expected[slot]);
  }
}

TEST_F(DeviceTest, ABrokenDeviceIsTheSlotsProblem) {
  use_devices({"GPU-b"});
  const TrialEnd end = end_of(cuda("device"));
  EXPECT_EQ(end.outcome, Outcome::interrupted);
  EXPECT_THAT(end.device_problem, HasSubstr("device CUDA GPU-b"));
  EXPECT_THAT(end.device_problem, HasSubstr("the device is broken"));
  EXPECT_EQ(end.environment_problem, "");
  EXPECT_FALSE(has_file());
}

TEST_F(DeviceTest, AnErrorOnADeviceThatWorksIsTheTrialsProblem) {
  use_devices({"GPU-a"});
  const TrialEnd end = end_of(cuda("exit:4"));
  EXPECT_EQ(end.outcome, Outcome::crashed);
  EXPECT_THAT(end.reason, StartsWith("error of a device that works otherwise: "));
  EXPECT_EQ(end.device_problem, "");
  EXPECT_TRUE(has_file());
}

TEST_F(DeviceTest, ADeviceThatIsGoneIsTheSlotsProblem) {
  use_devices({"GPU-b"});
  EXPECT_THAT(end_of(cuda("exit:3")).device_problem, HasSubstr("GPU-b"));
  use_devices({"GPU-a"});
  EXPECT_THAT(end_of(cuda("exit:3")).environment_problem, HasSubstr("exit:3")) << "the device is there";
}

}  // namespace
