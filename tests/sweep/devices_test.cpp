#include "sweep/devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "sweep/local_slots.h"

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

TEST(DefaultWorkers, AreAsManyAsGpusOrCores) {
  const auto workers_with = [](const char* variable, int threads, const char* device) {
    setenv("CUDA_VISIBLE_DEVICES", variable, 1);
    const int workers = lnn::sweep::default_workers(threads, device);
    unsetenv("CUDA_VISIBLE_DEVICES");
    return workers;
  };
  const int cores = lnn::sweep::available_cores();
  EXPECT_EQ(workers_with("0,1,2,5,7", 1, "cuda"), 5);
  EXPECT_EQ(workers_with("0,1,2,5,7", 100, "cuda"), 5) << "a GPU each, whatever the threads";
  EXPECT_EQ(workers_with("", 1, "cuda"), cores);
  EXPECT_EQ(workers_with("0,1,2,5,7", 1, "auto"), cores);
  EXPECT_EQ(workers_with("0,1,2,5,7", 2, "cpu"), std::max(1, cores / 2));
  EXPECT_EQ(workers_with("", 100000, "cpu"), 1);
}

}  // namespace
