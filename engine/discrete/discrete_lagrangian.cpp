#include "discrete/discrete_lagrangian.h"

#include <cmath>

#include "base/error.h"

namespace lnn::discrete {
namespace {

std::span<const double> values(const Vector& vector) {
  return {vector.data(), static_cast<std::size_t>(vector.size())};
}

}  // namespace

MidpointLagrangian::MidpointLagrangian(const physics::System& system, double h) : system_(system), h_(h) {
  if (!std::isfinite(h) || h <= 0) {
    throw_user_error(
        "the time step h is {} (must be a positive, finite number of seconds). Use 0.01, for example.", h);
  }
  if (!system.has_lagrangian_jet()) system.lagrangian_jet({}, {});  // throws, naming the systems that have it
}

Jet MidpointLagrangian::jet(const Vector& q0, const Vector& q1) const {
  const Vector middle = (q0 + q1) / 2;
  const Vector velocity = (q1 - q0) / h_;
  const physics::LagrangianJet L = system_.lagrangian_jet(values(middle), values(velocity));
  const Eigen::Index n = q0.size();
  const auto L_q = L.gradient.head(n);
  const auto L_v = L.gradient.tail(n);
  const auto L_qq = L.hessian.topLeftCorner(n, n);
  const auto L_qv = L.hessian.topRightCorner(n, n);
  const auto L_vq = L.hessian.bottomLeftCorner(n, n);
  const auto L_vv = L.hessian.bottomRightCorner(n, n);
  return {.value = h_ * L.value,
          .d1 = h_ / 2 * L_q - L_v,
          .d2 = h_ / 2 * L_q + L_v,
          .mixed = h_ / 4 * L_qq + (L_qv - L_vq) / 2 - L_vv / h_};
}

}  // namespace lnn::discrete
