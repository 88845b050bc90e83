#pragma once

#include <utility>
#include <vector>

#include "jets/native/batch.h"
#include "jets/native/buffer.h"
#include "network/options.h"

namespace lnn::jets::native {

/// Everything before the first matrix: the DyT layer y = gamma tanh(alpha x) + beta (or y = x) and, because
/// it sees y alone, the quadratic term sum_i s_i v_i^2. Its d numbers per sample are computed in double
/// precision.
template <class T>
class InputStage {
 public:
  /// `options` as of the network.
  explicit InputStage(const network::NetworkOptions& options);

  /// Parameters of the DyT layer, in the network's order: alpha, gamma, beta; 0 without one.
  long parameter_count() const { return dyt_ ? 1 + 2 * inputs_ : 0; }
  bool has_parameters() const { return dyt_; }
  void set_parameters(const T* parameters);

  /// From x [B, d] and tangents [B, T, d]: y and its tangents.
  void forward(const Batch& batch, const T* x, const T* directions);
  /// Per block [1 + T] streams of S rows of d numbers: y and its tangents.
  const T* output() const { return output_.data(); }

  /// Completes the derivatives: `adjoint` [filled, d] holds dL/dy of the branches and becomes dL/dx; adds to
  /// value [filled] and second [filled, R, T] (j >= i) what does not pass through the branches.
  void finish_forward(const Batch& batch, double* value, double* adjoint, double* second);

  /// The operands of the first layer for these weights.
  void start_backward(const Batch& batch, const Weights<T>& weights);
  /// Per block [2 P + 2] streams of S rows of d numbers: sigma, t_u and t_v of each pair, y.
  const T* operand() const { return operand_.data(); }
  /// [E, d]: t_w of each square.
  const T* squares_operand() const { return squares_operand_.data(); }

  /// Writes the gradient of the DyT parameters.
  void backward(const Batch& batch, const Weights<T>& weights, const InputAdjoints& adjoints, T* gradient);

 private:
  // g and its derivatives at one input of one sample.
  struct Slope {
    double g, g1, g2;
  };
  // The direction of a square, and those of a mixed term, at one input before the stage.
  double combination(const Batch& batch, long sample, long k, const T* weights, int count) const;
  std::pair<double, double> pair_at(const Batch& batch, const Weights<T>& weights, long sample, int p,
                                    long k) const;
  double quadratic(long k) const {
    return k < inputs_ / 2 ? 0 : quadratic_[static_cast<std::size_t>(k - inputs_ / 2)];
  }
  Slope slope(double x, long k) const;
  const Slope& slope_at(long sample, long k) const {
    return slopes_[static_cast<std::size_t>(sample * inputs_ + k)];
  }

  long inputs_;
  bool dyt_;
  std::vector<double> quadratic_;  // [n]: s_i
  double alpha_ = 1;
  std::vector<double> gamma_;
  std::vector<double> beta_;

  std::vector<double> x_;           // [filled, d]
  std::vector<double> directions_;  // [filled, T, d]
  std::vector<Slope> slopes_;       // [filled, d]
  std::vector<double> r_;           // [filled, d]: dL/dy
  Buffer<T> output_;
  Buffer<T> operand_;
  Buffer<T> squares_operand_;
};

}  // namespace lnn::jets::native
