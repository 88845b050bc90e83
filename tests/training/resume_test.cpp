// Trainings that are cut off after an epoch and continued, against the same trainings undisturbed.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>

#include "network/initialization.h"
#include "training/trainer.h"

namespace {

using namespace lnn;

training::StateSet random_set(std::int64_t samples, unsigned seed) {
  constexpr int n = 2;
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  const at::Tensor values = at::empty({samples, 3 * n}, at::kFloat);
  for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<float>()[i] = normal(engine);
  return {values.narrow(1, 0, 2 * n).contiguous(), values.narrow(1, 2 * n, n).contiguous()};
}

struct Kind {
  std::string name;
  std::string backend;
  training::Optimizer optimizer = training::Optimizer::radam;
  std::vector<int> epochs{5};  // of each phase
};

std::vector<Kind> kinds() {
  const auto adam = training::Optimizer::adam;
  const auto radam = training::Optimizer::radam;
  return {
      {"native_radam", "native"},
      {"native_adam", "native", adam},
      {"native_phases", "native", radam, {2, 3, 1}},
      {"autograd_radam", "autograd"},
      {"autograd_adam_phases", "autograd", adam, {2, 2}},
      {"pack_radam", "tensor"},
      {"pack_adam_phases", "tensor", adam, {2, 3, 1}},
  };
}

/// Thrown where a process would be killed.
struct Killed {};

using States = std::vector<std::optional<training::TrainingState>>;

class EveryKind : public testing::TestWithParam<Kind> {
 protected:
  static constexpr std::size_t members = 2;
  static constexpr std::int64_t samples = 70;  // with batches of 32 the last one holds 6

  // All memory of a training process, made anew.
  struct Process {
    std::vector<std::unique_ptr<network::Network>> networks;
    std::vector<training::Task> tasks;
    std::unique_ptr<training::Stepper> stepper;
  };

  training::TrainingOptions options(std::size_t k) const {
    training::TrainingOptions options;
    options.optimizer = GetParam().optimizer;
    options.batch_size = 32;
    options.shuffle_seed = k + 1;
    options.phases.clear();
    for (const int epochs : GetParam().epochs) {
      training::Phase phase;
      phase.epochs = epochs;
      phase.learning_rate = 3 / (static_cast<double>(k) + 1);  // so high that the best epoch is not the last
      phase.t_max = 2;
      options.phases.push_back(phase);
    }
    return options;
  }

  void add_task(Process& process, std::size_t k) const {
    network::NetworkOptions architecture;
    architecture.coordinates = 2;
    architecture.width = 9;
    architecture.hidden_layers = 2;
    architecture.seed = k + 1;
    process.networks.push_back(std::make_unique<network::Network>(architecture, at::kFloat));
    network::initialize(*process.networks.back());
    const auto seed = static_cast<unsigned>(100 * k);
    training::Task& task = process.tasks.emplace_back();
    task.member = {options(k),
                   {training::BaseLoss::state_mae, training::Regularizer::eigenvalue, 0.5, false},
                   process.networks.back().get(),
                   random_set(40, seed + 99)};
    task.phase_data = [this, k, seed](int phase) {
      auto set = random_set(samples, seed + static_cast<unsigned>(phase));
      if (k == 1 && phase == poisoned_phase_) set.a[samples / 2][0] = std::numeric_limits<float>::quiet_NaN();
      return set;
    };
  }

  // Continues those that have a state; all from the beginning without any.
  Process start(const States& states) const {
    Process process;
    for (std::size_t k = 0; k < members; ++k) {
      if (!states.empty() && !states[k]) continue;
      add_task(process, k);
      if (states.empty()) continue;
      process.networks.back()->parameters().zero_();
      process.tasks.back().start = states[k];
    }
    std::vector<training::Member> all;
    for (const training::Task& task : process.tasks) all.push_back(task.member);
    process.stepper = training::make_stepper({.backend = GetParam().backend}, all);
    return process;
  }

  std::vector<training::TrainingResult> finish(const States& states = {}) const {
    Process process = start(states);
    return training::train(process.tasks, *process.stepper);
  }

  // The states after so many epochs in all, of a process that dies right then.
  States kill_after(int epochs, const States& from = {}) const {
    Process process = start(from);
    States states;
    const auto die = [&](int finished, const training::StateOf& state_of) {
      if (finished < epochs) return;
      for (std::size_t k = 0; k < process.tasks.size(); ++k) states.push_back(state_of(k));
      throw Killed();
    };
    EXPECT_THROW(training::train(process.tasks, *process.stepper, die), Killed);
    return states;
  }

  int all_epochs() const {
    int sum = 0;
    for (const int epochs : GetParam().epochs) sum += epochs;
    return sum;
  }

