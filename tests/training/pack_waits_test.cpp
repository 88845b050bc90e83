// A pack must never make the host wait for the device between the first and the last step of an epoch.
// Without a device that is checked by the names of the operations that a step consists of.
#include <ATen/ATen.h>
#include <ATen/record_function.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "network/initialization.h"
#include "training/pack_stepper.h"

namespace {

using namespace lnn;

// Operations that copy to or from the host, or decide on the host by values on the device.
const std::set<std::string> waiting{"aten::item",
                                    "aten::_local_scalar_dense",
                                    "aten::is_nonzero",
                                    "aten::equal",
                                    "aten::nonzero",
                                    "aten::masked_select",
                                    "aten::index",
                                    "aten::index_put_",
                                    "aten::unique2",
                                    "aten::_unique2",
                                    "aten::linalg_eigh",
                                    "aten::_linalg_eigh",
                                    "aten::linalg_eigvalsh",
                                    "aten::linalg_svd",
                                    "aten::linalg_inv_ex",
                                    "aten::linalg_solve",
                                    "aten::lu_solve",
                                    "aten::repeat_interleave"};

std::map<std::string, int> recorded;

std::unique_ptr<at::ObserverContext> record(const at::RecordFunction& function) {
  ++recorded[function.name()];
  return nullptr;
}

// Operations of one epoch of `samples` samples in batches of 8, and of a validation of as many.
std::map<std::string, int> operations(training::Regularizer regularizer, std::int64_t samples) {
  network::NetworkOptions architecture;
  architecture.coordinates = 3;
  architecture.width = 6;
  architecture.input_layer = network::InputLayer::dyt;
  const network::Network network(architecture, at::kFloat);
  network::initialize(network);
  training::TrainingOptions options;
  options.batch_size = 8;
  const training::StateSet set{at::randn({samples, 6}), at::randn({samples, 3})};
  const training::LossOptions loss{options.base_loss, regularizer, 1,
                                   regularizer == training::Regularizer::lorentzian_sylvester};
  training::PackStepper stepper({{options, loss, &network, set}}, at::kCPU);
  stepper.start_phase({0}, {set});
  std::vector<std::int64_t> order(static_cast<std::size_t>(samples), 0);
  recorded.clear();
  const auto handle =
      at::addGlobalCallback(at::RecordFunctionCallback(record).scopes({at::RecordScope::FUNCTION}));
  stepper.train_epoch({order}, {1e-3});
  stepper.validate();
  at::removeCallback(handle);
  return recorded;
}

class EveryPenalty : public testing::TestWithParam<training::Regularizer> {};

INSTANTIATE_TEST_SUITE_P(Training, EveryPenalty,
                         testing::Values(training::Regularizer::none, training::Regularizer::eigenvalue,
                                         training::Regularizer::sylvester_v1,
                                         training::Regularizer::sylvester_v2,
                                         training::Regularizer::lorentzian_sylvester),
                         [](const auto& test) { return to_name(test.param); });

TEST_P(EveryPenalty, NoStepOfAPackWaitsForTheDevice) {
  at::manual_seed(1);
  const auto two_batches = operations(GetParam(), 16);
  const auto four_batches = operations(GetParam(), 32);
  ASSERT_GT(two_batches.at("aten::bmm"), 0) << "operations are recorded";
  EXPECT_GT(four_batches.at("aten::bmm"), two_batches.at("aten::bmm"));
  for (const std::string& name : waiting) {
    const auto count = [&](const auto& of) { return of.contains(name) ? of.at(name) : 0; };
    EXPECT_EQ(count(four_batches), count(two_batches)) << name << " grows with the number of steps";
  }
}

}  // namespace
