#include "training/jacobi_eigensolver.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace lnn::training {
namespace {

using Partners = std::vector<std::int64_t>;

constexpr double tiny = 1e-300;  // beside entries of size 1

// A round-robin tournament of n players (with a bye for odd n): in every round each meets at most one other,
// after all rounds each has met everyone. Player 0 stays, the others move around the table.
std::vector<Partners> tournament(std::int64_t n) {
  const std::int64_t seats = n + n % 2;
  std::vector<std::int64_t> table(static_cast<std::size_t>(seats));
  std::iota(table.begin(), table.end(), 0);
  std::vector<Partners> rounds;
  for (std::int64_t round = 0; round + 1 < seats; ++round) {
    Partners partner(static_cast<std::size_t>(n));
    std::iota(partner.begin(), partner.end(), 0);
    for (std::size_t i = 0; i < table.size() / 2; ++i) {
      const std::int64_t a = table[i];
      const std::int64_t b = table[table.size() - 1 - i];
      if (a >= n || b >= n) continue;  // the bye
      partner[static_cast<std::size_t>(a)] = b;
      partner[static_cast<std::size_t>(b)] = a;
    }
    rounds.push_back(partner);
    std::rotate(table.begin() + 1, table.end() - 1, table.end());
  }
  return rounds;
}

// Measured on random, graded and clustered matrices, with one sweep to spare. Convergence is quadratic, but
// for exactly repeated eigenvalues of n > 4, which gain one to two digits a sweep.
int sweeps_for(int n) {
  if (n <= 2) return 1;  // a single rotation is exact
  return n <= 4 ? n + 2 : 12;
}

at::Tensor poisoned(const at::Tensor& matrices) {
  const at::Tensor finite = matrices.isfinite().all(2).all(1).view({-1, 1, 1});
  return matrices.masked_fill(finite.logical_not(), std::numeric_limits<double>::quiet_NaN());
}

// Largest |entry| of each matrix, 1 for a zero matrix: divided by it, squares cannot overflow.
at::Tensor sizes_of(const at::Tensor& matrices) {
  const at::Tensor largest = matrices.abs().amax({1, 2}, true);
  return largest.masked_fill(largest == 0, 1);
}

}  // namespace

JacobiEigensolver::JacobiEigensolver(int n, at::Device device)
    : n_(n), sweeps_(sweeps_for(n)), identity_(at::eye(n, at::kDouble).to(device)) {
  for (const Partners& partner : tournament(n)) rounds_.push_back(make_round(partner, device));
}

JacobiEigensolver::Round JacobiEigensolver::make_round(const Partners& partner, at::Device device) const {
  const at::Tensor own = at::arange(n_, at::kLong);
  const at::Tensor other = at::tensor(partner, at::kLong);
  // Both members of a pair read the same of the two entries, which differ by rounding: their angles must
  // agree.
  const at::Tensor entry = at::minimum(own, other) * n_ + at::maximum(own, other);
  return {other.to(device), entry.to(device), (other - own).sign().to(device, at::kDouble) * tiny,
          at::eye(n_, at::kDouble).index_select(0, other).to(device)};
}

// The rotation of the round as matrices J, so that J M J^T is zero at every pair: row i of J holds the cosine
// at i and minus the sine at its partner.
at::Tensor JacobiEigensolver::rotation(const at::Tensor& matrices, const Round& round) const {
  const at::Tensor diagonal = matrices.diagonal(0, 1, 2);
  const at::Tensor difference = diagonal.index_select(1, round.partner) - diagonal;
  const at::Tensor twice = matrices.flatten(1).index_select(1, round.entry) * 2;
  const at::Tensor length = difference.abs() + (difference * difference + twice * twice).sqrt() + tiny;
  const at::Tensor tangent = (difference + round.tie_break).sign() * twice / length;
  const at::Tensor cosine = (tangent * tangent + 1).rsqrt();
  return identity_ * cosine.unsqueeze(2) - round.permutation * (tangent * cosine).unsqueeze(2);
}

SymmetricEigen JacobiEigensolver::solve(const at::Tensor& matrices) const {
  const at::Tensor input = poisoned(matrices);
  const at::Tensor size = sizes_of(input);
  at::Tensor rotated = input / size;
  at::Tensor vectors = identity_.expand_as(matrices);
  for (int sweep = 0; sweep < sweeps_; ++sweep) {
    for (const Round& round : rounds_) {
      const at::Tensor j = rotation(rotated, round);
      rotated = at::bmm(at::bmm(j, rotated), j.transpose(1, 2));
      vectors = at::bmm(vectors, j.transpose(1, 2));
    }
  }
  // A matrix that needed no rotation still has to pass its NaN on to the eigenvectors.
  return {rotated.diagonal(0, 1, 2) * size.squeeze(2), vectors + (rotated - rotated)};
}

}  // namespace lnn::training
