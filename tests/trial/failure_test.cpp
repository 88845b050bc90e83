#include "trial/failure.h"

#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "base/error.h"
#include "trial/checkpoints.h"

namespace {

using lnn::trial::Failure;
using testing::HasSubstr;
using testing::Not;

template <class Throw>
Failure failure_of(Throw what_throws) {
  try {
    what_throws();
  } catch (...) {
    return lnn::trial::current_failure();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(Failure, OurOwnErrorsHaveTheirCodes) {
  EXPECT_EQ(failure_of([] { throw lnn::UserError("a"); }).exit_code, 2);
  EXPECT_EQ(failure_of([] { throw lnn::EnvironmentError("a"); }).exit_code, 3);
  EXPECT_EQ(failure_of([] { throw lnn::trial::Stopped("a"); }).exit_code, 75);
  EXPECT_EQ(failure_of([] { throw std::logic_error("a"); }).exit_code, 1);
  EXPECT_EQ(failure_of([] { throw lnn::UserError("what it says"); }).message, "what it says");
}

TEST(Failure, MemoryThatRanOutIs5WhoeverSaysSo) {
  EXPECT_EQ(failure_of([] { throw std::bad_alloc(); }).exit_code, 5);
  EXPECT_EQ(
      failure_of([] { TORCH_CHECK(false, "CUDA out of memory. Tried to allocate 20.00 MiB"); }).exit_code, 5);
  EXPECT_EQ(failure_of([] { TORCH_CHECK(false, "CUDA error: out of memory"); }).exit_code, 5);
  const Failure full = failure_of([] {
    TORCH_CHECK(false, "[enforce fail at alloc_cpu.cpp:66] . DefaultCPUAllocator: can't allocate memory");
  });
  EXPECT_EQ(full.exit_code, 5);
  EXPECT_THAT(full.message, HasSubstr("MiB"));
}

TEST(Failure, ADeviceThatDoesNotWorkIs4) {
  const Failure broken = failure_of([] {
    TORCH_CHECK(false, "CUDA error: an illegal memory access was encountered\n",
                "CUDA kernel errors might be asynchronously reported\n");
  });
  EXPECT_EQ(broken.exit_code, 4);
  EXPECT_EQ(broken.message, "CUDA error: an illegal memory access was encountered");
  EXPECT_THAT(broken.details, HasSubstr("asynchronously"));
  EXPECT_EQ(failure_of([] { TORCH_CHECK(false, "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED"); }).exit_code,
            4);
}

TEST(Failure, ALibrarysMistakeIsAPlainErrorOnOneLine) {
  const Failure shapes = failure_of([] { TORCH_CHECK(false, "sizes do not match"); });
  EXPECT_EQ(shapes.exit_code, 1);
  EXPECT_EQ(shapes.message, "sizes do not match");
  EXPECT_THAT(shapes.message, Not(HasSubstr("\n")));
}

}  // namespace
