#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/names.h"
#include "physics/sampling.h"

/// How a network is trained; free of LibTorch, so that planning a sweep never loads it.
namespace lnn::training {

enum class Optimizer { radam, adam };

/// `cosine`: eta_min + (lr - eta_min) (1 + cos(pi t / t_max)) / 2 for all t, rising again after t_max.
enum class Schedule { cosine, constant };

/// Penalties on the mass matrix M (paper A, section III.1 and eqs. 3-5).
enum class Regularizer { none, eigenvalue, sylvester_v1, sylvester_v2, lorentzian_sylvester };

/// `state_mae` averages |error| over [v, a] (2n components, the v half is zero: half the acceleration's
/// error), as the published numbers do; `acceleration_mae` averages over the n accelerations, as paper A's
/// eq. 2 reads.
enum class BaseLoss { state_mae, acceleration_mae };

enum class Precision { float32, float64 };

/// One training phase. Phases after the first start from the best model of the one before, with new data,
/// optimizer and schedule.
struct Phase {
  int epochs = 300;
  double learning_rate = 1e-3;
  double eta_min = 1e-6;          ///< lowest learning rate of the cosine schedule
  int t_max = 30;                 ///< epochs from the highest to the lowest learning rate
  physics::SamplingOptions data;  ///< this phase's training set
};

struct TrainingOptions {
  std::vector<Phase> phases{Phase{}};
  BaseLoss base_loss = BaseLoss::state_mae;
  Regularizer regularizer = Regularizer::eigenvalue;
  double lambda = 1.0;  ///< weight of the penalty, dimensionless
  Optimizer optimizer = Optimizer::radam;
  Schedule schedule = Schedule::cosine;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-6;  ///< L2 term added to the gradient after clipping
  double clip_norm = 1.0;      ///< largest global L2 norm of the gradient; 0 switches clipping off
  int batch_size = 128;
  Precision precision = Precision::float32;
  std::uint64_t shuffle_seed = 1;  ///< of the order of samples in each epoch
};

}  // namespace lnn::training

namespace lnn {

template <>
struct EnumNames<training::Optimizer> {
  using E = training::Optimizer;
  static constexpr const char* what = "optimizer";
  static constexpr std::array table{std::pair{E::radam, "radam"}, std::pair{E::adam, "adam"}};
};

template <>
struct EnumNames<training::Schedule> {
  using E = training::Schedule;
  static constexpr const char* what = "schedule";
  static constexpr std::array table{std::pair{E::cosine, "cosine"}, std::pair{E::constant, "constant"}};
};

template <>
struct EnumNames<training::Regularizer> {
  using E = training::Regularizer;
  static constexpr const char* what = "regularizer";
  static constexpr std::array table{std::pair{E::none, "none"}, std::pair{E::eigenvalue, "eigenvalue"},
                                    std::pair{E::sylvester_v1, "sylvester_v1"},
                                    std::pair{E::sylvester_v2, "sylvester_v2"},
                                    std::pair{E::lorentzian_sylvester, "lorentzian_sylvester"}};
};

template <>
struct EnumNames<training::BaseLoss> {
  using E = training::BaseLoss;
  static constexpr const char* what = "base_loss";
  static constexpr std::array table{std::pair{E::state_mae, "state_mae"},
                                    std::pair{E::acceleration_mae, "acceleration_mae"}};
};

template <>
struct EnumNames<training::Precision> {
  using E = training::Precision;
  static constexpr const char* what = "precision";
  static constexpr std::array table{std::pair{E::float32, "float32"}, std::pair{E::float64, "float64"}};
};

}  // namespace lnn
