// The activations and their derivatives for vectors; the meaning of each is stated in network/activation.h.
// Included once per instruction set, see simd.h.
#pragma once

#include "jets/native/normal_tail.h"
#include "jets/native/simd.h"

namespace lnn::jets::native::LNN_ISA {

template <class T>
struct Derivatives {
  Vector<T> f0, f1, f2, f3;
};

// exp(-z^2 / 2) is shared by the distribution Phi and its density.
struct Gelu {
  template <class T>
  static Derivatives<T> at(Vector<T> z) {
    const Vector<T> y = absolute<T>(z);
    const Vector<T> bell = exp<T>(T(-0.5) * z * z);
    const Vector<T> inverse = T(1) / (y + NormalTail<T>::k);
    const Vector<T> t = (y - NormalTail<T>::k) * inverse;
    const Vector<T> tail = bell * polynomial<T>(NormalTail<T>::coefficients, t) * inverse;
    const Vector<T> distribution = z > T(0) ? T(1) - tail : tail;
    const Vector<T> density = bell * T(0.39894228040143267794);
    const Vector<T> square = z * z;
    return {z * distribution, distribution + z * density, (T(2) - square) * density,
            z * (square - T(4)) * density};
  }
};

// z tanh(z / 2) = z (1 - e^{-z}) / (1 + e^{-z})
struct Xtanh {
  template <class T>
  static Derivatives<T> at(Vector<T> z) {
    const Vector<T> u = exp<T>(-absolute<T>(z));
    const Vector<T> inverse = T(1) / (T(1) + u);
    const Vector<T> magnitude = (T(1) - u) * inverse;
    const Vector<T> t = z < T(0) ? -magnitude : magnitude;
    const Vector<T> s = T(4) * u * inverse * inverse;  // 1 - t^2, without its cancellation
    const Vector<T> zs = z * s;
    return {z * t, t + T(0.5) * zs, s - T(0.5) * zs * t,
            T(-1.5) * t * s - T(0.25) * zs * (T(1) - T(3) * t * t)};
  }
};

struct Softplus {
  template <class T>
  static Derivatives<T> at(Vector<T> z) {
    const Vector<T> u = exp<T>(-absolute<T>(z));
    const Vector<T> inverse = T(1) / (T(1) + u);
    const Vector<T> g = z < T(0) ? u * inverse : inverse;
    const Vector<T> slope = u * inverse * inverse;  // g (1 - g)
    const auto linear = z > T(20);
    const Vector<T> zero = broadcast<T>(0);
    const Vector<T> value = (z > T(0) ? z : zero) + log1p_of_fraction<T>(u);
    return {linear ? z : value, linear ? broadcast<T>(1) : g, linear ? zero : slope,
            linear ? zero : slope * (T(1) - T(2) * g)};
  }
};

struct Quadratic {
  template <class T>
  static Derivatives<T> at(Vector<T> z) {
    return {z * z, T(2) * z, broadcast<T>(2), broadcast<T>(0)};
  }
};

}  // namespace lnn::jets::native::LNN_ISA
