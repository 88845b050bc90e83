#include "learned/model.h"

#include <ATen/ATen.h>

#include "base/error.h"
#include "base/sign_of_life.h"
#include "network/double_copy.h"
#include "training/euler_lagrange.h"

namespace lnn::learned {
namespace {

jets::EngineOptions exact_engine() {
  return {.backend = "auto", .precision = "float64", .device = "cpu"};
}

}  // namespace

Model::Model(const network::Network& network, std::vector<double> scales)
    : scales_(std::move(scales)),
      network_(network::double_copy(network)),
      engine_(jets::make_engine(exact_engine(), *network_)) {
  invariant(scales_.size() == static_cast<std::size_t>(network.options().coordinates),
            "every coordinate has a scale");
}

jets::Jet Model::jet(const States& states) const {
  still_alive();
  const auto n = scales_.size();
  const at::Tensor x = at::empty({states.samples(), static_cast<std::int64_t>(2 * n)}, at::kDouble);
  double* row = x.data_ptr<double>();
  for (std::size_t first = 0; first < states.q.size(); first += n, row += 2 * n) {
    for (std::size_t i = 0; i < n; ++i) {
      row[i] = states.q[first + i] / scales_[i];
      row[n + i] = states.v[first + i] / scales_[i];
    }
  }
  return engine_->forward(x, training::lagrangian_tangents(x), jets::Keep::values_only);
}

Response Model::respond(const States& states) const {
  const auto n = scales_.size();
  const jets::Jet scaled = jet(states);
  training::Motion motion = training::solve_motion(scaled);
  Response response{{}, std::move(motion.acceleration), std::move(motion.mass)};
  const double* value = scaled.value.data_ptr<double>();
  response.lagrangian.assign(value, value + states.samples());
  // In scaled coordinates the mass matrix is diag(alpha) M diag(alpha).
  for (std::size_t k = 0; k < response.acceleration.size(); ++k) response.acceleration[k] *= scales_[k % n];
  for (std::size_t k = 0; k < response.mass.size(); ++k)
    response.mass[k] /= scales_[k / n % n] * scales_[k % n];
  return response;
}

void Model::acceleration(std::span<const double> q, std::span<const double> v, std::span<double> a) const {
  const States state{dimension(), {q.begin(), q.end()}, {v.begin(), v.end()}};
  const training::Motion motion = training::solve_motion(jet(state));
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = motion.acceleration[i] * scales_[i];
}

}  // namespace lnn::learned
