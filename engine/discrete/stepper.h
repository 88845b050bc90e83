#pragma once

#include <memory>
#include <vector>

#include "discrete/loss.h"
#include "training/optimizer.h"
#include "training/stepper.h"

namespace lnn::discrete {

/// A training of a discrete Lagrangian. Data sets hold triples: x = [q_{k-1}, q_k], a = q_{k+1}.
struct DiscreteMember {
  training::Member member;  ///< its LossOptions are not used
  LossOptions loss;
  SymmetryOptions symmetry;
};

/// DLNN and SymDLNN (paper B): one engine per training. A batch as large as the training set is taken in the
/// set's own order.
///
/// Products per pair and hidden layer, in rows: 2n + 2 forward (value, 2n tangents, reverse sweep), 2n + 2
/// backward and 2n + 2 for the weights; 4n + 10 counts the sum of both, the weights' products being as cheap
/// as the rest.
class DiscreteStepper final : public training::Stepper {
 public:
  /// engines[i] is made for members[i]'s network, in float64. Throws UserError for a network in another
  /// precision.
  DiscreteStepper(std::vector<DiscreteMember> members, std::vector<std::unique_ptr<jets::Engine>> engines);

  jets::EngineFacts facts() const override { return engines_.front()->facts(); }
  void start_phase(const std::vector<std::size_t>& live, std::vector<training::StateSet> sets) override;
  void restore(const std::vector<training::OptimizerState>& states) override;
  training::OptimizerState state(std::size_t i) const override { return runs_[i].optimizer.state(); }
  std::vector<training::EpochSteps> train_epoch(const std::vector<std::vector<std::int64_t>>& orders,
                                                const std::vector<double>& rates) override;
  std::vector<training::EpochRecord> validate() override;
  void fetch_parameters(std::size_t) override {}  // the engines train the networks in place
  void retire(std::size_t i) override { runs_[i].retired = true; }

 private:
  // A live training.
  struct Run {
    const DiscreteMember& member;
    jets::Engine& engine;
    Loss loss;
    at::Tensor test_points;
    Triples triples;
    LossPoints all;  // of a full batch
    LossPoints validation;
    training::FlatOptimizer optimizer;
    std::int64_t passes = 0;  // over the data since the training began
    bool retired = false;

    bool with_symmetry() const;
  };
  training::EpochSteps train_epoch(Run& run, const std::vector<std::int64_t>& order, double rate) const;
  LossValue train_step(Run& run, const LossPoints& points, double rate, std::vector<double>& norms) const;

  std::vector<DiscreteMember> members_;
  std::vector<std::unique_ptr<jets::Engine>> engines_;
  std::vector<Run> runs_;
};

/// Writes the first guesses into the network's generators.
void set_generators(const network::Network& network, const Generators& generators);

/// The generators that the network's parameters hold.
Generators generators_of(const network::Network& network);

}  // namespace lnn::discrete
