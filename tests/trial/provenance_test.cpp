#include "trial/provenance.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>
#include <torch/version.h>

namespace {

using namespace lnn;

// Nothing in our code names the CUDA backend, so a linker may well drop it: ask the LibTorch that was loaded.
TEST(Provenance, SaysWhetherTheLoadedLibTorchHasCuda) {
  EXPECT_EQ(trial::machine_provenance().at("libtorch_build"), at::Context::hasCUDART() ? "cuda" : "cpu");
}

TEST(Provenance, NamesTheVersionOfLibTorch) {
  EXPECT_EQ(trial::machine_provenance().at("libtorch"), TORCH_VERSION);
}

}  // namespace