  static void expect_same(const training::EpochRecord& a, const training::EpochRecord& b) {
    EXPECT_EQ(a.phase, b.phase);
    EXPECT_EQ(a.learning_rate, b.learning_rate);
    EXPECT_EQ(a.train_total, b.train_total);
    EXPECT_EQ(a.train_base, b.train_base);
    EXPECT_EQ(a.train_penalty, b.train_penalty);
    EXPECT_EQ(a.validation_total, b.validation_total);
    EXPECT_EQ(a.validation_base, b.validation_base);
    EXPECT_EQ(a.validation_penalty, b.validation_penalty);
    EXPECT_EQ(a.gradient_norm, b.gradient_norm);
    EXPECT_EQ(a.wrong_signature_share, b.wrong_signature_share);
    EXPECT_EQ(a.largest_condition_number, b.largest_condition_number);
  }

  static void expect_same(const training::TrainingResult& a, const training::TrainingResult& b) {
    EXPECT_TRUE(a.best_parameters.equal(b.best_parameters));
    EXPECT_EQ(a.best_epoch, b.best_epoch);
    expect_same(a.initial, b.initial);
    ASSERT_EQ(a.history.size(), b.history.size());
    for (std::size_t i = 0; i < a.history.size(); ++i) {
      SCOPED_TRACE("epoch " + std::to_string(i + 1));
      expect_same(a.history[i], b.history[i]);
    }
  }

  static void expect_same(const std::vector<training::TrainingResult>& a,
                          const std::vector<training::TrainingResult>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t k = 0; k < a.size(); ++k) {
      SCOPED_TRACE("member " + std::to_string(k));
      expect_same(a[k], b[k]);
    }
  }

  int poisoned_phase_ = -1;  // of the second member
};

INSTANTIATE_TEST_SUITE_P(Training, EveryKind, testing::ValuesIn(kinds()),
                         [](const auto& test) { return test.param.name; });

TEST_P(EveryKind, ContinuesBitwiseAfterEveryEpoch) {
  const auto undisturbed = finish();
  EXPECT_LT(undisturbed[0].best_epoch, all_epochs()) << "the best model is not the present one";
  for (int epoch = 1; epoch <= all_epochs(); ++epoch) {
    SCOPED_TRACE("killed after epoch " + std::to_string(epoch));
    expect_same(finish(kill_after(epoch)), undisturbed);
  }
}

TEST_P(EveryKind, ContinuesBitwiseWhenKilledTimeAndAgain) {
  States states;
  for (int epoch = 1; epoch <= all_epochs(); ++epoch) states = kill_after(epoch, states);
  expect_same(finish(states), finish());
}

TEST_P(EveryKind, ContinuesWithoutATrainingThatHasDiverged) {
  poisoned_phase_ = static_cast<int>(GetParam().epochs.size()) - 1;
  const auto undisturbed = finish();
  ASSERT_TRUE(undisturbed[1].divergence);
  const States states = kill_after(all_epochs() - 1 + (GetParam().epochs.back() == 1 ? 1 : 0));
  ASSERT_FALSE(states[1].has_value());
  expect_same(finish(states), {undisturbed[0]});
}

// The comparisons above would notice if any part were not restored.
TEST_P(EveryKind, EveryPartOfAStateMatters) {
  const double undisturbed = finish()[0].history[1].validation_total;
  const auto expect_difference = [&](const char* part, auto change) {
    States states = kill_after(1);
    for (auto& state : states) change(state->now);
    EXPECT_NE(finish(states)[0].history[1].validation_total, undisturbed) << part;
  };
  expect_difference("parameters", [](training::OptimizerState& now) { now.parameters.mul_(1.001); });
  expect_difference("first moment", [](training::OptimizerState& now) { now.first_moment.mul_(1.001); });
  expect_difference("second moment", [](training::OptimizerState& now) { now.second_moment.mul_(1.1); });
  expect_difference("steps", [](training::OptimizerState& now) { ++now.steps; });
}

TEST_P(EveryKind, AStateIsACopy) {
  Process process = start({});
  std::optional<training::TrainingState> first;
  at::Tensor parameters;
  at::Tensor best;
  training::train(process.tasks, *process.stepper, [&](int epoch, const training::StateOf& state_of) {
    if (epoch != 1) return;
    first = state_of(0);
    parameters = first->now.parameters.clone();
    best = first->so_far.best_parameters.clone();
  });
  EXPECT_TRUE(first->now.parameters.equal(parameters));
  EXPECT_TRUE(first->so_far.best_parameters.equal(best));
  EXPECT_EQ(first->so_far.history.size(), 1U);
  const at::Tensor untouched = first->so_far.best_parameters.clone();
  finish({first, kill_after(1)[1]});
  EXPECT_TRUE(first->so_far.best_parameters.equal(untouched)) << "continuing leaves the state alone";
}

TEST_P(EveryKind, RefusesStatesThatDoNotFitTogether) {
  const States first = kill_after(1);
  const States second = kill_after(2);
  EXPECT_THROW(finish({first[0], second[1]}), std::logic_error);
  States larger = kill_after(1);
  for (auto& state : larger) {
    for (at::Tensor* part : {&state->now.parameters, &state->now.first_moment, &state->now.second_moment})
      *part = at::cat({*part, at::zeros({1})});
  }
  EXPECT_THROW(finish(larger), std::logic_error);
}

}  // namespace
