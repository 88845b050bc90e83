// Trainings in one pack against the same trainings alone, on every backend.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>

#include "network/initialization.h"
#include "training/trainer.h"

namespace {

using namespace lnn;

training::StateSet random_set(std::int64_t samples, int n, unsigned seed, training::Precision precision) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal;
  at::Tensor values = at::empty({samples, 3 * n}, at::kDouble);
  for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<double>()[i] = normal(engine);
  values = values.to(training::tensor_type(precision));
  return {values.narrow(1, 0, 2 * n).contiguous(), values.narrow(1, 2 * n, n).contiguous()};
}

// How the pack's members look alike.
struct Shape {
  std::string name;
  std::string backend;
  training::Regularizer regularizer = training::Regularizer::eigenvalue;
  training::Precision precision = training::Precision::float32;
  training::Optimizer optimizer = training::Optimizer::radam;
  network::InputLayer input_layer = network::InputLayer::none;
  std::vector<network::Activation> branches{network::Activation::gelu};
  int n = 2;
  int width = 9;
  int hidden_layers = 2;
  bool lorentzian = false;
};

std::vector<Shape> shapes() {
  using enum training::Regularizer;
  using enum network::Activation;
  return {
      {.name = "autograd", .backend = "autograd"},
      {.name = "plain", .backend = "tensor"},
      {.name = "double_adam",
       .backend = "tensor",
       .precision = training::Precision::float64,
       .optimizer = training::Optimizer::adam},
      {.name = "hybrid_sylvester",
       .backend = "tensor",
       .regularizer = sylvester_v2,
       .branches = {softplus, quadratic, xtanh}},
      {.name = "dyt_v1",
       .backend = "tensor",
       .regularizer = sylvester_v1,
       .input_layer = network::InputLayer::dyt,
       .branches = {xtanh}},
      {.name = "lorentzian_n4",
       .backend = "tensor",
       .regularizer = lorentzian_sylvester,
       .branches = {softplus},
       .n = 4,
       .width = 33,
       .lorentzian = true},
      {.name = "one_neuron",
       .backend = "tensor",
       .regularizer = none,
       .n = 1,
       .width = 1,
       .hidden_layers = 1},
      {.name = "wide", .backend = "tensor", .n = 3, .width = 70, .hidden_layers = 3},
  };
}

class EveryPack : public testing::TestWithParam<Shape> {
 protected:
  static constexpr int members = 3;
  static constexpr int samples = 70;  // with batches of 32 the last one holds 6

  // Trainings that differ in all that may differ.
  training::Member member(int k) {
    const Shape& shape = shape_;
    network::NetworkOptions architecture;
    architecture.coordinates = shape.n;
    architecture.branches = shape.branches;
    architecture.width = shape.width;
    architecture.hidden_layers = shape.hidden_layers;
    architecture.input_layer = shape.input_layer;
    architecture.signature =
        shape.lorentzian ? network::Signature::lorentzian : network::Signature::euclidean;
    architecture.initialization =
        k == 1 ? network::Initialization::custom : network::Initialization::standard;
    architecture.seed = static_cast<std::uint64_t>(k) + 1;
    networks_.push_back(
        std::make_unique<network::Network>(architecture, training::tensor_type(shape.precision)));
    network::initialize(*networks_.back());

    training::TrainingOptions options;
    options.optimizer = shape.optimizer;
    options.regularizer = shape.regularizer;
    options.precision = shape.precision;
    options.batch_size = 32;
    options.shuffle_seed = architecture.seed;
    options.phases[0].epochs = 3;
    options.phases[0].learning_rate = 1e-2 / (k + 1);
    options.phases[0].t_max = 2 + k;
    options.phases.push_back(options.phases[0]);
    options.phases[1].epochs = 2;
    return {options,
            {options.base_loss, shape.regularizer, 0.5 * (k + 1), shape.lorentzian},
            networks_.back().get(),
            random_set(300, shape.n, 100 + static_cast<unsigned>(k), shape.precision)};
  }

  std::vector<training::Member> all_members() {
    std::vector<training::Member> all;
    for (int k = 0; k < members; ++k) all.push_back(member(k));
    return all;
  }

  training::Task task(const training::Member& own, int k) {
    training::Task result;
    result.member = own;
    result.phase_data = [this, k](int phase) {
      auto set = random_set(phase == 0 ? samples : samples + 5, shape_.n,
                            static_cast<unsigned>(10 * k + phase), shape_.precision);
      if (k == poisoned_ && phase == poisoned_phase_)
        set.a[samples / 2][0] = std::numeric_limits<double>::quiet_NaN();
      return set;
    };
    result.on_epoch = [this](const training::TrainingResult&) { ++epochs_reported_; };
    result.on_end = [this, k](const training::TrainingResult&) { ended_.push_back(k); };
    return result;
  }

  std::vector<training::TrainingResult> train_together(const std::vector<training::Member>& all) {
    std::vector<training::Task> tasks;
    for (int k = 0; k < static_cast<int>(all.size()); ++k)
      tasks.push_back(task(all[static_cast<std::size_t>(k)], k));
    const auto stepper = training::make_stepper({.backend = shape_.backend}, all);
    EXPECT_EQ(stepper->facts().backend, shape_.backend);
    return training::train(tasks, *stepper);
  }

