#include "physics/sampling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"

namespace {

using lnn::physics::Box;
using lnn::physics::Dataset;
using lnn::physics::draw;
using lnn::physics::Interval;
using lnn::physics::SamplingOptions;
using lnn::physics::System;
using testing::HasSubstr;

// ---- The published data sets, recomputed independently from the published code. --------------------------

struct Fingerprint {
  std::string system;
  int samples;
  int validation_samples;
  std::vector<double> scales;
  std::vector<double> q, v, a;  ///< first training sample; a only where known
  double validation_loss;       ///< base loss of the prediction a = 0
  double training_loss;
};

std::ostream& operator<<(std::ostream& out, const Fingerprint& print) {
  return out << print.system;
}

const std::vector<Fingerprint> fingerprints{
    {"double_pendulum",
     60'000,
     12'000,
     {9.999979, 9.999987},
     {6.6040616, -1.5365840},
     {-5.0625300, 7.4783001},
     {-26.095262, 26.999073},
     1.17147,
     1.24432},
    {"triple_pendulum",
     60'000,
     12'000,
     {9.999895, 9.999973, 9.999994},
     {2.743598, 5.995993, 5.841734},
     {-2.248392, 0.261154, -5.576166},
     {-7.888578, -9.702103, 5.683700},
     1.38073,
     1.47266},
    {"spring_pendulum",
     60'000,
     12'000,
     {4.999990, 7.853922},
     {4.3435283, -1.5365840},
     {-2.5312650, 3.7391500},
     {-72.677649, 6.615318},
     2.87281,
     2.89811},
    {"sphere",
     50'000,
     10'000,
     {4.999963, 7.853901},
     {0.8319307, 3.3979339},
     {1.1686516, 1.2567816},
     {0.786332, -2.676078},
     0.52319,
     0.51923},
    {"ads2",
     60'000,
     12'000,
     {6.022953, 5.999947},
     {4.296591, 4.177503},
     {4.200976, -0.443473},
     {},
     0.12653,
     0.12616},
    {"ads3",
     75'000,
     15'000,
     {10.754514, 4.999963, 9.999909},
     {3.879909, -4.620021, 2.899750},
     {4.113494, 0.653736, -2.843397},
     {},
     0.51891,
     0.52274},
    {"ads4",
     120'000,
     24'000,
     {9.203408, 4.999977, 4.999980, 5.999962},
     {-4.620021, 1.835498, 2.226205, 0.957916},
     {3.526399, 0.808929, 3.288963, 0.215039},
     {},
     0.13042,
     0.13045},
    {"harmonic_oscillator", 4'000, 800, {1.999247}, {0.7347589}, {-1.0125060}, {}, 0.12330, 0.12671},
    {"constant_force", 4'000, 800, {1.999247}, {0.8673794}, {-1.0125060}, {}, 2.45342, 2.45342},
};

/// All printed digits must agree, up to `roundings` float32 rounding steps of the computed value.
template <class T>
void expect_printed(const std::vector<T>& computed, const std::vector<double>& published, int decimals,
                    int roundings) {
  ASSERT_EQ(computed.size(), published.size());
  for (std::size_t i = 0; i < published.size(); ++i) {
    const double rounding = std::abs(published[i]) * std::numeric_limits<float>::epsilon();
    EXPECT_NEAR(computed[i], published[i], 0.5000001 * std::pow(10, -decimals) + roundings * rounding)
        << "number " << i;
  }
}

double zero_acceleration_loss(const Dataset& data, const std::vector<double>& scales) {
  double sum = 0;
  for (std::size_t at = 0; at < data.a.size(); ++at) sum += std::abs(data.a[at]) / scales[at % scales.size()];
  return sum / 2 / static_cast<double>(data.a.size());
}

class PublishedData : public testing::TestWithParam<Fingerprint> {};

TEST_P(PublishedData, IsReproduced) {
  const Fingerprint& published = GetParam();
  const auto system = lnn::physics::make_system(published.system);
  const auto options = published_sampling(*system);
  const Dataset training = sample(*system, options.training);
  const Dataset validation = sample(*system, options.validation);
  EXPECT_EQ(training.samples, published.samples);
  EXPECT_EQ(validation.samples, published.validation_samples);

  // Different libraries' float32 exp differ in the last bit, and so do depth and constraint of AdS space.
  const int roundings = system->lorentzian() ? 1 : 0;
  const auto first = [&](const std::vector<float>& values) {
    return std::vector<float>(values.begin(), values.begin() + training.dimension);
  };
  const auto scales = physical_scales(training);
  expect_printed(scales, published.scales, 6, roundings);
  expect_printed(first(training.q), published.q, 6, roundings);
  expect_printed(first(training.v), published.v, 6, roundings);
  // Printed from double precision.
  if (!published.a.empty()) expect_printed(first(training.a), published.a, 6, 1);

  expect_printed<double>(
      {zero_acceleration_loss(validation, scales), zero_acceleration_loss(training, scales)},
      {published.validation_loss, published.training_loss}, 5, 0);
}

INSTANTIATE_TEST_SUITE_P(PaperA, PublishedData, testing::ValuesIn(fingerprints),
                         [](const auto& instance) { return instance.param.system; });

TEST(DataOfPaperB, CoversItsTrajectories) {
  const auto cart = published_sampling(*lnn::physics::make_system("cart_pendulum")).training;
  EXPECT_LT(cart.q_box[1].low, -6.19);
  EXPECT_GT(cart.q_box[1].high, 6.19);
  EXPECT_GT(cart.v_box[1].high, 8.85);
  const auto kepler = lnn::physics::make_system("kepler");
  EXPECT_NO_THROW(sample(*kepler, published_sampling(*kepler).training));
}

// ---- The generator. ------------------------------------------------------------------------------------

TEST(Uniform24, TakesTheLow24BitsOfEachOutput) {
  // The first two outputs of MT19937 with seed 5489 are 3499211612 and 581869302.
  EXPECT_THAT(lnn::physics::uniform24(5489, 2),
              testing::ElementsAre(static_cast<float>(3499211612U % 16777216U) / 16777216.0F,
                                   static_cast<float>(581869302U % 16777216U) / 16777216.0F));
}

TEST(Draw, LogarithmicIntervalsHaveTheirGeometricMeanInTheMiddle) {
  EXPECT_FLOAT_EQ(draw(Interval{0.25, 4, true}, 0.5F), 1);
  EXPECT_FLOAT_EQ(draw(Interval{0.25, 4, true}, 0), 0.25F);
  EXPECT_EQ(draw(Interval{0.25, 4, false}, 0.5F), 2.125F);
}

TEST(ValidationSamples, IsAFifthButAtLeastAHundred) {
  EXPECT_EQ(lnn::physics::validation_samples(60'000), 12'000);
  EXPECT_EQ(lnn::physics::validation_samples(799), 159);
  EXPECT_EQ(lnn::physics::validation_samples(64), 100);
}

TEST(PhysicalScales, TakeTheLargestPositionOrVelocityOfEachCoordinate) {
  const Dataset data{.samples = 2, .dimension = 2, .q = {1, -7, 2, 3}, .v = {-4, 5, 0, 6}, .a = {9, 9, 9, 9}};
  EXPECT_THAT(physical_scales(data), testing::ElementsAre(4, 7));
}

TEST(Sample, PrefixOfALargerSetIsTheSmallerSet) {
  const auto system = lnn::physics::make_system("ads3");
  auto options = published_sampling(*system).training;
  options.samples = 20;
  const Dataset large = sample(*system, options);
  options.samples = 7;
  const Dataset small = sample(*system, options);
  EXPECT_TRUE(std::equal(small.q.begin(), small.q.end(), large.q.begin()));
  EXPECT_TRUE(std::equal(small.v.begin(), small.v.end(), large.v.begin()));
  EXPECT_TRUE(std::equal(small.a.begin(), small.a.end(), large.a.begin()));
}

// ---- Impossible wishes. --------------------------------------------------------------------------------

class BadSampling : public testing::Test {
 protected:
  std::string message() const {
    try {
      sample(*system_, options_);
    } catch (const lnn::UserError& error) {
      return error.what();
    }
    return "no error";
  }

  std::unique_ptr<const System> system_ = lnn::physics::make_system("spring_pendulum");
  SamplingOptions options_{.samples = 3, .seed = 1, .q_box = {{1, 2}, {0, 1}}, .v_box = {{0, 1}, {0, 1}}};
};

TEST_F(BadSampling, TheFixtureItselfIsFine) {
  EXPECT_EQ(message(), "no error");
}

TEST_F(BadSampling, NoSamples) {
  options_.samples = 0;
  EXPECT_EQ(message(), "samples is 0 (a data set needs at least one). Ask for 1 or more.");
}

TEST_F(BadSampling, WrongNumberOfIntervals) {
  options_.v_box.pop_back();
  EXPECT_EQ(message(),
            "v_box has 1 intervals ('spring_pendulum' has 2 coordinates). Give one interval for each.");
}

TEST_F(BadSampling, EmptyInterval) {
  options_.q_box[1] = {2, 2};
  EXPECT_THAT(message(), HasSubstr("box of 'theta' of 'spring_pendulum' is [2, 2] (low must be below high"));
}

TEST_F(BadSampling, EmptyVelocityInterval) {
  options_.v_box[0] = {1, -1};
  EXPECT_THAT(message(), HasSubstr("box of 'r'' of 'spring_pendulum' is [1, -1]"));
}

TEST_F(BadSampling, InfiniteInterval) {
  options_.q_box[1].high = std::numeric_limits<double>::infinity();
  EXPECT_THAT(message(), HasSubstr("both finite"));
}

TEST_F(BadSampling, LogarithmicIntervalAtZero) {
  options_.q_box[0] = {0, 2, true};
  EXPECT_THAT(message(), HasSubstr("logarithmic (low must then be above 0)"));
}

TEST_F(BadSampling, SingularState) {
  // The interval is so narrow that every draw rounds to r = 0.
  options_.q_box[0] = {0, 1e-50};
  EXPECT_THAT(message(), testing::AllOf(HasSubstr("sample 0 of 'spring_pendulum' has no finite acceleration"),
                                        HasSubstr("Choose a box")));
}

}  // namespace
