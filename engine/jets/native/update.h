// The optimizer's pass over all parameters. Included once per instruction set, see simd.h.
#pragma once

#include "jets/native/kernels.h"
#include "jets/native/simd.h"

namespace lnn::jets::native::LNN_ISA {

template <class T>
double sum_of_squares(long count, const T* a) {
  constexpr int parallel = 8;  // independent sums, so that additions overlap
  double sums[parallel] = {};
  long i = 0;
  for (; i + parallel <= count; i += parallel) {
    for (int j = 0; j < parallel; ++j)
      sums[j] += static_cast<double>(a[i + j]) * static_cast<double>(a[i + j]);
  }
  for (; i < count; ++i) sums[0] += static_cast<double>(a[i]) * static_cast<double>(a[i]);
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

template <class T>
void update(const MomentUpdate& rule, long count, const T* gradient, T* parameters, T* first_moment,
            T* second_moment) {
  const T scale = static_cast<T>(rule.scale);
  const T decay = static_cast<T>(rule.decay);
  const T beta1 = static_cast<T>(rule.beta1);
  const T beta2 = static_cast<T>(rule.beta2);
  const T rest1 = static_cast<T>(1 - rule.beta1);
  const T rest2 = static_cast<T>(1 - rule.beta2);
  const T rate = static_cast<T>(rule.rate);
  const T inverse_root = static_cast<T>(1 / rule.root);
  const T epsilon = static_cast<T>(rule.epsilon);
  const auto move = [&](long i, auto step) {
    const T g = scale * gradient[i] + decay * parameters[i];
    first_moment[i] = beta1 * first_moment[i] + rest1 * g;
    second_moment[i] = beta2 * second_moment[i] + rest2 * g * g;
    parameters[i] -= rate * step(first_moment[i], second_moment[i]);
  };
  if (rule.adaptive) {
    for (long i = 0; i < count; ++i) {
      move(i, [&](T m1, T m2) { return m1 / (square_root(m2) * inverse_root + epsilon); });
    }
  } else {
    for (long i = 0; i < count; ++i) move(i, [](T m1, T) { return m1; });
  }
}

}  // namespace lnn::jets::native::LNN_ISA
