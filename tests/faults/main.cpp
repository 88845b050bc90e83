#include <gtest/gtest.h>

#include "arena.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const int code = RUN_ALL_TESTS();
  lnn::faults::print_tallies();
  return code;
}
