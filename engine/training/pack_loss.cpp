#include "training/pack_loss.h"

#include <ATen/ATen.h>

#include <limits>

#include "base/error.h"

namespace lnn::training {
namespace {

constexpr double eps = 1e-8;  // of the Sylvester penalties

struct Block {
  int first;
  int size;
};

// Blocks whose determinants the regularizer looks at.
std::vector<Block> minors_of(Regularizer regularizer, int n) {
  std::vector<Block> blocks;
  const bool lorentzian = regularizer == Regularizer::lorentzian_sylvester;
  if (!lorentzian && regularizer != Regularizer::sylvester_v1 && regularizer != Regularizer::sylvester_v2)
    return blocks;
  const int first = lorentzian ? 1 : 0;
  for (int size = 1; first + size <= n; ++size) blocks.push_back({first, size});
  return blocks;
}

at::Tensor masks_of(const std::vector<Block>& blocks, int n) {
  const at::Tensor masks = at::zeros({static_cast<std::int64_t>(blocks.size()), n, n}, at::kDouble);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto [first, size] = blocks[i];
    masks[static_cast<std::int64_t>(i)].narrow(0, first, size).narrow(1, first, size).fill_(1);
  }
  return masks;
}

bool shares_all_but_lambda(const LossOptions& a, const LossOptions& b) {
  return a.base_loss == b.base_loss && a.regularizer == b.regularizer && a.lorentzian == b.lorentzian;
}

// Weight of one component's error in the batch mean, as in loss.cpp.
double component_weight(BaseLoss base_loss, const at::Tensor& acceleration) {
  const std::int64_t n = acceleration.size(2);
  const std::int64_t components = base_loss == BaseLoss::acceleration_mae ? n : 2 * n;
  return 1.0 / static_cast<double>(components * acceleration.size(1));
}

// Sum over everything but the trainings: [K].
at::Tensor sum_each(const at::Tensor& x) {
  return x.flatten(1).sum(1);
}

at::Tensor matrix_product(const at::Tensor& a, const at::Tensor& b) {
  const std::int64_t n = a.size(-1);
  return at::bmm(a.reshape({-1, a.size(-2), n}), b.reshape({-1, n, b.size(-1)})).view([&] {
    auto shape = a.sizes().vec();
    shape.back() = b.size(-1);
    return shape;
  }());
}

at::Tensor times(const at::Tensor& matrix, const at::Tensor& vector) {
  return matrix_product(matrix, vector.unsqueeze(-1)).squeeze(-1);
}

at::Tensor outer_product(const at::Tensor& u, const at::Tensor& v) {
  return u.unsqueeze(-1) * v.unsqueeze(-2);
}

// V diag(spectrum) V^T.
at::Tensor with_spectrum(const at::Tensor& vectors, const at::Tensor& spectrum) {
  return matrix_product(vectors * spectrum.unsqueeze(-2), vectors.transpose(-2, -1));
}

at::Tensor apply_inverse(const PackMotion& motion, const at::Tensor& right_side) {
  const at::Tensor basis = motion.eigenvectors();
  return times(basis, motion.inverse_spectrum * times(basis.transpose(-2, -1), right_side));
}

double cutoff_of(at::ScalarType precision, int n) {
  return n * (precision == at::kFloat ? double{std::numeric_limits<float>::epsilon()}
                                      : std::numeric_limits<double>::epsilon());
}

// 1/mu, or 0 for eigenvalues below the cut-off.
at::Tensor inverse_of(const at::Tensor& eigenvalues, double cutoff) {
  const at::Tensor magnitude = eigenvalues.abs();
  const at::Tensor kept = magnitude > magnitude.amax(-1, true) * cutoff;
  return at::where(kept, 1 / eigenvalues, at::zeros_like(eigenvalues));
}

// Products of all values but one: the spectrum of the cofactor matrix, also of a singular matrix. `diagonal`
// [n, n] is true on the diagonal.
at::Tensor products_of_others(const at::Tensor& values, const at::Tensor& diagonal) {
  auto shape = values.sizes().vec();
  shape.push_back(values.size(-1));
  return values.unsqueeze(-2).expand(shape).masked_fill(diagonal, 1).prod(-1);
}

// Median over the batch of |M_ii|, plus eps, [K, 1, n]; of an even batch the lower one (PyTorch).
at::Tensor diagonal_medians(const at::Tensor& mass) {
  const at::Tensor sorted = std::get<0>(mass.diagonal(0, 2, 3).abs().sort(1));
  return sorted.narrow(1, (mass.size(1) - 1) / 2, 1) + eps;
}

// The two further terms of a pseudo-inverse's derivative, for samples with a truncated eigenvalue.
at::Tensor truncation_weights(const PackMotion& motion, const at::Tensor& abar, const at::Tensor& lam) {
  const at::Tensor truncated = (motion.inverse_spectrum == 0).any(-1).unsqueeze(-1).unsqueeze(-1);
  const at::Tensor residual = motion.force - times(motion.mass, motion.acceleration);
  const at::Tensor weights =
      outer_product(apply_inverse(motion, lam), residual) +
      outer_product(abar - times(motion.mass, lam), apply_inverse(motion, motion.acceleration));
  return at::where(truncated, weights, at::zeros_like(weights));
}

}  // namespace