  training::TrainingResult train_alone(const training::Member& own, int k) {
    const auto stepper = training::make_stepper({.backend = shape_.backend}, {own});
    return training::train({task(own, k)}, *stepper).front();
  }

  static void expect_same(const training::TrainingResult& a, const training::TrainingResult& b) {
    EXPECT_TRUE(a.best_parameters.equal(b.best_parameters));
    EXPECT_EQ(a.best_epoch, b.best_epoch);
    EXPECT_EQ(a.initial.validation_total, b.initial.validation_total);
    ASSERT_EQ(a.history.size(), b.history.size());
    for (std::size_t i = 0; i < a.history.size(); ++i) {
      EXPECT_EQ(a.history[i].train_total, b.history[i].train_total) << "epoch " << i;
      EXPECT_EQ(a.history[i].train_base, b.history[i].train_base);
      EXPECT_EQ(a.history[i].train_penalty, b.history[i].train_penalty);
      EXPECT_EQ(a.history[i].validation_total, b.history[i].validation_total);
      EXPECT_EQ(a.history[i].gradient_norm, b.history[i].gradient_norm);
      EXPECT_EQ(a.history[i].wrong_signature_share, b.history[i].wrong_signature_share);
      EXPECT_EQ(a.history[i].largest_condition_number, b.history[i].largest_condition_number);
      EXPECT_EQ(a.history[i].learning_rate, b.history[i].learning_rate);
    }
  }

  Shape shape_ = GetParam();
  std::vector<std::unique_ptr<network::Network>> networks_;
  int poisoned_ = -1;
  int poisoned_phase_ = 0;
  int epochs_reported_ = 0;
  std::vector<int> ended_;
};

INSTANTIATE_TEST_SUITE_P(Training, EveryPack, testing::ValuesIn(shapes()),
                         [](const auto& test) { return test.param.name; });

TEST_P(EveryPack, GivesEachTrainingBitwiseWhatItGetsAlone) {
  const auto together = train_together(all_members());
  EXPECT_EQ(epochs_reported_, 5 * members);
  EXPECT_EQ(ended_, (std::vector<int>{0, 1, 2}));
  for (int k = 0; k < members; ++k) {
    SCOPED_TRACE("member " + std::to_string(k));
    ASSERT_FALSE(together[static_cast<std::size_t>(k)].divergence);
    expect_same(together[static_cast<std::size_t>(k)], train_alone(member(k), k));
  }
}

TEST_P(EveryPack, MasksADivergedTrainingWithoutTouchingTheOthers) {
  const auto clean = train_together(all_members());
  for (const int phase : {0, 1}) {
    ended_.clear();
    poisoned_ = 1;
    poisoned_phase_ = phase;
    const auto mixed = train_together(all_members());
    expect_same(mixed[0], clean[0]);
    expect_same(mixed[2], clean[2]);
    ASSERT_TRUE(mixed[1].divergence);
    const training::TrainingResult alone = train_alone(member(1), 1);
    expect_same(mixed[1], alone);
    EXPECT_EQ(mixed[1].divergence->what, "training loss");
    EXPECT_EQ(mixed[1].divergence->epoch, phase == 0 ? 1 : 4);
    EXPECT_EQ(mixed[1].divergence->step, alone.divergence->step);
    EXPECT_EQ(ended_, (std::vector<int>{1, 0, 2, 1})) << "it ends first, and once more alone";
    poisoned_ = -1;
  }
}

// The two steppers are independent implementations of the same training.
TEST_P(EveryPack, AgreesWithTheTrainingOnAutograd) {
  shape_.precision = training::Precision::float64;
  const auto pack = train_together(all_members());
  for (int k = 0; k < members; ++k) {
    const training::Member own = member(k);
    const auto engine = jets::make_engine({.backend = "autograd"}, *own.network);
    training::EngineStepper stepper(own, *engine);
    const auto expected = training::train({task(own, k)}, stepper).front();
    const auto& actual = pack[static_cast<std::size_t>(k)];
    ASSERT_EQ(actual.history.size(), expected.history.size());
    for (std::size_t i = 0; i < expected.history.size(); ++i) {
      EXPECT_NEAR(actual.history[i].train_total, expected.history[i].train_total, 1e-8);
      EXPECT_NEAR(actual.history[i].validation_total, expected.history[i].validation_total, 1e-8);
      EXPECT_NEAR(actual.history[i].gradient_norm / expected.history[i].gradient_norm, 1, 1e-6);
    }
  }
}

TEST(MakeStepper, RefusesTrainingsWithoutOneShape) {
  network::NetworkOptions small;
  small.width = 4;
  network::NetworkOptions large;
  large.width = 6;
  const network::Network a(small, at::kDouble);
  const network::Network b(large, at::kDouble);
  const std::vector<training::Member> members{{{}, {}, &a, {}}, {{}, {}, &b, {}}};
  EXPECT_THROW(training::make_stepper({.backend = "tensor"}, members), std::logic_error);
}

}  // namespace
