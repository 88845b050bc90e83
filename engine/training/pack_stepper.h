#pragma once

#include <vector>

#include "jets/tensor_jets.h"
#include "training/pack_loss.h"
#include "training/pack_optimizer.h"
#include "training/stepper.h"

namespace lnn::training {

/// K trainings of one shape as one batched computation on a device. Parameters, data and optimizer state stay
/// there for a whole phase, and the host reads losses once an epoch. On the processor with one thread each
/// training is bitwise what it would be alone; on CUDA the batched products may round differently.
class PackStepper final : public Stepper {
 public:
  /// The members agree in architecture, optimizer, batch size, clipping, precision and sizes of their sets
  /// (experiment::pack_key); throws std::logic_error where it notices that they do not.
  PackStepper(std::vector<Member> members, at::Device device);

  jets::EngineFacts facts() const override;
  void start_phase(const std::vector<std::size_t>& live, std::vector<StateSet> sets) override;
  void restore(const std::vector<OptimizerState>& states) override { optimizer_->restore(states); }
  OptimizerState state(std::size_t i) const override {
    return optimizer_->state(static_cast<std::int64_t>(i));
  }
  std::vector<EpochSteps> train_epoch(const std::vector<std::vector<std::int64_t>>& orders,
                                      const std::vector<double>& rates) override;
  std::vector<EpochRecord> validate() override;
  void fetch_parameters(std::size_t i) override;
  void retire(std::size_t i) override;

 private:
  const TrainingOptions& options() const { return members_.front().options; }
  at::Tensor train_step(const at::Tensor& x, const at::Tensor& a, const at::Tensor& rates);
  at::Tensor validation_step(const at::Tensor& x, const at::Tensor& a, std::int64_t size);

  std::vector<Member> members_;
  at::Device device_;
  jets::TensorJets jets_;
  std::vector<std::size_t> live_;
  std::optional<PackLoss> loss_;
  std::optional<PackOptimizer> optimizer_;
  at::Tensor parameters_;  // [K, P]
  at::Tensor moving_;      // [K]: false after the first non-finite loss or gradient
  StateSet training_;      // x [K, N, 2n], a [K, N, n]
  StateSet validation_;
};

}  // namespace lnn::training