jets::Tangents pack_tangents(const at::Tensor& x) {
  const auto [directions, rows] = lagrangian_tangents(x.flatten(0, 1));
  return {directions.unflatten(0, {x.size(0), x.size(1)}), rows};
}

PackLoss::PackLoss(const std::vector<LossOptions>& options, int coordinates, at::Device device)
    : n_(coordinates), options_(options.front()), eigensolver_(coordinates, device) {
  std::vector<double> lambdas;
  for (const LossOptions& own : options) {
    invariant(shares_all_but_lambda(own, options_), "trainings of a pack share their loss");
    lambdas.push_back(own.lambda);
  }
  lambda_ = at::tensor(lambdas, at::kDouble).to(device);
  std::vector<Block> blocks = minors_of(options_.regularizer, n_);
  minors_ = static_cast<std::int64_t>(blocks.size());
  if (blocks.empty() || blocks.back().size < n_) blocks.push_back({0, n_});
  block_mask_ = masks_of(blocks, n_).to(device);
  diagonal_ = (at::eye(n_, at::kDouble) > 0).to(device);
  block_padding_ = (1 - block_mask_) * diagonal_;
}

PackMotion PackLoss::solve(const jets::Jet& jet) const {
  const at::Tensor second = jet.second.to(at::kDouble);
  const at::Tensor rows = second.narrow(3, 0, n_);
  PackMotion motion;
  motion.mass = (rows + rows.transpose(2, 3)).mul_(0.5);
  motion.force = jet.gradient.narrow(2, 0, n_).to(at::kDouble) - second.select(3, n_);

  // A non-finite entry must reach every block, so that the loss becomes NaN: no masking by a product.
  const at::Tensor whole = motion.mass.unsqueeze(2);
  const at::Tensor blocks = at::where(block_mask_ > 0, whole, block_padding_);
  const SymmetricEigen eigen = eigensolver_.solve(blocks.flatten(0, 2));
  motion.block_values = eigen.values.view({whole.size(0), whole.size(1), -1, n_});
  motion.block_vectors = eigen.vectors.view({whole.size(0), whole.size(1), -1, n_, n_});
  motion.inverse_spectrum = inverse_of(motion.eigenvalues(), cutoff_of(jet.second.scalar_type(), n_));
  motion.acceleration = apply_inverse(motion, motion.force);
  return motion;
}

PackLoss::Evaluation PackLoss::evaluate(const jets::Jet& jet, const at::Tensor& true_acceleration,
                                        jets::Keep keep) const {
  const PackMotion motion = solve(jet);
  const at::Tensor error = motion.acceleration - true_acceleration.to(at::kDouble);
  const Penalty penalties = penalty(motion);
  Evaluation result{loss(motion, error, penalties), {}};
  if (keep == jets::Keep::values_only) return result;
  result.gradient = gradient(motion, error, penalties);
  const at::ScalarType precision = jet.gradient.scalar_type();
  result.gradient.first = result.gradient.first.to(precision);
  result.gradient.second = result.gradient.second.to(precision);
  return result;
}

PackBatchLoss PackLoss::loss(const PackMotion& motion, const at::Tensor& error,
                             const Penalty& penalty) const {
  PackBatchLoss result;
  result.base = sum_each(options_.base_loss == BaseLoss::state_mse ? error.square() : error.abs()) *
                component_weight(options_.base_loss, error);
  result.penalty = penalty.value;
  const at::Tensor weighted = result.penalty.view({lambda_.size(0), -1}) * lambda_.unsqueeze(1);
  result.total = result.base + weighted.flatten();

  const at::Tensor eigenvalues = motion.eigenvalues();
  const at::Tensor wrong = (eigenvalues < 0).sum(2) != (options_.lorentzian ? 1 : 0);
  result.wrong_signature = wrong.sum(1).to(at::kDouble);
  const at::Tensor magnitude = eigenvalues.abs();
  const at::Tensor smallest = magnitude.amin(2);
  const at::Tensor condition = at::where(smallest > 0, magnitude.amax(2) / smallest,
                                         at::full_like(smallest, std::numeric_limits<double>::infinity()));
  result.largest_condition_number = condition.amax(1);
  return result;
}

