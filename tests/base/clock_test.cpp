#include "base/clock.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace {

TEST(Clock, WritesTimesAndDurations) {
  EXPECT_EQ(lnn::iso_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(lnn::iso_time(1e9), "2001-09-09T01:46:40Z");
  EXPECT_EQ(lnn::duration_text(59.94), "59.9 s");
  EXPECT_EQ(lnn::duration_text(59.96), "1:00");
  EXPECT_EQ(lnn::duration_text(7322), "2:02:02");
}

TEST(Clock, ReadsDurations) {
  const std::pair<const char*, double> durations[] = {
      {"90", 90},     {"90s", 90},    {"1.5", 1.5},      {"45m", 2700},          {"12h", 43200},
      {"2d", 172800}, {"10:30", 630}, {"1:02:03", 3723}, {"1-12:00:00", 129600}, {"100:00:00", 360000},
  };
  for (const auto& [text, seconds] : durations)
    EXPECT_DOUBLE_EQ(lnn::parse_duration(text, "--t"), seconds) << text;
}

TEST(Clock, RefusesWhatIsNoDuration) {
  for (const char* text :
       {"", "0", "-5", "5x", "h", "1:60", "1:2:3:4", "1-12", "a:b", "nan", "inf", "1::2", "5 m"}) {
    EXPECT_THROW(lnn::parse_duration(text, "--t"), lnn::UserError) << text;
  }
}

TEST(HostName, IsKnown) {
  EXPECT_FALSE(lnn::host_name().empty());
}

}  // namespace
