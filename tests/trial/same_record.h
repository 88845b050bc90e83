#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "store/trial_record.h"

namespace lnn::test {

inline const store::Column& column(const store::TrialRecord& record, const std::string& name) {
  for (const store::Column& candidate : record.history) {
    if (candidate.name == name) return candidate;
  }
  throw std::logic_error("no column " + name);
}

/// Compares everything that does not depend on when and where the records were made, bit by bit.
inline void expect_same_record(const store::TrialRecord& a, const store::TrialRecord& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.config, b.config);
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.reason, b.reason);
  for (const store::Column& part : a.history) {
    if (part.name == "seconds") continue;
    EXPECT_EQ(part.values, column(b, part.name).values) << part.name;
  }
  ASSERT_EQ(a.model.size(), b.model.size());
  for (std::size_t i = 0; i < a.model.size(); ++i) EXPECT_EQ(a.model[i].values, b.model[i].values);
  for (const auto& [name, metric] : a.metrics) {
    if (name == "seconds") continue;
    const double other = b.metrics.at(name).value;
    EXPECT_TRUE(metric.value == other || (std::isnan(metric.value) && std::isnan(other))) << name;
  }
}

}  // namespace lnn::test
