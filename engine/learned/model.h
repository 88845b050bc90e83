#pragma once

#include <memory>
#include <span>
#include <vector>

#include "jets/engine.h"
#include "network/network.h"

/// A trained network in physical units and float64: what rollouts integrate and what is compared with the
/// truth.
namespace lnn::learned {

/// States of n coordinates, row-major [samples][n], in physical units.
struct States {
  int n = 0;
  std::vector<double> q;
  std::vector<double> v;

  int samples() const { return static_cast<int>(q.size()) / n; }
};

/// What the model says at each state, row-major, in physical units of q and v. Its Lagrangian has no unit of
/// its own: a learned Lagrangian is one of many that give the same motion.
struct Response {
  std::vector<double> lagrangian;    ///< [samples]: L
  std::vector<double> acceleration;  ///< [samples][n]: M^+ (L_q - L_vq v), as in training (paper A, eq. 1)
  std::vector<double> mass;          ///< [samples][n][n]: M_ij = d2L / dv_i dv_j, symmetric
};

class Model {
 public:
  /// Copies the network's present parameters to float64. `scales`: alpha of each coordinate [its unit], all
  /// positive (paper A, section III.3). Precondition: one scale for each coordinate.
  Model(const network::Network& network, std::vector<double> scales);

  int dimension() const { return static_cast<int>(scales_.size()); }

  /// Values are not finite where the network overflows. Not thread-safe.
  Response respond(const States& states) const;

  /// The acceleration at one state, n values each: one sample of respond().
  void acceleration(std::span<const double> q, std::span<const double> v, std::span<double> a) const;

 private:
  jets::Jet jet(const States& states) const;

  std::vector<double> scales_;
  std::unique_ptr<network::Network> network_;
  std::unique_ptr<jets::Engine> engine_;
};

}  // namespace lnn::learned
