// Steps of a discrete Lagrangian's training against Adam written out on autograd's gradient of the whole
// loss.
#include "discrete/stepper.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "base/error.h"
#include "discrete/symmetry_terms.h"
#include "network/initialization.h"
#include "tests/discrete/autograd_loss.h"

namespace lnn::discrete {
namespace {

using testing::architecture;
using testing::n;
using testing::Oracle;
using testing::some_triples;
using training::StateSet;

constexpr double rate = 1e-3;

SymmetryOptions one_generator(int start) {
  return {.generators = 1,
          .weight = 0.8,
          .start = start,
          .test_points = TestPoints::published,
          .published_points = {-1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0},
          .normalization = Normalization::squared,
          .w = {1.5, 0.5},
          .M = {-0.1, 0.1, -0.1, 0.1}};
}

std::unique_ptr<network::Network> start_network(const SymmetryOptions& symmetry) {
  auto network = std::make_unique<network::Network>(architecture(symmetry.generators), at::kDouble);
  network::initialize(*network);
  set_generators(*network, first_guess(symmetry, n));
  return network;
}

StateSet part_of(const StateSet& set, const std::vector<std::int64_t>& rows) {
  const at::Tensor index = at::tensor(rows, at::kLong);
  return {set.x.index_select(0, index), set.a.index_select(0, index)};
}

// Adam (Kingma and Ba, algorithm 1) on the gradient of the loss as autograd has it.
class AdamByHand {
 public:
  explicit AdamByHand(SymmetryOptions symmetry)
      : symmetry_(std::move(symmetry)),
        network_(start_network(symmetry_)),
        m_(at::zeros_like(network_->parameters())),
        v_(at::zeros_like(network_->parameters())) {}

  const network::Network& network() const { return *network_; }

  double loss(const StateSet& set, bool with_symmetry) const {
    return graph(set, with_symmetry).item<double>();
  }

  // Returns the loss before the step.
  double step(const StateSet& set, bool with_symmetry) {
    const at::Tensor total = graph(set, with_symmetry);
    const auto parts = torch::autograd::grad({total}, network_->leaves(), {}, false, false, true);
    std::vector<at::Tensor> flat;
    for (std::size_t i = 0; i < parts.size(); ++i)
      flat.push_back(parts[i].defined() ? parts[i].reshape({-1})
                                        : at::zeros({network_->layout()[i].size}, at::kDouble));
    const at::Tensor gradient = at::cat(flat);
    ++t_;
    m_ = 0.9 * m_ + 0.1 * gradient;
    v_ = 0.999 * v_ + 0.001 * gradient * gradient;
    const at::Tensor m_hat = m_ / (1 - std::pow(0.9, t_));
    const at::Tensor v_hat = v_ / (1 - std::pow(0.999, t_));
    const at::NoGradGuard no_gradients;
    network_->parameters().sub_(rate * m_hat / (v_hat.sqrt() + 1e-8));
    return total.item<double>();
  }

 private:
  at::Tensor graph(const StateSet& set, bool with_symmetry) const {
    const SymmetryOptions none;
    const Oracle oracle({}, with_symmetry ? symmetry_ : none, *network_);
    return oracle(set, fixed_test_points(symmetry_, n));
  }

  SymmetryOptions symmetry_;
  std::unique_ptr<network::Network> network_;
  at::Tensor m_;
  at::Tensor v_;
  int t_ = 0;
};

// A stepper on the four triples with its own copy of the network.
class DiscreteSteps : public ::testing::Test {
 protected:
  struct Training {
    std::unique_ptr<network::Network> network;
    std::unique_ptr<DiscreteStepper> stepper;

    training::EpochSteps pass(const std::vector<std::int64_t>& order) const {
      return stepper->train_epoch({order}, {rate}).front();
    }
  };

  static training::TrainingOptions adam(int batch_size) {
    training::TrainingOptions options;
    options.optimizer = training::Optimizer::adam;
    options.weight_decay = 0;
    options.clip_norm = 0;
    options.batch_size = batch_size;
    return options;
  }

  Training start(const SymmetryOptions& symmetry, int batch_size = 4) const {
    Training training;
    training.network = start_network(symmetry);
    const training::Member member{adam(batch_size), {}, training.network.get(), validation_};
    std::vector<std::unique_ptr<jets::Engine>> engines;
    engines.push_back(jets::make_engine({.backend = "native"}, *training.network));
    training.stepper = std::make_unique<DiscreteStepper>(std::vector<DiscreteMember>{{member, {}, symmetry}},
                                                         std::move(engines));
    training.stepper->start_phase({0}, {set_});
    return training;
  }

  static void expect_same_parameters(const network::Network& actual, const network::Network& expected) {
    const at::Tensor error = (actual.parameters() - expected.parameters()).abs();
    EXPECT_LT(error.max().item<double>(), 1e-9) << "a step is about " << rate;
  }

