#pragma once

#include <memory>

#include "discrete/discrete_lagrangian.h"
#include "discrete/lagrangian_function.h"
#include "discrete/loss.h"
#include "discrete/symmetry.h"
#include "jets/engine.h"
#include "network/network.h"

/// Trained networks as discrete Lagrangians, in float64: what the variational integrator rolls out.
namespace lnn::discrete {

/// L_d(q0, q1) is the network's output (DLNN, SymDLNN). Holds a copy of the network. Not thread-safe.
class LearnedLagrangian final : public DiscreteLagrangian {
 public:
  explicit LearnedLagrangian(const network::Network& network);
  ~LearnedLagrangian() override;

  int dimension() const override;
  Jet jet(const Vector& q0, const Vector& q1) const override;

 private:
  std::unique_ptr<network::Network> network_;
  std::unique_ptr<jets::Engine> engine_;
};

/// The midpoint rule on a learned L(q, v), step h [s]: how paper B rolls its continuous baseline out. Holds a
/// copy of the network, whose inputs are in physical units. Not thread-safe.
class MidpointLearnedLagrangian final : public DiscreteLagrangian {
 public:
  MidpointLearnedLagrangian(const network::Network& network, double h);
  ~MidpointLearnedLagrangian() override;

  int dimension() const override;
  Jet jet(const Vector& q0, const Vector& q1) const override;

 private:
  std::unique_ptr<network::Network> network_;
  std::unique_ptr<jets::Engine> engine_;
  double h_;
};

/// Generators as the network's parameters hold them (see Generators), of n coordinates.
std::vector<AffineGenerator> affine_generators(const Generators& numbers, int n);

}  // namespace lnn::discrete
