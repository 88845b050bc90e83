#include "bench/times.h"

#include <gtest/gtest.h>

namespace {

using lnn::bench::Times;

Times of(std::initializer_list<double> seconds) {
  Times times;
  for (const double second : seconds) times.add(second);
  return times;
}

TEST(Times, MedianIsTheMiddleCallWhateverTheOrder) {
  EXPECT_EQ(of({5, 1, 100}).median(), 5);
}

TEST(Times, MedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo) {
  EXPECT_EQ(of({4, 100, 2, 1}).median(), 3);
}

TEST(Times, BestIsTheShortestCall) {
  EXPECT_EQ(of({3, 2, 9}).best(), 2);
}

TEST(Times, NothingMeasuredHasNoMedian) {
  EXPECT_THROW(Times().median(), std::logic_error);
  EXPECT_THROW(Times().best(), std::logic_error);
}

}  // namespace
