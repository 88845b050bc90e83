#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/problem.h"
#include "jets/engine.h"
#include "network/network.h"
#include "training/optimizer.h"

namespace lnn::bench {

/// An engine with its own copy of a problem's network, data and optimizer, trained as training::Trainer does
/// it.
class Contender {
 public:
  /// What make_engine() gives for `options`; a network of doubles for precision "float64", else of floats.
  /// Throws as make_engine() does.
  Contender(const Problem& problem, const jets::EngineOptions& options);

  /// The native engine with kernel table number `table` of this machine, zero being the best.
  static std::unique_ptr<Contender> native(const Problem& problem, bool doubles, std::size_t table);

  // The engine and the optimizer refer to the network.
  Contender(const Contender&) = delete;
  Contender& operator=(const Contender&) = delete;

  jets::EngineFacts facts() const { return engine_->facts(); }

  /// Forward pass, loss and backward pass of the batch: the loss's gradient, [parameter count].
  at::Tensor gradient();
  /// Clipping and RAdam with learning rate zero: all the work of an update, but everyone stays at the same
  /// parameters.
  void update(const at::Tensor& gradient);
  /// Forward pass and loss of the batch, without what a gradient needs. The number of samples that violate.
  int validate();

 private:
  Contender(const Problem& problem, bool doubles);

  network::Network network_;
  at::Tensor x_;
  at::Tensor a_;
  training::LossOptions loss_;
  training::FlatOptimizer optimizer_;
  std::unique_ptr<jets::Engine> engine_;
};

/// Which contenders take part; empty lists mean all.
struct Selection {
  std::vector<std::string> backends = {};
  std::vector<std::string> precisions = {};
  bool all_instruction_sets = false;  ///< also the native engine's slower kernels
};

/// Throws UserError for names that no build knows.
void check(const Selection& selection);

/// Every backend with every precision that this machine has for it, as far as selected. Throws UserError for
/// unknown names, EnvironmentError when this machine has nothing of what is selected.
std::vector<std::unique_ptr<Contender>> make_contenders(const Problem& problem, const Selection& selection);

}  // namespace lnn::bench