PackFunctional PackLoss::gradient(const PackMotion& motion, const at::Tensor& error,
                                  const Penalty& penalty) const {
  const at::Tensor abar = (options_.base_loss == BaseLoss::state_mse ? 2 * error : error.sign()) *
                          component_weight(options_.base_loss, error);
  const at::Tensor lam = apply_inverse(motion, abar);
  at::Tensor on_mass = truncation_weights(motion, abar, lam) - outer_product(lam, motion.acceleration);
  if (penalty.gradient.defined()) on_mass = on_mass + penalty.gradient * lambda_.view({-1, 1, 1, 1});
  return {at::cat({lam, at::zeros_like(lam)}, 2), at::cat({on_mass, -lam.unsqueeze(3)}, 3)};
}

PackLoss::Penalty PackLoss::penalty(const PackMotion& motion) const {
  switch (options_.regularizer) {
    case Regularizer::none:
      return {at::zeros({motion.mass.size(0)}, lambda_.options()), {}};
    case Regularizer::eigenvalue:
      return eigenvalue_penalty(motion);
    case Regularizer::sylvester_v1:
    case Regularizer::sylvester_v2:
    case Regularizer::lorentzian_sylvester:
      return sylvester_penalty(motion);
  }
  return {};
}

PackLoss::Penalty PackLoss::eigenvalue_penalty(const PackMotion& motion) const {
  const at::Tensor eigenvalues = motion.eigenvalues();
  const double weight = 1.0 / static_cast<double>(eigenvalues.size(1));
  const at::Tensor negative = (eigenvalues < 0).to(at::kDouble);
  return {sum_each((-eigenvalues).clamp_min(0)) * weight,
          with_spectrum(motion.eigenvectors(), negative * -weight)};
}

// What each minor is divided by: [K, B or 1, minors].
at::Tensor PackLoss::minor_scales(const PackMotion& motion) const {
  at::Tensor factors;  // one per minor
  if (options_.regularizer == Regularizer::sylvester_v1) {
    const at::Tensor scale = motion.mass.diagonal(0, 2, 3).abs().sum(2, true) / n_ + n_ * eps;
    factors = scale.expand({scale.size(0), scale.size(1), minors_});
  } else {
    factors = diagonal_medians(motion.mass).narrow(2, n_ - minors_, minors_);
  }
  return factors.cumprod(2) + eps;
}

PackLoss::Penalty PackLoss::sylvester_penalty(const PackMotion& motion) const {
  Penalty result{at::zeros({motion.mass.size(0)}, lambda_.options()), at::zeros_like(motion.mass)};
  const double weight = 1.0 / static_cast<double>(motion.mass.size(1));
  if (minors_ > 0) {  // a Lorentzian system of time alone has none
    const at::Tensor values = motion.block_values.narrow(2, 0, minors_);
    const at::Tensor scales = minor_scales(motion);
    const at::Tensor determinants = values.prod(3);
    result.value = sum_each((-determinants).clamp_min(0) / scales) * weight;
    const at::Tensor cofactors =
        with_spectrum(motion.block_vectors.narrow(2, 0, minors_), products_of_others(values, diagonal_)) *
        block_mask_.narrow(0, 0, minors_);
    const at::Tensor gradients = cofactors / scales.unsqueeze(3).unsqueeze(4) * -weight;
    const at::Tensor violated = (determinants < 0).unsqueeze(3).unsqueeze(4);
    result.gradient = at::where(violated, gradients, at::zeros_like(gradients)).sum(2);
  }
  if (options_.regularizer == Regularizer::lorentzian_sylvester) add_time_penalty(motion, result);
  return result;
}

// relu(M_00) / (c_0 + eps): the time coordinate's mass must be negative.
void PackLoss::add_time_penalty(const PackMotion& motion, Penalty& penalty) const {
  const double weight = 1.0 / static_cast<double>(motion.mass.size(1));
  const at::Tensor time_mass = motion.mass.select(2, 0).select(2, 0);
  const at::Tensor scale = diagonal_medians(motion.mass).select(2, 0) + eps;
  penalty.value = penalty.value + sum_each(time_mass.clamp_min(0) / scale) * weight;
  const at::Tensor gradient = (time_mass > 0).to(at::kDouble) / scale * weight;
  penalty.gradient.select(2, 0).select(2, 0).add_(gradient);
}

}  // namespace lnn::training
