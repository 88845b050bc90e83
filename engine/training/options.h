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
/// `steps`: piecewise constant, as the phase's `rates` say.
enum class Schedule { cosine, constant, steps };

/// A step of the schedule `steps`.
struct RateStep {
  int first_pass = 0;  ///< the first pass over the data, zero-based within the phase, that it is for
  double rate = 0;
};

/// Which parameters a training ends with: those of the lowest total validation loss, or the last ones.
enum class Selection { best, last };

/// Penalties on the mass matrix M (paper A, section III.1 and eqs. 3-5).
enum class Regularizer { none, eigenvalue, sylvester_v1, sylvester_v2, lorentzian_sylvester };

/// `state_mae` averages |error| over [v, a] (2n components, the v half is zero: half the acceleration's
/// error), as the published numbers do; `acceleration_mae` averages over the n accelerations, as paper A's
/// eq. 2 reads; `state_mse` averages error^2 over [v, a], as paper B's continuous baseline does.
enum class BaseLoss { state_mae, acceleration_mae, state_mse };

enum class Precision { float32, float64 };

/// One training phase. Phases after the first start from the best model of the one before, with new data,
/// optimizer and schedule.
struct Phase {
  int epochs =
      300;  ///< rows of the history: each is `passes_per_epoch` passes over the data, then a validation
  double learning_rate = 1e-3;
  double eta_min = 1e-6;          ///< lowest learning rate of the cosine schedule
  int t_max = 30;                 ///< passes from the highest to the lowest learning rate
  std::vector<RateStep> rates;    ///< of the schedule `steps`: at least one, ascending, the first from pass 0
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
  /// Passes over the training set between two validations. Paper B's "epochs" are single full-batch steps,
  /// far too many to validate after each.
  int passes_per_epoch = 1;
  Selection selection = Selection::best;
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
  static constexpr std::array table{std::pair{E::cosine, "cosine"}, std::pair{E::constant, "constant"},
                                    std::pair{E::steps, "steps"}};
};

template <>
struct EnumNames<training::Selection> {
  using E = training::Selection;
  static constexpr const char* what = "selection";
  static constexpr std::array table{std::pair{E::best, "best"}, std::pair{E::last, "last"}};
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
                                    std::pair{E::acceleration_mae, "acceleration_mae"},
                                    std::pair{E::state_mse, "state_mse"}};
};

template <>
struct EnumNames<training::Precision> {
  using E = training::Precision;
  static constexpr const char* what = "precision";
  static constexpr std::array table{std::pair{E::float32, "float32"}, std::pair{E::float64, "float64"}};
};

}  // namespace lnn
