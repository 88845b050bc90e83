#include "trial/trajectory_data.h"

#include <ATen/ATen.h>

#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>
#include <random>

namespace lnn::trial {
namespace {

using discrete::Points;
using discrete::ReferenceTrajectory;
using discrete::TrajectoryOptions;

// Two streams of one seed: initial states and noise change independently.
enum class Stream : std::uint32_t { initial_states, noise };

std::mt19937_64 generator(std::uint32_t seed, Stream stream) {
  std::seed_seq words{seed, static_cast<std::uint32_t>(stream)};
  return std::mt19937_64(words);
}

discrete::ReferenceOptions grid(const TrajectoryOptions& options, int steps) {
  return {.h = options.time_step, .steps = steps, .substeps = options.substeps};
}

std::vector<double> drawn_around(const std::vector<double>& center, const std::vector<double>& spread,
                                 std::mt19937_64& engine) {
  std::vector<double> point = center;
  for (std::size_t i = 0; i < point.size(); ++i) {
    boost::random::uniform_real_distribution<double> uniform(-1, 1);
    point[i] += spread[i] * uniform(engine);
  }
  return point;
}

// The engine gives the initial states of the training trajectories one after the other.
ReferenceTrajectory next_trajectory(const physics::System& system, const TrajectoryOptions& options,
                                    int steps, std::mt19937_64& engine) {
  const auto q = drawn_around(options.q, options.q_spread, engine);
  const auto v = drawn_around(options.v, options.v_spread, engine);
  return discrete::midpoint_trajectory(system, q, v, grid(options, steps));
}

at::Tensor tensor_of(const Points& points, Eigen::Index first, Eigen::Index count) {
  const at::Tensor result = at::empty({count, points.cols()}, at::kDouble);
  Eigen::Map<Points>(result.data_ptr<double>(), count, points.cols()) = points.middleRows(first, count);
  return result;
}

at::Tensor accelerations(const physics::System& system, const Points& q, const Points& v) {
  const at::Tensor result = at::empty({q.rows(), q.cols()}, at::kDouble);
  const auto n = static_cast<std::size_t>(q.cols());
  for (Eigen::Index k = 0; k < q.rows(); ++k)
    system.acceleration({q.row(k).data(), n}, {v.row(k).data(), n},
                        {result.data_ptr<double>() + k * q.cols(), n});
  return result;
}

}  // namespace

std::vector<ReferenceTrajectory> training_trajectories(const physics::System& system,
                                                       const TrajectoryOptions& options) {
  std::mt19937_64 engine = generator(options.seed, Stream::initial_states);
  std::vector<ReferenceTrajectory> trajectories;
  for (int i = 0; i < options.count; ++i)
    trajectories.push_back(next_trajectory(system, options, options.steps, engine));
  return trajectories;
}

ReferenceTrajectory test_trajectory(const physics::System& system, const TrajectoryOptions& options) {
  return discrete::midpoint_trajectory(system, options.test_q, options.test_v, grid(options, options.steps));
}

ReferenceTrajectory extended_trajectory(const physics::System& system, const TrajectoryOptions& options,
                                        int steps) {
  std::mt19937_64 engine = generator(options.seed, Stream::initial_states);
  return next_trajectory(system, options, steps, engine);
}

void add_noise(std::vector<ReferenceTrajectory>& trajectories, const TrajectoryOptions& options) {
  std::mt19937_64 engine = generator(options.seed, Stream::noise);
  boost::random::normal_distribution<double> normal(0, 1);
  for (ReferenceTrajectory& trajectory : trajectories) {
    for (Eigen::Index i = 0; i < trajectory.q.size(); ++i)
      trajectory.q.data()[i] += options.noise * normal(engine);
  }
}

training::StateSet triples_of(const std::vector<ReferenceTrajectory>& trajectories) {
  std::vector<at::Tensor> x;
  std::vector<at::Tensor> next;
  for (const ReferenceTrajectory& trajectory : trajectories) {
    const Eigen::Index triples = trajectory.q.rows() - 2;
    x.push_back(at::cat({tensor_of(trajectory.q, 0, triples), tensor_of(trajectory.q, 1, triples)}, 1));
    next.push_back(tensor_of(trajectory.q, 2, triples));
  }
  return {at::cat(x), at::cat(next)};
}

training::StateSet states_of(const physics::System& system,
                             const std::vector<ReferenceTrajectory>& trajectories,
                             discrete::Velocities velocities) {
  std::vector<at::Tensor> x;
  std::vector<at::Tensor> a;
  for (const ReferenceTrajectory& trajectory : trajectories) {
    const bool momenta = velocities == discrete::Velocities::momenta;
    const Points& v = momenta ? trajectory.p : trajectory.v;
    const Eigen::Index points = trajectory.q.rows();
    x.push_back(at::cat({tensor_of(trajectory.q, 0, points), tensor_of(v, 0, points)}, 1));
    a.push_back(accelerations(system, trajectory.q, v));
  }
  return {at::cat(x), at::cat(a)};
}

}  // namespace lnn::trial
