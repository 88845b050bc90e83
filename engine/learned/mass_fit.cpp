#include "learned/mass_fit.h"

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "learned/fits.h"

namespace lnn::learned {
namespace {

using Matrix = Eigen::MatrixXd;
using Matrices = std::span<const double>;

std::size_t sample_count(int n, Matrices learned, Matrices truth) {
  const auto size = static_cast<std::size_t>(n * n);
  invariant(learned.size() == truth.size() && truth.size() % size == 0, "every mass matrix has its truth");
  return truth.size() / size;
}

Eigen::Map<const Matrix> matrix(int n, Matrices all, std::size_t sample) {
  return {all.data() + sample * static_cast<std::size_t>(n * n), n, n};
}

// Two symmetric matrices of one sample in the frame of the true one.
struct Framed {
  Matrix learned;  // E^-1 M E^-T
  Matrix eta;
};

Framed in_true_frame(const Matrix& learned, const Matrix& truth) {
  if (!learned.allFinite() || !truth.allFinite()) {
    const Matrix nothing = Matrix::Constant(truth.rows(), truth.cols(), std::nan(""));
    return {nothing, nothing};
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(truth);
  const Eigen::VectorXd& spectrum = solver.eigenvalues();
  const Matrix inverse_frame =
      spectrum.cwiseAbs().cwiseSqrt().cwiseInverse().asDiagonal() * solver.eigenvectors().transpose();
  return {inverse_frame * learned * inverse_frame.transpose(), spectrum.cwiseSign().asDiagonal()};
}

}  // namespace

MassFit fit_mass(int n, Matrices learned, Matrices truth) {
  const std::size_t samples = sample_count(n, learned, truth);
  std::vector<Framed> framed;
  std::vector<double> scales;
  for (std::size_t s = 0; s < samples; ++s) {
    framed.push_back(in_true_frame(matrix(n, learned, s), matrix(n, truth, s)));
    scales.push_back((framed.back().learned * framed.back().eta).trace() / n);
  }
  const double scale = quantile(std::move(scales), 0.5);
  std::vector<double> errors;
  for (const Framed& sample : framed)
    errors.push_back((sample.learned / scale - sample.eta).norm() / std::sqrt(n));
  return {scale, quantile(errors, 0.5), quantile(errors, 0.95)};
}

double off_diagonal_share(int n, Matrices learned, Matrices truth) {
  const std::size_t samples = sample_count(n, learned, truth);
  std::vector<double> shares;
  for (std::size_t s = 0; s < samples; ++s) {
    const Eigen::VectorXd unit = matrix(n, truth, s).diagonal().cwiseAbs().cwiseSqrt().cwiseInverse();
    const Matrix scaled = unit.asDiagonal() * matrix(n, learned, s) * unit.asDiagonal();
    const double diagonal = scaled.diagonal().norm();
    const Matrix rest = scaled - Matrix(scaled.diagonal().asDiagonal());
    shares.push_back(rest.norm() / diagonal);
  }
  return quantile(std::move(shares), 0.5);
}

}  // namespace lnn::learned
