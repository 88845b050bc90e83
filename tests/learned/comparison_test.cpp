#include "learned/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "jets/engine.h"
#include "known_models.h"
#include "network/initialization.h"
#include "training/data.h"
#include "training/loss.h"

namespace {

using namespace lnn;
using namespace lnn::learned;
using testing::ElementsAre;

constexpr double pi = std::numbers::pi;

struct Setting {
  std::unique_ptr<const physics::System> system;
  physics::SamplingOptions training;
  physics::Dataset validation;
};

Setting setting(const std::string& name, int samples, const std::map<std::string, double>& constants = {}) {
  Setting made{physics::make_system(name, constants), {}, {}};
  physics::PublishedSampling published = physics::published_sampling(*made.system);
  made.training = published.training;
  published.validation.samples = samples;
  made.validation = physics::sample(*made.system, published.validation);
  return made;
}

Comparison compare(const Model& model, const Setting& with) {
  return learned::compare(model, *with.system, with.validation, with.training);
}

double value(const Comparison& comparison, const std::string& name) {
  return comparison.metrics.at(name).value;
}

const store::DataArray& array(const Comparison& comparison, const std::string& group,
                              const std::string& name) {
  for (const auto& candidate : comparison.groups) {
    if (candidate.name != group) continue;
    for (const auto& one : candidate.arrays) {
      if (one.name == name) return one;
    }
  }
  throw std::out_of_range(group + "/" + name);
}

// L = factor (m v^2/2 - k x^2/2) + 4 odd x v of the harmonic oscillator.
Model oscillator(double m, double k, double factor, double odd) {
  return sum_of_squares({{factor * m / 2, {0, 1}}, {-factor * k / 2, {1, 0}}, {odd, {1, 1}}, {-odd, {1, -1}}},
                        {1.7});
}

TEST(Compare, FindsAnExactModelExactUpToScaleAndTotalDerivative) {
  const Setting with = setting("harmonic_oscillator", 300, {{"m", 2}, {"k", 5}});
  const Comparison result = compare(oscillator(2, 5, -3, 1), with);
  EXPECT_NEAR(value(result, "acceleration_mae"), 0, 1e-12);
  EXPECT_NEAR(value(result, "mass_matrix_scale"), -3, 1e-12);
  EXPECT_NEAR(value(result, "mass_matrix_error"), 0, 1e-12);
  EXPECT_NEAR(value(result, "mass_matrix_error_p95"), 0, 1e-12);
  EXPECT_NEAR(value(result, "lagrangian_scale"), -3, 1e-12);
  EXPECT_NEAR(value(result, "lagrangian_error"), 0, 1e-12);
  EXPECT_GT(value(result, "lagrangian_odd_share"), 0.1);
  EXPECT_EQ(value(compare(oscillator(2, 5, 1, 0), with), "lagrangian_odd_share"), 0);
}

TEST(Compare, SeesAWrongPotentialInAccelerationAndLagrangianButNotInTheMass) {
  const Setting with = setting("harmonic_oscillator", 300);
  const Comparison result = compare(oscillator(1, 1.5, 1, 0), with);  // a = -1.5 x for -x
  double sum = 0;
  for (const float x : with.validation.q) sum += std::abs(double{x}) / 2;
  EXPECT_NEAR(value(result, "acceleration_mae"), sum / 300, 1e-12);
  EXPECT_EQ(result.metrics.at("acceleration_mae").unit, "m/s^2");
  EXPECT_NEAR(value(result, "mass_matrix_error"), 0, 1e-12);
  EXPECT_GT(value(result, "lagrangian_error"), 0.1);
}

TEST(Compare, GivesTheMetricOf2020ForAModelWithoutMotion) {
  const Setting with = setting("double_pendulum", 12'000);
  // Published for both accelerations of the zero model on this validation set: 17.706 + 29.152.
  for (const std::vector<double>& scales : {std::vector<double>{10, 10}, {3, 20}}) {
    const Comparison result = compare(sum_of_squares({{}}, scales, 1.0), with);
    EXPECT_NEAR(value(result, "lnn2020_metric"), 46.858, 5e-3);
    EXPECT_NEAR(value(result, "acceleration_mae"), 46.858 / 2, 3e-3);
    // M = diag(2/alpha_1^2, 2/alpha_2^2) is positive definite like the true one.
    EXPECT_EQ(value(result, "wrong_determinant_share"), 0);
    EXPECT_EQ(value(result, "wrong_determinant_edge_share"), 0);
  }
}

// L = v1^2 + v2^2 + v1 v2 - 2 q1^2 - q2^2 and its accelerations.
const std::vector<Square> coupled{
    {0.5, {0, 0, 1, 1}}, {0.5, {0, 0, 1, 0}}, {0.5, {0, 0, 0, 1}}, {-2, {1, 0, 0, 0}}, {-1, {0, 1, 0, 0}}};
std::array<double, 2> coupled_acceleration(double q1, double q2) {
  // M = [2 1; 1 2], force (-4 q1, -2 q2).
  return {(-8 * q1 + 2 * q2) / 3, (4 * q1 - 4 * q2) / 3};
}

TEST(Compare, GivesTheMetricOf2020InPhysicalUnitsWhateverTheScales) {
  const Setting with = setting("double_pendulum", 500);
  double sum = 0;
  for (std::size_t k = 0; k < with.validation.q.size(); k += 2) {
    const auto predicted = coupled_acceleration(with.validation.q[k], with.validation.q[k + 1]);
    sum += std::abs(predicted[0] - double{with.validation.a[k]}) +
           std::abs(predicted[1] - double{with.validation.a[k + 1]});
  }
  for (const std::vector<double>& scales : {std::vector<double>{10, 10}, {0.5, 7}})
    EXPECT_NEAR(value(compare(sum_of_squares(coupled, scales), with), "lnn2020_metric"), sum / 500, 1e-5);
}

TEST(Compare, GivesFortyTimesTheBaseLossAtTheDoublePendulumsScale) {
  const Setting with = setting("double_pendulum", 500);
  network::NetworkOptions options;
  options.coordinates = 2;
  options.width = 8;
  network::Network network(options, at::kDouble);
  network::initialize(network);
  const std::vector<double> scales{10, 10};
  const auto set = training::make_state_set(with.validation, scales, training::Precision::float64);
  const auto engine = jets::make_engine({.backend = "autograd", .precision = "float64"}, network);
  const auto motion = training::solve_motion(
      engine->forward(set.x, training::lagrangian_tangents(set.x), jets::Keep::values_only));
  const double base = training::batch_loss({}, motion, set.a).base;
  EXPECT_NEAR(value(compare(Model(network, scales), with), "lnn2020_metric"), 40 * base, 40 * base * 1e-6);
}

TEST(Compare, ShowsTheDoublePendulumsFigures) {
  const Setting with = setting("double_pendulum", 200);
  // det M = -4: the true determinant is positive everywhere.
  const Comparison result =
      compare(sum_of_squares({{-1, {0, 0, 1, 0}}, {1, {0, 0, 0, 1}}, {1, {0, 1, 0, 0}}}, {10, 10}), with);
  EXPECT_EQ(value(result, "wrong_determinant_share"), 1);
  EXPECT_EQ(value(result, "wrong_determinant_edge_share"), 1);
  EXPECT_THAT(array(result, "signature", "wrong").shape, ElementsAre(100, 100));
  const auto& theta2 = array(result, "lagrangian", "theta2").values;
  ASSERT_EQ(theta2.size(), 60);
  EXPECT_NEAR(theta2[59], 2 * pi, 1e-14);
  const double c = value(result, "lagrangian_scale");
  const double mass_scale = value(result, "mass_matrix_scale");
  const auto& learned = array(result, "lagrangian", "lagrangian").values;
  const auto& truth = array(result, "lagrangian", "lagrangian_true").values;
  for (std::size_t k : {0U, 17U, 59U}) {
    const double theta = theta2[k];
    // Learned up to an offset: -25 + 25 + theta2^2.
    EXPECT_NEAR(learned[k] - learned[0], theta * theta / c, 1e-9 / std::abs(c));
    const double coupling = std::cos(pi - theta);
    EXPECT_NEAR(truth[k], 12.5 + 12.5 + 12.5 + 25 * coupling - 2 * 9.8 + 9.8 * std::cos(theta), 1e-10);
    EXPECT_NEAR(array(result, "lagrangian", "determinant_true").values[k], 2 - coupling * coupling, 1e-10);
    EXPECT_NEAR(array(result, "lagrangian", "determinant").values[k], -4 / (mass_scale * mass_scale),
                1e-9 / (mass_scale * mass_scale));
  }
}

TEST(Compare, ReadsTheMetricOfTheSphere) {
  const Setting with = setting("sphere", 400);
  // g = 2 diag(1, 1) where the truth is diag(1, sin^2 theta).
  const Comparison result = compare(sum_of_squares({{1, {0, 0, 1, 0}}, {1, {0, 0, 0, 1}}}, {5, 8}), with);
  EXPECT_GT(value(result, "metric_tensor_error"), 0.1);
  EXPECT_EQ(value(result, "metric_tensor_error"), value(result, "mass_matrix_error"));
  EXPECT_NEAR(value(result, "metric_off_diagonal_share"), 0, 1e-12);
  EXPECT_TRUE(std::isnan(value(result, "metric_power_z")));
  const auto& theta = array(result, "metric_tensor", "theta").values;
  ASSERT_EQ(theta.size(), 60);
  EXPECT_NEAR(theta.front(), pi / 10, 1e-6);
  EXPECT_NEAR(theta.back(), 9 * pi / 10, 1e-6);
  const auto& g_true = array(result, "metric_tensor", "g_true").values;
  const auto& g = array(result, "metric_tensor", "g").values;
  EXPECT_THAT(array(result, "metric_tensor", "g").shape, ElementsAre(60, 2, 2));
  EXPECT_NEAR(g_true[4 * 20 + 3], std::pow(std::sin(theta[20]), 2), 1e-13);
  EXPECT_NEAR(g[4 * 20 + 3], 2 / value(result, "mass_matrix_scale"), 1e-12);
}

TEST(Compare, ReadsTheMetricOfAntiDeSitterSpace) {
  const Setting with = setting("ads3", 400);
  // A flat metric diag(-2, 2, 2) in physical units, with an off-diagonal element 0.2 between x and z.
  const std::vector<Square> flat{{-1, {0, 0, 0, 1, 0, 0}},
                                 {1, {0, 0, 0, 0, 1, 0}},
                                 {1, {0, 0, 0, 0, 0, 1}},
                                 {0.05, {0, 0, 0, 0, 1, 1}},
                                 {-0.05, {0, 0, 0, 0, 1, -1}}};
  const Comparison result = compare(sum_of_squares(flat, {3, 5, 10}), with);
  EXPECT_NEAR(value(result, "metric_power_z"), 0, 1e-12);
  EXPECT_NEAR(value(result, "metric_power_z_residual"), 0, 1e-12);
  EXPECT_NEAR(value(result, "metric_off_diagonal_share"), 0.1 * std::sqrt(2.0 / 3), 1e-9);
  EXPECT_TRUE(std::isnan(value(result, "lagrangian_error")));
  const auto& z = array(result, "metric_tensor", "z").values;
  const auto& g_true = array(result, "metric_tensor", "g_true").values;
  EXPECT_NEAR(z.front(), 0.2, 1e-12);
  EXPECT_NEAR(z[59] / z[58], z[1] / z[0], 1e-12);
  EXPECT_NEAR(g_true[9 * 30] * z[30] * z[30], -1, 1e-6);
}

TEST(Compare, TakesTheQuadraticTermForTheFlatMetricThatItIs) {
  const Comparison result =
      compare(sum_of_squares({{}}, {1, 1}, 0.5, network::Signature::lorentzian), setting("ads2", 300));
  // c_s = z^2: its median lies near the middle of the log-uniform interval [0.5, 6].
  EXPECT_NEAR(value(result, "mass_matrix_scale"), 3, 0.6);
  EXPECT_GT(value(result, "metric_tensor_error"), 0.5);
}

TEST(Compare, IsDefinedForEverySystemAsThePapersDescribeThem) {
  for (const std::string& name : physics::system_names()) {
    SCOPED_TRACE(name);
    const Setting with = setting(name, 30);
    network::NetworkOptions options;
    options.coordinates = with.system->dimension();
    options.width = 4;
    network::Network network(options, at::kFloat);
    network::initialize(network);
    const Comparison result =
        compare(Model(network, std::vector<double>(with.validation.dimension, 5.0)), with);
    const bool lorentzian = with.system->lorentzian();
    const bool curved = lorentzian || name == "sphere";
    const bool geodesic = curved || name == "free_particle";
    const bool pendulum = name == "double_pendulum";
    const std::map<std::string, bool> defined{{"acceleration_mae", true},
                                              {"lnn2020_metric", true},
                                              {"mass_matrix_scale", true},
                                              {"mass_matrix_error", true},
                                              {"mass_matrix_error_p95", true},
                                              {"lagrangian_scale", !lorentzian},
                                              {"lagrangian_error", !lorentzian},
                                              {"lagrangian_odd_share", !lorentzian},
                                              {"wrong_determinant_share", pendulum},
                                              {"wrong_determinant_edge_share", pendulum},
                                              {"metric_tensor_error", geodesic},
                                              {"metric_off_diagonal_share", geodesic},
                                              {"metric_power_z", lorentzian},
                                              {"metric_power_z_residual", lorentzian}};
    EXPECT_EQ(result.metrics.size(), defined.size());
    for (const auto& [metric, expected] : defined)
      EXPECT_EQ(std::isfinite(value(result, metric)), expected) << metric;
    EXPECT_EQ(result.groups.size(), pendulum ? 2 : curved ? 1 : 0);
    for (const auto& group : result.groups) {
      for (const auto& one : group.arrays) {
        std::int64_t size = 1;
        for (const std::int64_t extent : one.shape) size *= extent;
        EXPECT_EQ(one.values.size(), static_cast<std::size_t>(size)) << group.name << "/" << one.name;
      }
    }
  }
}

TEST(Compare, TurnsANetworkThatIsNotFiniteIntoNan) {
  for (const char* name : {"double_pendulum", "sphere", "ads2"}) {
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), 1e300}) {
      const Comparison result = compare(sum_of_squares({{bad, {bad, 1, bad, 1}}}, {2, 2}), setting(name, 20));
      for (const auto& [metric, found] : result.metrics)
        EXPECT_TRUE(std::isnan(found.value)) << name << " " << metric;
    }
  }
}

}  // namespace
