#pragma once

#include <Eigen/Core>
#include <cmath>

/// Private to this folder: formulas written once, for values and for derivatives.
namespace lnn::physics {

/// A number with its exact first and second derivatives by N variables (forward differentiation). A formula
/// that is a template over its number type takes it like a double.
template <int N>
struct HyperDual {
  using Gradient = Eigen::Matrix<double, N, 1>;
  using Hessian = Eigen::Matrix<double, N, N>;

  double value;
  Gradient gradient;
  Hessian hessian;

  /// The variable number `index` at `value`.
  static HyperDual variable(double value, int index) {
    return {value, Gradient::Unit(index), Hessian::Zero()};
  }

  /// f(x), given f, f' and f'' there.
  friend HyperDual chain(const HyperDual& x, double f, double f1, double f2) {
    return {f, f1 * x.gradient, f1 * x.hessian + f2 * x.gradient * x.gradient.transpose()};
  }

  friend HyperDual operator+(const HyperDual& a, const HyperDual& b) {
    return {a.value + b.value, a.gradient + b.gradient, a.hessian + b.hessian};
  }
  friend HyperDual operator-(const HyperDual& a, const HyperDual& b) { return a + (-1.0) * b; }
  friend HyperDual operator*(const HyperDual& a, const HyperDual& b) {
    const Hessian mixed = a.gradient * b.gradient.transpose();
    return {a.value * b.value, a.value * b.gradient + b.value * a.gradient,
            a.value * b.hessian + b.value * a.hessian + mixed + mixed.transpose()};
  }
  friend HyperDual operator+(const HyperDual& a, double b) { return {a.value + b, a.gradient, a.hessian}; }
  friend HyperDual operator-(const HyperDual& a, double b) { return a + (-b); }
  friend HyperDual operator*(double a, const HyperDual& b) {
    return {a * b.value, a * b.gradient, a * b.hessian};
  }
  friend HyperDual operator/(const HyperDual& a, double b) { return (1 / b) * a; }
  friend HyperDual operator/(double a, const HyperDual& b) {
    const double inverse = 1 / b.value;
    return a * chain(b, inverse, -inverse * inverse, 2 * inverse * inverse * inverse);
  }

  friend HyperDual sin(const HyperDual& x) {
    const double sine = std::sin(x.value);
    return chain(x, sine, std::cos(x.value), -sine);
  }
  friend HyperDual cos(const HyperDual& x) {
    const double cosine = std::cos(x.value);
    return chain(x, cosine, -std::sin(x.value), -cosine);
  }
  friend HyperDual hypot(const HyperDual& x, const HyperDual& y) {
    const HyperDual square = x * x + y * y;
    const double root = std::hypot(x.value, y.value);
    return chain(square, root, 0.5 / root, -0.25 / (root * root * root));
  }
};

}  // namespace lnn::physics
