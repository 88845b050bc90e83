#include "training/trainer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "network/initialization.h"
#include "physics/sampling.h"

namespace {

using namespace lnn;

// A harmonic oscillator and a small network: learns in a fraction of a second.
class SmallTraining : public testing::Test {
 protected:
  SmallTraining() {
    const auto system = physics::make_system("harmonic_oscillator");
    physics::SamplingOptions sampling = physics::published_sampling(*system).training;
    sampling.samples = 130;  // with batches of 32 the last one holds 2
    set_ = training::make_state_set(physics::sample(*system, sampling), {2.0}, training::Precision::float64);
    sampling.seed += physics::validation_seed_offset;
    sampling.samples = 50;
    validation_ =
        training::make_state_set(physics::sample(*system, sampling), {2.0}, training::Precision::float64);
    options_.batch_size = 32;
    options_.optimizer = training::Optimizer::adam;  // no warm-up: learns within a hundred steps
    options_.phases[0].epochs = 25;
    options_.phases[0].learning_rate = 1e-2;
    options_.phases[0].t_max = 10;
    loss_.regularizer = training::Regularizer::eigenvalue;
    loss_.lambda = 1;
  }

  network::NetworkOptions network_options() const {
    network::NetworkOptions options;
    options.coordinates = 1;
    options.width = 12;
    options.hidden_layers = 2;
    return options;
  }

  training::TrainingResult train() {
    const network::Network network(network_options(), at::kDouble);
    network::initialize(network);
    const auto engine = jets::make_engine({.backend = "autograd"}, network);
    training::Trainer trainer(options_, loss_, network, *engine);
    const auto result = trainer.run(
        [&](int phase) {
          phases_started_.push_back(phase);
          return set_;
        },
        validation_,
        [&](const training::TrainingResult&) {
          ++epochs_reported_;
          last_parameters_ = network.parameters().clone();
        });
    final_parameters_ = network.parameters().clone();
    return result;
  }

  training::TrainingOptions options_;
  training::LossOptions loss_;
  training::StateSet set_;
  training::StateSet validation_;
  at::Tensor final_parameters_;
  at::Tensor last_parameters_;  // right after the last epoch
  std::vector<int> phases_started_;
  int epochs_reported_ = 0;
};

TEST_F(SmallTraining, LearnsAndKeepsTheBestModel) {
  const training::TrainingResult result = train();
  ASSERT_EQ(result.history.size(), 25U);
  EXPECT_EQ(epochs_reported_, 25);
  EXPECT_FALSE(result.divergence.has_value());
  const auto& best = result.history[static_cast<std::size_t>(result.best_epoch - 1)];
  for (const auto& epoch : result.history) EXPECT_GE(epoch.validation_total, best.validation_total);
  EXPECT_LT(best.validation_total, 0.3 * result.initial.validation_total);
  EXPECT_TRUE(final_parameters_.equal(result.best_parameters)) << "the network ends with the best weights";
  EXPECT_DOUBLE_EQ(best.validation_total, best.validation_base + best.validation_penalty);
  EXPECT_EQ(best.wrong_signature_share, 0);
  EXPECT_DOUBLE_EQ(best.largest_condition_number, 1) << "a 1 x 1 matrix";
}

TEST_F(SmallTraining, IsBitwiseRepeatable) {
  const training::TrainingResult first = train();
  const training::TrainingResult second = train();
  EXPECT_TRUE(first.best_parameters.equal(second.best_parameters));
  for (std::size_t i = 0; i < first.history.size(); ++i) {
    EXPECT_EQ(first.history[i].train_total, second.history[i].train_total);
    EXPECT_EQ(first.history[i].validation_total, second.history[i].validation_total);
    EXPECT_EQ(first.history[i].gradient_norm, second.history[i].gradient_norm);
  }
}

TEST_F(SmallTraining, RunsLaterPhasesFromTheBestModel) {
  options_.phases[0].epochs = 6;
  training::Phase later = options_.phases[0];
  later.epochs = 3;
  later.learning_rate = 1e-9;  // so small that the model stays where the phase starts
  options_.phases.push_back(later);
  const training::TrainingResult result = train();
  EXPECT_EQ(phases_started_, (std::vector<int>{0, 1}));
  ASSERT_EQ(result.history.size(), 9U);
  EXPECT_EQ(result.history[5].phase, 0);
  EXPECT_EQ(result.history[6].phase, 1);
  EXPECT_NEAR(result.history[6].learning_rate, 1e-9, 1e-20);
  double best_first_phase = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < 6; ++i) {
    best_first_phase = std::min(best_first_phase, result.history[i].validation_total);
  }
  EXPECT_NEAR(result.history[6].validation_total, best_first_phase, 1e-6);
}