  StateSet set_ = some_triples();
  StateSet validation_ = part_of(set_, {3, 0});
  std::vector<std::int64_t> in_order_{0, 1, 2, 3};
};

TEST_F(DiscreteSteps, AreAdamsOnAutogradsGradient) {
  const SymmetryOptions symmetry = one_generator(2);
  AdamByHand expected(symmetry);
  const Training training = start(symmetry);
  const Generators guess = generators_of(*training.network);
  for (int pass = 0; pass < 5; ++pass) {
    SCOPED_TRACE("pass " + std::to_string(pass));
    const bool with_symmetry = pass >= 2;
    const training::EpochSteps steps = training.pass(in_order_);
    EXPECT_FALSE(steps.divergence.has_value());
    EXPECT_NEAR(steps.record.train_total, expected.step(set_, with_symmetry), 1e-11);
    EXPECT_EQ(steps.record.train_symmetry > 0, with_symmetry);
    expect_same_parameters(*training.network, expected.network());
    EXPECT_EQ(generators_of(*training.network) == guess, !with_symmetry) << "frozen until it starts";
  }
}

TEST_F(DiscreteSteps, OfMiniBatchesFollowTheOrder) {
  const SymmetryOptions none;
  AdamByHand expected(none);
  const Training training = start(none, 3);
  const training::EpochSteps steps = training.pass({2, 0, 3, 1});
  const double first = expected.step(part_of(set_, {2, 0, 3}), false);
  const double second = expected.step(part_of(set_, {1}), false);
  EXPECT_NEAR(steps.record.train_total, (3 * first + second) / 4, 1e-11) << "a mean over triples";
  expect_same_parameters(*training.network, expected.network());
}

TEST_F(DiscreteSteps, OfAFullBatchIgnoreTheOrder) {
  const Training one = start({});
  const Training other = start({}, 1000);  // a batch larger than the set
  one.pass(in_order_);
  other.pass({3, 1, 0, 2});
  EXPECT_TRUE(one.network->parameters().equal(other.network->parameters()));
}

TEST_F(DiscreteSteps, ValidateWithTheTermsOfTheLastPass) {
  const SymmetryOptions symmetry = one_generator(1);
  AdamByHand expected(symmetry);
  const Training training = start(symmetry);
  EXPECT_NEAR(training.stepper->validate().front().validation_total, expected.loss(validation_, false),
              1e-11);
  training.pass(in_order_);
  training.pass(in_order_);
  expected.step(set_, false);
  expected.step(set_, true);
  const training::EpochRecord record = training.stepper->validate().front();
  EXPECT_NEAR(record.validation_total, expected.loss(validation_, true), 1e-9);
  EXPECT_NEAR(record.validation_total,
              record.validation_base + record.validation_penalty + record.validation_symmetry, 1e-14);
}

TEST_F(DiscreteSteps, GoOnWhereTheyStood) {
  const SymmetryOptions symmetry = one_generator(3);
  const Training undisturbed = start(symmetry, 3);  // two steps a pass, the second with one triple
  const Training killed = start(symmetry, 3);
  for (int pass = 0; pass < 2; ++pass) {
    undisturbed.pass(in_order_);
    killed.pass(in_order_);
  }
  const Training resumed = start(symmetry, 3);
  resumed.stepper->restore({killed.stepper->state(0)});
  for (int pass = 2; pass < 5; ++pass) {  // the symmetry starts on the way
    const double expected = undisturbed.pass(in_order_).record.train_symmetry;
    EXPECT_EQ(resumed.pass(in_order_).record.train_symmetry, expected);
    EXPECT_EQ(expected > 0, pass >= 3);
  }
  EXPECT_TRUE(resumed.network->parameters().equal(undisturbed.network->parameters()));
}

TEST_F(DiscreteSteps, StopAtTheFirstNonFiniteLoss) {
  const Training training = start({}, 2);
  set_.a[3][0] = std::nan("");
  training.stepper->start_phase({0}, {set_});
  const training::EpochSteps steps = training.pass({0, 1, 2, 3});
  ASSERT_TRUE(steps.divergence.has_value());
  EXPECT_EQ(steps.divergence->step, 2);
  EXPECT_EQ(steps.divergence->what, "training loss");
  EXPECT_TRUE(training.network->parameters().isfinite().all().item<bool>());
}

TEST(DiscreteStepper, RefusesSinglePrecision) {
  const network::Network network(architecture(0), at::kFloat);
  const training::Member member{{}, {}, &network, {}};
  EXPECT_THROW(DiscreteStepper({{member, {}, {}}}, {}), UserError);
}

}  // namespace
}  // namespace lnn::discrete
