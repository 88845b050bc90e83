#include "base/sign_of_life.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

TEST(SignsOfLife, SayWhatIsBeingDone) {
  std::vector<std::string> heard;
  {
    const lnn::SignsOfLife signs([&](const std::string& doing) { heard.push_back(doing); }, 0);
    const lnn::Doing training("training");
    lnn::still_alive();
    {
      const lnn::Doing evaluation("evaluation");
      lnn::still_alive();
    }
    lnn::still_alive();
  }
  lnn::still_alive();
  EXPECT_THAT(heard, testing::ElementsAre("training", "evaluation", "training"));
}

TEST(SignsOfLife, AreSeldom) {
  int heard = 0;
  const lnn::SignsOfLife signs([&](const std::string&) { ++heard; }, 0.05);
  for (int i = 0; i < 1000; ++i) lnn::still_alive();
  EXPECT_EQ(heard, 0) << "there has just been a start";
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  for (int i = 0; i < 1000; ++i) lnn::still_alive();
  EXPECT_EQ(heard, 1);
}

TEST(SignsOfLife, AreTheMomentsToBreakOff) {
  bool enough = false;
  {
    const lnn::BreakOff stop([&] {
      if (enough) throw std::runtime_error("enough");
    });
    EXPECT_NO_THROW(lnn::still_alive());
    enough = true;
    EXPECT_THROW(lnn::still_alive(), std::runtime_error);
  }
  EXPECT_NO_THROW(lnn::still_alive());
}

}  // namespace
