// Discrete Lagrangians (paper B) at the published size: one full-batch training step, and one step of a
// learned model's rollout. Run: build/developer/bin/discrete_benchmark (with OMP_NUM_THREADS=1)
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <numeric>

#include "discrete/learned_lagrangian.h"
#include "discrete/stepper.h"
#include "discrete/symmetry_terms.h"
#include "discrete/variational_integrator.h"
#include "trial/prepared_trial.h"
#include "trial/run_trial.h"
#include "trial/trajectory_data.h"

namespace {

using namespace lnn;

trial::PreparedTrial prepared(const std::string& system, int generators) {
  trial::prepare_process(1);
  return trial::PreparedTrial({{"system", system},
                               {"model", "discrete_lagrangian"},
                               {"symmetry.generators", generators},
                               {"symmetry.start", 0}});
}

void train_step(benchmark::State& state, const std::string& system, int generators) {
  const trial::PreparedTrial trial = prepared(system, generators);
  std::vector<std::unique_ptr<jets::Engine>> engines;
  engines.push_back(jets::make_engine({}, trial.network()));
  discrete::DiscreteStepper stepper({trial.discrete_member(trial.member())}, std::move(engines));
  const training::StateSet set = trial.phase_data(0);
  std::vector<std::int64_t> order(static_cast<std::size_t>(set.size()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  stepper.start_phase({0}, {set});
  for (auto _ : state) benchmark::DoNotOptimize(stepper.train_epoch({order}, {3e-4}));
  state.SetItemsProcessed(state.iterations());
}

// Of a network that was not trained, as an LNN whose quadratic term keeps its equations solvable: an
// evaluation costs a little more than that of a discrete Lagrangian of the same size.
void roll_out(benchmark::State& state, const std::string& system) {
  trial::prepare_process(1);
  const trial::PreparedTrial trial(
      {{"system", system}, {"data.source", "trajectories"}, {"network.quadratic_term", 1.0}});
  const discrete::MidpointLearnedLagrangian L_d(trial.network(), trial.config().trajectory.time_step);
  const auto truth = trial::extended_trajectory(trial.system(), trial.config().trajectory, 100);
  const discrete::Vector q0 = truth.q.row(0).transpose();
  const discrete::Vector q1 = truth.q.row(1).transpose();
  std::int64_t steps = 0;
  for (auto _ : state) {
    const discrete::RollOut rollout = discrete::roll_out(L_d, q0, q1, 100);
    if (rollout.failure) return state.SkipWithError("the root finder gave up");
    steps += rollout.q.rows() - 2;
  }
  state.SetItemsProcessed(steps);
}

BENCHMARK_CAPTURE(train_step, cart_pendulum_dlnn, "cart_pendulum", 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train_step, cart_pendulum_symdlnn, "cart_pendulum", 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train_step, kepler_dlnn, "kepler", 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train_step, kepler_symdlnn, "kepler", 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(roll_out, cart_pendulum, "cart_pendulum")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(roll_out, kepler, "kepler")->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