TEST_F(SmallTraining, StopsAtTheFirstNonFiniteNumberAndSaysWhere) {
  set_.a[100][0] = std::numeric_limits<double>::quiet_NaN();
  const training::TrainingResult result = train();
  ASSERT_TRUE(result.divergence.has_value());
  EXPECT_EQ(result.divergence->epoch, 1);
  EXPECT_GE(result.divergence->step, 1);
  EXPECT_LE(result.divergence->step, 5);
  EXPECT_TRUE(result.history.empty());
  EXPECT_EQ(result.best_epoch, 0);
  EXPECT_TRUE(result.best_parameters.isfinite().all().item<bool>());
}

TEST_F(SmallTraining, DivergesAtAnAbsurdLearningRateWithoutLosingTheBestModel) {
  options_.phases[0].learning_rate = 1e80;
  options_.clip_norm = 0;
  options_.schedule = training::Schedule::constant;
  const training::TrainingResult result = train();
  ASSERT_TRUE(result.divergence.has_value());
  EXPECT_TRUE(result.best_parameters.isfinite().all().item<bool>());
}

TEST_F(SmallTraining, FollowsTheScheduleAndTheBatchMeans) {
  options_.phases[0].epochs = 2;
  const training::TrainingResult result = train();
  EXPECT_DOUBLE_EQ(result.history[0].learning_rate, 1e-2);
  EXPECT_LT(result.history[1].learning_rate, 1e-2);
  // Validation of 50 samples in batches of 32: the mean of two batch means, not of 50 samples.
  const network::Network network(network_options(), at::kDouble);
  network::initialize(network);
  const auto engine = jets::make_engine({.backend = "autograd"}, network);
  const auto part = [&](std::int64_t first, std::int64_t count) {
    const training::StateSet piece{validation_.x.narrow(0, first, count),
                                   validation_.a.narrow(0, first, count)};
    return training::evaluate(loss_, 64, *engine, piece).validation_total;
  };
  EXPECT_DOUBLE_EQ(result.initial.validation_total, (part(0, 32) + part(32, 18)) / 2);
}

TEST_F(SmallTraining, EndsWithTheLastModelWhereItIsSelected) {
  options_.phases[0].learning_rate = 0.3;  // so high that the best epoch is not the last
  const training::TrainingResult best = train();
  ASSERT_LT(best.best_epoch, 25);
  EXPECT_FALSE(best.best_parameters.equal(last_parameters_));
  options_.selection = training::Selection::last;
  const training::TrainingResult last = train();
  EXPECT_EQ(last.best_epoch, 25);
  EXPECT_TRUE(last.best_parameters.equal(last_parameters_));
  EXPECT_TRUE(final_parameters_.equal(last_parameters_)) << "the network ends with the last weights";
  for (std::size_t i = 0; i < 25; ++i)
    EXPECT_EQ(last.history[i].train_total, best.history[i].train_total) << "selection changes no training";
}

