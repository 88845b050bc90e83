#include "sweep/devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> devices_with(const char* variable) {
  setenv("CUDA_VISIBLE_DEVICES", variable, 1);
  const auto devices = lnn::sweep::visible_devices();
  unsetenv("CUDA_VISIBLE_DEVICES");
  return devices;
}

TEST(VisibleDevices, AreThoseOfTheVariable) {
  EXPECT_THAT(devices_with("0"), ElementsAre("0"));
  EXPECT_THAT(devices_with("3,1"), ElementsAre("3", "1"));
  EXPECT_THAT(devices_with("GPU-8932f937,MIG-4b2a"), ElementsAre("GPU-8932f937", "MIG-4b2a"));
}

TEST(VisibleDevices, EndAtTheFirstThatIsNone) {
  EXPECT_THAT(devices_with(""), IsEmpty());
  EXPECT_THAT(devices_with("NoDevFiles"), IsEmpty());
  EXPECT_THAT(devices_with("1,-1,0"), ElementsAre("1"));
}

}  // namespace
