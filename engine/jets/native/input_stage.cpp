#include "jets/native/input_stage.h"

#include <cmath>

namespace lnn::jets::native {
namespace {

std::size_t at(long i) {
  return static_cast<std::size_t>(i);
}

}  // namespace

template <class T>
InputStage<T>::InputStage(const network::NetworkOptions& options)
    : inputs_(2L * options.coordinates),
      dyt_(options.input_layer == network::InputLayer::dyt),
      quadratic_(at(options.coordinates), options.quadratic_term),
      gamma_(at(inputs_)),
      beta_(at(inputs_)) {
  if (options.signature == network::Signature::lorentzian) quadratic_[0] = -quadratic_[0];
}

template <class T>
void InputStage<T>::set_parameters(const T* parameters) {
  if (!dyt_) return;
  alpha_ = static_cast<double>(parameters[0]);
  for (long k = 0; k < inputs_; ++k) {
    gamma_[at(k)] = static_cast<double>(parameters[1 + k]);
    beta_[at(k)] = static_cast<double>(parameters[1 + inputs_ + k]);
  }
}

template <class T>
typename InputStage<T>::Slope InputStage<T>::slope(double x, long k) const {
  if (!dyt_) return {x, 1, 0};
  const double h = std::tanh(alpha_ * x);
  const double h1 = 1 - h * h;
  const double gamma = gamma_[at(k)];
  return {gamma * h + beta_[at(k)], gamma * alpha_ * h1, -2 * gamma * alpha_ * alpha_ * h * h1};
}

template <class T>
void InputStage<T>::forward(const Batch& batch, const T* x, const T* directions) {
  const long d = inputs_;
  const long streams = 1 + batch.tangents;
  x_.assign(at(batch.filled() * d), 0.0);
  directions_.assign(at(batch.filled() * batch.tangents * d), 0.0);
  for (long i = 0; i < batch.size * d; ++i) x_[at(i)] = static_cast<double>(x[i]);
  for (long i = 0; i < batch.size * batch.tangents * d; ++i)
    directions_[at(i)] = static_cast<double>(directions[i]);
  slopes_.resize(at(batch.filled() * d));
  output_.resize(batch.filled() * streams * d);
  for (long b = 0; b < batch.filled(); ++b) {
    for (long k = 0; k < d; ++k) {
      const Slope g = slope(x_[at(b * d + k)], k);
      slopes_[at(b * d + k)] = g;
      output_.data()[batch.row(b, 0, streams) * d + k] = static_cast<T>(g.g);
      for (int j = 0; j < batch.tangents; ++j) {
        const double t = directions_[at((b * batch.tangents + j) * d + k)];
        output_.data()[batch.row(b, 1 + j, streams) * d + k] = static_cast<T>(g.g1 * t);
      }
    }
  }
}

template <class T>
void InputStage<T>::finish_forward(const Batch& batch, double* value, double* adjoint, double* second) {
  const long d = inputs_;
  r_.resize(at(batch.filled() * d));
  for (long b = 0; b < batch.filled(); ++b) {
    double* sample_second = second + b * batch.rows * batch.tangents;
    const double* t = directions_.data() + b * batch.tangents * d;
    for (long k = 0; k < d; ++k) {
      const Slope& g = slope_at(b, k);
      const double s = quadratic(k);
      value[b] += s * g.g * g.g;
      const double r = adjoint[b * d + k] + 2 * s * g.g;
      r_[at(b * d + k)] = r;
      adjoint[b * d + k] = g.g1 * r;
      const double curvature = 2 * s * g.g1 * g.g1 + r * g.g2;
      if (curvature == 0) continue;
      for (int i = 0; i < batch.rows; ++i) {
        for (int j = i; j < batch.tangents; ++j) {
          sample_second[i * batch.tangents + j] += curvature * t[i * d + k] * t[j * d + k];
        }
      }
    }
  }
}

template <class T>
double InputStage<T>::combination(const Batch& batch, long sample, long k, const T* weights,
                                  int count) const {
  double total = 0;
  for (int j = 0; j < count; ++j) {
    total += static_cast<double>(weights[j]) * directions_[at((sample * batch.tangents + j) * inputs_ + k)];
  }
  return total;
}

template <class T>
std::pair<double, double> InputStage<T>::pair_at(const Batch& batch, const Weights<T>& weights, long sample,
                                                 int p, long k) const {
  const long pair = sample * weights.pairs + p;
  return {combination(batch, sample, k, weights.u.data() + pair * batch.rows, batch.rows),
          combination(batch, sample, k, weights.v.data() + pair * batch.tangents, batch.tangents)};
}

template <class T>
void InputStage<T>::start_backward(const Batch& batch, const Weights<T>& weights) {
  const long d = inputs_;
  const long streams = weights.streams();
  operand_.resize(batch.filled() * streams * d);
  squares_operand_.resize(static_cast<long>(weights.squares.size()) * d);
  std::size_t next = 0;
  for (long b = 0; b < batch.filled(); ++b) {
    const std::size_t first_square = next;
    while (next < weights.squares.size() && weights.squares[next].sample == b) ++next;
    for (long k = 0; k < d; ++k) {
      const Slope& g = slope_at(b, k);
      const auto write = [&](long stream, double number) {
        operand_.data()[batch.row(b, stream, streams) * d + k] = static_cast<T>(number);
      };
      double second_order = 0;
      for (int p = 0; p < weights.pairs; ++p) {
        const auto [u, v] = pair_at(batch, weights, b, p, k);
        second_order += u * v;
        write(1 + 2 * p, g.g1 * u);
        write(2 + 2 * p, g.g1 * v);
      }
      for (std::size_t e = first_square; e < next; ++e) {
        const auto& square = weights.squares[e];
        const double w = combination(batch, b, k, square.direction.data(), batch.tangents);
        second_order += static_cast<double>(square.weight) * w * w;
        squares_operand_.data()[static_cast<long>(e) * d + k] = static_cast<T>(g.g1 * w);
      }
      write(0, g.g1 * weights.first[at(b * d + k)] + g.g2 * second_order);
      write(streams - 1, g.g);
    }
  }
}

// F = r . sigma + ..., sigma = g' first + g'' (u v + sum c w^2); the parameters move g, g' and g''.
template <class T>
void InputStage<T>::backward(const Batch& batch, const Weights<T>& weights, const InputAdjoints& adjoints,
                             T* gradient) {
  if (!dyt_) return;
  const long d = inputs_;
  std::vector<double> totals(at(parameter_count()), 0.0);
  std::size_t next = 0;
  for (long b = 0; b < batch.size; ++b) {
    const std::size_t first_square = next;
    while (next < weights.squares.size() && weights.squares[next].sample == b) ++next;
    for (long k = 0; k < d; ++k) {
      const Slope& g = slope_at(b, k);
      const double x = x_[at(b * d + k)];
      const double r = r_[at(b * d + k)];
      const double first = weights.first[at(b * d + k)];
      const double curvature = 2 * quadratic(k);
      const double* bar = adjoints.samples.data() + (weights.streams() - 1) * b * d + k;
      double second_order = 0;
      double on_slope = r * first;
      for (int p = 0; p < weights.pairs; ++p, bar += 2 * d) {
        const auto [u, v] = pair_at(batch, weights, b, p, k);
        second_order += u * v;
        on_slope += (bar[0] + curvature * g.g1 * v) * u + (bar[d] + curvature * g.g1 * u) * v;
      }
      for (std::size_t e = first_square; e < next; ++e) {
        const auto& square = weights.squares[e];
        const double c = static_cast<double>(square.weight);
        const double w = combination(batch, b, k, square.direction.data(), batch.tangents);
        second_order += c * w * w;
        on_slope += (adjoints.squares[e * at(d) + at(k)] + 2 * c * curvature * g.g1 * w) * w;
      }
      const double sigma = g.g1 * first + g.g2 * second_order;
      const double on_value = bar[0] + curvature * sigma;
      const double on_bend = r * second_order;

      const double h = std::tanh(alpha_ * x);
      const double h1 = 1 - h * h;
      const double h2 = -2 * h * h1;
      const double h3 = -2 * h1 * (1 - 3 * h * h);
      const double gamma = gamma_[at(k)];
      totals[0] += gamma * (on_value * x * h1 + on_slope * (h1 + alpha_ * x * h2) +
                            on_bend * alpha_ * (2 * h2 + alpha_ * x * h3));
      totals[at(1 + k)] += on_value * h + on_slope * alpha_ * h1 + on_bend * alpha_ * alpha_ * h2;
      totals[at(1 + d + k)] += on_value;
    }
  }
  for (long i = 0; i < parameter_count(); ++i) gradient[i] = static_cast<T>(totals[at(i)]);
}

template class InputStage<float>;
template class InputStage<double>;

}  // namespace lnn::jets::native