TEST_F(SmallTraining, SeveralPassesAnEpochAreAsManyEpochsOfOne) {
  options_.schedule = training::Schedule::steps;
  options_.selection = training::Selection::last;
  options_.phases[0].rates = {{0, 1e-2}, {4, 0}, {5, 2e-3}};  // changes within an epoch of several passes
  options_.phases[0].epochs = 12;
  const training::TrainingResult ones = train();
  options_.phases[0].epochs = 4;
  options_.passes_per_epoch = 3;
  const training::TrainingResult threes = train();
  EXPECT_TRUE(threes.best_parameters.equal(ones.best_parameters));
  ASSERT_EQ(threes.history.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto& epoch = threes.history[i];
    const auto mean = [&](double training::EpochRecord::*member) {
      double sum = 0;
      for (std::size_t pass = 3 * i; pass < 3 * i + 3; ++pass) sum += ones.history[pass].*member;
      return sum / 3;
    };
    const training::EpochRecord& end = ones.history[3 * i + 2];
    EXPECT_DOUBLE_EQ(epoch.train_total, mean(&training::EpochRecord::train_total));
    EXPECT_DOUBLE_EQ(epoch.train_base, mean(&training::EpochRecord::train_base));
    EXPECT_DOUBLE_EQ(epoch.train_penalty, mean(&training::EpochRecord::train_penalty));
    EXPECT_DOUBLE_EQ(epoch.gradient_norm, mean(&training::EpochRecord::gradient_norm));
    EXPECT_EQ(epoch.learning_rate, end.learning_rate) << "that of the last pass";
    EXPECT_EQ(epoch.validation_total, end.validation_total) << "validated after the last pass";
  }
}

// Does what it is told: the second of two trainings diverges in step 2 of the sixth pass.
class ScriptedStepper final : public training::Stepper {
 public:
  jets::EngineFacts facts() const override { return {}; }
  void start_phase(const std::vector<std::size_t>&, std::vector<training::StateSet>) override {}
  void restore(const std::vector<training::OptimizerState>&) override {}
  training::OptimizerState state(std::size_t) const override { return {}; }
  std::vector<training::EpochSteps> train_epoch(const std::vector<std::vector<std::int64_t>>& orders,
                                                const std::vector<double>&) override {
    ++passes;
    std::vector<training::EpochSteps> steps(orders.size());
    for (training::EpochSteps& step : steps) step.record.train_total = passes;
    if (passes == 6) steps[1].divergence = training::Divergence{0, 2, "training loss"};
    return steps;
  }
  std::vector<training::EpochRecord> validate() override { return std::vector<training::EpochRecord>(2); }
  void fetch_parameters(std::size_t) override {}
  void retire(std::size_t i) override { retired_in_pass.emplace(i, passes); }

  int passes = 0;
  std::map<std::size_t, int> retired_in_pass;  // training -> the first time
};

TEST_F(SmallTraining, CountsTheStepsOfAllPassesUpToADivergence) {
  const network::Network network(network_options(), at::kDouble);
  options_.passes_per_epoch = 4;
  options_.phases[0].epochs = 3;
  const training::Member member{options_, loss_, &network, validation_};
  const std::vector<training::Task> tasks(2, {member, [&](int) { return set_; }});
  ScriptedStepper stepper;
  const std::vector<training::TrainingResult> results = training::train(tasks, stepper);
  EXPECT_EQ(stepper.passes, 12) << "the other training goes on";
  ASSERT_TRUE(results[1].divergence.has_value());
  EXPECT_EQ(results[1].divergence->epoch, 2);
  EXPECT_EQ(results[1].divergence->step, 5 + 2) << "130 samples in batches of 32: 5 steps in the fifth pass";
  EXPECT_EQ(results[1].history.size(), 1U);
  EXPECT_EQ(stepper.retired_in_pass, (std::map<std::size_t, int>{{1, 6}})) << "at once";
  ASSERT_EQ(results[0].history.size(), 3U);
  EXPECT_DOUBLE_EQ(results[0].history[1].train_total, (5 + 6 + 7 + 8) / 4.0);
}

}  // namespace
