#include "base/clock.h"

#include <gtest/gtest.h>

namespace {

TEST(Clock, WritesTimesAndDurations) {
  EXPECT_EQ(lnn::iso_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(lnn::iso_time(1e9), "2001-09-09T01:46:40Z");
  EXPECT_EQ(lnn::duration_text(59.94), "59.9 s");
  EXPECT_EQ(lnn::duration_text(59.96), "1:00");
  EXPECT_EQ(lnn::duration_text(7322), "2:02:02");
}

TEST(HostName, IsKnown) {
  EXPECT_FALSE(lnn::host_name().empty());
}

}  // namespace
