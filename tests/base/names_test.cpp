#include "base/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "network/options.h"

namespace {

using lnn::network::Activation;

const std::vector<std::string> words{"learning_rate", "lambda", "width"};

TEST(NearestName, FindsATypo) {
  EXPECT_EQ(lnn::nearest_name("lerning_rate", words), "learning_rate");
  EXPECT_EQ(lnn::nearest_name("lamda", words), "lambda");
}

TEST(NearestName, IsSilentAboutSomethingElse) {
  EXPECT_EQ(lnn::nearest_name("penalty", words), "");
}

TEST(EnumNames, RoundTrips) {
  for (const std::string& name : lnn::enum_names<Activation>()) {
    EXPECT_EQ(lnn::to_name(lnn::from_name<Activation>(name)), name);
  }
}

TEST(EnumNames, NamesTheProblemTheRemedyAndTheChoices) {
  try {
    lnn::from_name<Activation>("gelo");
    FAIL() << "an unknown name must throw";
  } catch (const lnn::UserError& error) {
    EXPECT_STREQ(error.what(),
                 "activation: unknown value 'gelo'. Did you mean 'gelu'? "
                 "Allowed: 'gelu', 'xtanh', 'softplus', 'quadratic'.");
  }
}

}  // namespace
