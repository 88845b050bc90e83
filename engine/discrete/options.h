#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/names.h"
#include "physics/sampling.h"

/// What a discrete Lagrangian L_d(q_k, q_{k+1}) is learned from and how (paper B); free of LibTorch, so that
/// planning a sweep never loads it.
namespace lnn::discrete {

/// What a continuous Lagrangian's training takes for velocities: the true ones, or the momenta, as paper B's
/// code does by mistake (its arrays hold (q, p) and are used as (q, v)).
enum class Velocities { velocities, momenta };

/// Trajectories of the true system, made by the midpoint rule with `substeps` steps in each time step (paper
/// B's reference data). Positions and velocities in the coordinates' units, n numbers each.
struct TrajectoryOptions {
  std::vector<double> q = {};  ///< initial position
  std::vector<double> v = {};  ///< initial velocity
  int count = 1;               ///< trajectories
  /// Half widths of the uniform distribution around (q, v) from which the initial states are drawn.
  std::vector<double> q_spread = {};
  std::vector<double> v_spread = {};
  int steps = 200;          ///< N: a trajectory has N + 1 points and N - 1 triples
  double time_step = 0.01;  ///< h [s]
  int substeps = 100;
  double noise = 0;        ///< standard deviation added to every position of the training set
  std::uint32_t seed = 0;  ///< of initial states and noise
  /// Initial state of the test trajectory, which has no noise.
  std::vector<double> test_q = {};
  std::vector<double> test_v = {};
  Velocities velocities = Velocities::velocities;
};

enum class Reduction { sum, mean };

/// Residual and degeneracy terms (paper B, eq. 14 and its code).
struct LossOptions {
  Reduction components = Reduction::sum;  ///< of a triple's squared residuals over its n components
  double degeneracy_weight = 1;
  int degeneracy_exponent = 1;      ///< m in 1 - 1/(1 + exp(-0.01 d^m)), d = det D_2 D_1 L_d
  double base_point_weight = 0;     ///< of sum_i (-D_1 L_d(0, 0)_i - p)^2
  double base_point_momentum = 10;  ///< p
};

/// Where the symmetry condition is tested: at the training pairs (the paper), at the fixed points of its
/// code, or at pairs drawn from a box.
enum class TestPoints { training_pairs, published, box };

/// (|v|^2 - 1)^2 as the paper prints it, | |v| - 1 | as its code has it, v = (w, M).
enum class Normalization { squared, absolute };

/// First guess of the generators: given numbers (for every generator the same would never part: each further
/// one starts at a random direction), or random unit vectors.
enum class Guess { given, random };

/// Affine symmetry generators (M, w): q -> M q + w (paper B, eqs. 11 and 15).
struct SymmetryOptions {
  int generators = 0;  ///< K; 0: DLNN, no symmetry
  double weight = 1;
  int start = 5000;  ///< passes in which only the residual and degeneracy terms train
  TestPoints test_points = TestPoints::published;
  Reduction points = Reduction::sum;          ///< over the test points
  std::vector<double> published_points = {};  ///< [S, 2n], rows [q0, q1]
  int box_points = 100;
  std::uint32_t box_seed = 0;
  physics::Box box = {};  ///< of both points of a pair, independently
  Normalization normalization = Normalization::absolute;
  double orthogonality_weight = 1;  ///< of sum_{s<k} <v_k, v_s>^2 (remark 2, squared)
  Guess guess = Guess::given;
  std::uint64_t guess_seed = 0;
  std::vector<double> w = {};  ///< [n]
  std::vector<double> M = {};  ///< [n, n], row by row
};

}  // namespace lnn::discrete

namespace lnn {

template <>
struct EnumNames<discrete::Velocities> {
  using E = discrete::Velocities;
  static constexpr const char* what = "velocities";
  static constexpr std::array table{std::pair{E::velocities, "velocities"}, std::pair{E::momenta, "momenta"}};
};

template <>
struct EnumNames<discrete::Reduction> {
  using E = discrete::Reduction;
  static constexpr const char* what = "reduction";
  static constexpr std::array table{std::pair{E::sum, "sum"}, std::pair{E::mean, "mean"}};
};

template <>
struct EnumNames<discrete::TestPoints> {
  using E = discrete::TestPoints;
  static constexpr const char* what = "test_points";
  static constexpr std::array table{std::pair{E::training_pairs, "training_pairs"},
                                    std::pair{E::published, "published"}, std::pair{E::box, "box"}};
};

template <>
struct EnumNames<discrete::Normalization> {
  using E = discrete::Normalization;
  static constexpr const char* what = "normalization";
  static constexpr std::array table{std::pair{E::squared, "squared"}, std::pair{E::absolute, "absolute"}};
};

template <>
struct EnumNames<discrete::Guess> {
  using E = discrete::Guess;
  static constexpr const char* what = "guess";
  static constexpr std::array table{std::pair{E::given, "given"}, std::pair{E::random, "random"}};
};

}  // namespace lnn
