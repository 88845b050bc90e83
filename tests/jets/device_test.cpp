#include "jets/device.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace {

using namespace lnn;

TEST(ResolveDevice, KnowsTheProcessor) {
  EXPECT_TRUE(jets::resolve_device("auto").is_cpu());
  EXPECT_TRUE(jets::resolve_device("cpu").is_cpu());
}

TEST(ResolveDevice, RefusesOtherNames) {
  for (const char* name : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cudaa", "cuda:999999"}) {
    EXPECT_THROW(jets::resolve_device(name), UserError) << name;
  }
}

TEST(ResolveDevice, SaysWhatAMachineHas) {
  if (at::hasCUDA()) GTEST_SKIP() << "this machine has CUDA";
  EXPECT_THROW(jets::resolve_device("cuda"), EnvironmentError);
  EXPECT_THROW(jets::resolve_device("cuda:3"), EnvironmentError);
}

}  // namespace
