#pragma once

#include <memory>
#include <vector>

#include "training/optimizer.h"
#include "training/stepper.h"

namespace lnn::training {

/// Mean losses over a data set in batches of `batch_size`, without changing anything.
EpochRecord evaluate(const LossOptions& loss, int batch_size, jets::Engine& engine, const StateSet& set);

/// One engine per training, one training after the other: each computes exactly what it would alone.
class EngineStepper final : public Stepper {
 public:
  /// engines[i] is made for members[i].network.
  EngineStepper(std::vector<Member> members, std::vector<std::unique_ptr<jets::Engine>> engines);
  /// For a single training whose engine lives elsewhere.
  EngineStepper(Member member, jets::Engine& engine);

  jets::EngineFacts facts() const override;
  void start_phase(const std::vector<std::size_t>& live, std::vector<StateSet> sets) override;
  void restore(const std::vector<OptimizerState>& states) override;
  OptimizerState state(std::size_t i) const override { return runs_[i].optimizer.state(); }
  std::vector<EpochSteps> train_epoch(const std::vector<std::vector<std::int64_t>>& orders,
                                      const std::vector<double>& rates) override;
  std::vector<EpochRecord> validate() override;
  void fetch_parameters(std::size_t) override {}  // the engines train the networks in place
  void retire(std::size_t i) override { runs_[i].retired = true; }

 private:
  // A live training within its phase.
  struct Run {
    const Member& member;
    jets::Engine& engine;
    StateSet set;
    FlatOptimizer optimizer;
    bool retired = false;
  };
  static EpochSteps train_epoch(Run& run, const std::vector<std::int64_t>& order, double rate);
  static BatchLoss train_step(Run& run, const at::Tensor& batch, double rate, std::vector<double>& norms);

  std::vector<Member> members_;
  std::vector<std::unique_ptr<jets::Engine>> owned_;
  std::vector<jets::Engine*> engines_;
  std::vector<Run> runs_;
};

}  // namespace lnn::training
