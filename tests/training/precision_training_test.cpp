// Trainings in float32, with split bfloat16 products and in float64 from the same weights and data: rounding
// must change a loss curve by less than a seed does. The split products run on the matrix unit where there is
// one and on emulated tiles elsewhere.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>

#include "../jets/native/emulated_kernels.h"
#include "jets/native/native_engine.h"
#include "network/initialization.h"
#include "physics/sampling.h"
#include "training/trainer.h"

namespace {

using namespace lnn;
using jets::native::Kernels;

constexpr int seeds = 8;
constexpr int epochs = 40;
constexpr int samples = 2000;  // 63 steps an epoch, 2520 in all

struct Curve {
  std::vector<double> mean;    // of log10 of the validation loss over the seeds, per epoch
  std::vector<double> spread;  // its standard deviation
};

struct Data {
  physics::Dataset training;
  physics::Dataset validation;
  std::vector<double> scales;
};

Data make_data() {
  const auto system = physics::make_system("harmonic_oscillator");
  physics::PublishedSampling sampling = physics::published_sampling(*system);
  sampling.training.samples = samples;
  sampling.validation.samples = 500;
  Data data{physics::sample(*system, sampling.training), physics::sample(*system, sampling.validation), {}};
  data.scales = physics::physical_scales(data.training);
  return data;
}

training::TrainingOptions training_options(training::Precision precision, int seed) {
  training::TrainingOptions options;
  options.batch_size = 32;
  options.precision = precision;
  options.shuffle_seed = static_cast<std::uint64_t>(seed);
  options.phases[0].epochs = epochs;
  options.phases[0].t_max = epochs;
  return options;
}

template <class T>
std::vector<double> train(const Kernels<T>& kernels, const Data& data, int seed) {
  constexpr bool single = std::is_same_v<T, float>;
  network::NetworkOptions options;
  options.coordinates = 1;
  options.width = 32;
  options.initialization = network::Initialization::custom;
  options.seed = static_cast<std::uint64_t>(seed);
  const network::Network network(options, single ? at::kFloat : at::kDouble);
  network::initialize(network);
  jets::native::NativeEngine<T> engine(network, kernels);
  const auto precision = single ? training::Precision::float32 : training::Precision::float64;
  const training::LossOptions loss{training::BaseLoss::state_mae, training::Regularizer::eigenvalue, 1,
                                   false};
  training::Trainer trainer(training_options(precision, seed), loss, network, engine);
  const auto result =
      trainer.run([&](int) { return training::make_state_set(data.training, data.scales, precision); },
                  training::make_state_set(data.validation, data.scales, precision),
                  [](const training::TrainingResult&) {});
  std::vector<double> curve;
  for (const auto& record : result.history) curve.push_back(std::log10(record.validation_base));
  return curve;
}

template <class T>
Curve curve_of(const Kernels<T>& kernels, const Data& data) {
  Curve curve{std::vector<double>(epochs, 0.0), std::vector<double>(epochs, 0.0)};
  std::vector<std::vector<double>> runs;
  for (int seed = 1; seed <= seeds; ++seed) runs.push_back(train(kernels, data, seed));
  for (std::size_t t = 0; t < epochs; ++t) {
    for (const auto& run : runs) curve.mean[t] += run.at(t) / seeds;
    for (const auto& run : runs) curve.spread[t] += std::pow(run[t] - curve.mean[t], 2) / (seeds - 1);
    curve.spread[t] = std::sqrt(curve.spread[t]);
  }
  return curve;
}

Kernels<float> split_kernels() {
  const Kernels<float>& best = *jets::native::available_kernels<float>().front();
  return std::string(best.precision) == "bf16x3" ? best : with_emulated_products(best);
}

Kernels<float> float_kernels() {
  for (const Kernels<float>* kernels : jets::native::available_kernels<float>()) {
    if (std::string(kernels->precision) == "float32") return *kernels;
  }
  throw std::logic_error("every machine has float32 kernels");
}

double root_mean_square(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

// Distance between the mean curves in units of the seeds' spread, both as root mean squares over the epochs.
double distance(const Curve& curve, const Curve& reference) {
  std::vector<double> differences;
  for (std::size_t t = 0; t < epochs; ++t) differences.push_back(curve.mean[t] - reference.mean[t]);
  return root_mean_square(differences) / root_mean_square(reference.spread);
}

TEST(Precision, ChangesALossCurveByLessThanASeedDoes) {
  at::set_num_threads(1);
  at::globalContext().setFlushDenormal(true);
  const Data data = make_data();
  const Curve reference = curve_of(*jets::native::available_kernels<double>().front(), data);
  const Curve single = curve_of(float_kernels(), data);
  const Kernels<float> split_table = split_kernels();
  const Curve split = curve_of(split_table, data);
  std::cout << "log10 validation loss over " << seeds << " seeds after " << epochs << " epochs: float64 "
            << reference.mean.back() << " +- " << reference.spread.back() << ", float32 "
            << single.mean.back() << ", bf16x3 (" << split_table.instruction_set << ") " << split.mean.back()
            << "; distance of the curves in standard deviations of a seed: float32 "
            << distance(single, reference) << ", bf16x3 " << distance(split, reference) << "\n";
  EXPECT_LT(reference.mean.back(), reference.mean.front() - 0.5);  // it has learned something
  EXPECT_LT(distance(single, reference), 1);
  EXPECT_LT(distance(split, reference), 1);
}

}  // namespace
