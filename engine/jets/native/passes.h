// The elementwise passes between the products; the meaning of each is stated in kernels.h.
// Included once per instruction set, see simd.h.
//
// An adjoint is written with a bar: ubar is that of t_{u,z}, ubar_a that of t_u after the activation.
#pragma once

#include "jets/native/activations.h"
#include "jets/native/kernels.h"

namespace lnn::jets::native::LNN_ISA {

// Stream j of a block's array, row s.
template <class T>
inline T* row_of(T* array, const LayerBlock<T>& block, long stream, long sample) {
  return array + (stream * block.samples + sample) * block.ld;
}

template <class T, class Phi>
void activate_with(const LayerBlock<T>& block, const T* bias) {
  const int tangents = block.output ? 0 : block.tangents;
  const long stream = block.samples * block.ld;
  for (long s = 0; s < block.samples; ++s) {
    const T* z = row_of(block.z, block, 0, s);
    const T* tz = row_of(block.z, block, 1, s);
    T* f1 = row_of(block.f1, block, 0, s);
    T* f2 = row_of(block.f2, block, 0, s);
    T* f3 = row_of(block.f3, block, 0, s);
    T* a = row_of(block.a, block, 0, s);
    T* ta = row_of(block.tangent, block, 0, s);
    for (long c = 0; c < block.width; c += lanes<T>) {
      const Derivatives<T> phi = Phi::template at<T>(load<T>(z + c) + load<T>(bias + c));
      store<T>(a + c, phi.f0);
      store<T>(f1 + c, phi.f1);
      store<T>(f2 + c, phi.f2);
      store<T>(f3 + c, phi.f3);
      for (int j = 0; j < tangents; ++j) {
        store<T>(ta + j * stream + c, phi.f1 * load<T>(tz + j * stream + c));
      }
    }
  }
}

template <class T>
void activate(network::Activation activation, const LayerBlock<T>& block, const T* bias) {
  switch (activation) {
    case network::Activation::gelu:
      return activate_with<T, Gelu>(block, bias);
    case network::Activation::xtanh:
      return activate_with<T, Xtanh>(block, bias);
    case network::Activation::softplus:
      return activate_with<T, Softplus>(block, bias);
    case network::Activation::quadratic:
      return activate_with<T, Quadratic>(block, bias);
  }
}

// sum over the layer of r_a phi'' t_i t_j for one i and up to four j from `first` on.
template <class T, int Count>
void add_second_derivatives(const LayerBlock<T>& block, long s, int i, int first, double* second) {
  const T* ra = row_of(block.z, block, 0, s);
  const T* f2 = row_of(block.f2, block, 0, s);
  const T* ti = row_of(block.z, block, 1 + i, s);
  const T* tj = row_of(block.z, block, 1 + first, s);
  const long stream = block.samples * block.ld;
  Vector<T> sums[Count] = {};
  for (long c = 0; c < block.width; c += lanes<T>) {
    const Vector<T> q = load<T>(ra + c) * load<T>(f2 + c) * load<T>(ti + c);
    for (int j = 0; j < Count; ++j) sums[j] += q * load<T>(tj + j * stream + c);
  }
  for (int j = 0; j < Count; ++j) second[j] += static_cast<double>(sum<T>(sums[j]));
}

template <class T>
void reverse(const LayerBlock<T>& block, double* second) {
  for (long s = 0; s < block.samples; ++s) {
    const T* ra = row_of(block.z, block, 0, s);
    const T* f1 = row_of(block.f1, block, 0, s);
    T* rz = row_of(block.adjoint, block, 0, s);
    for (long c = 0; c < block.width; c += lanes<T>) store<T>(rz + c, load<T>(ra + c) * load<T>(f1 + c));
    for (int i = 0; i < block.rows; ++i) {
      double* out = second + (s * block.rows + i) * block.tangents;
      int j = i;
      for (; j + 3 <= block.tangents; j += 3) add_second_derivatives<T, 3>(block, s, i, j, out + j);
      for (; j < block.tangents; ++j) add_second_derivatives<T, 1>(block, s, i, j, out + j);
    }
  }
}

// sum_i weights[i] t_{i,z} at column c, over `count` tangents.
template <class T>
inline Vector<T> combination(const T* tz, long stream, int count, const T* weights, long c) {
  Vector<T> total = weights[0] * load<T>(tz + c);
  for (int i = 1; i < count; ++i) total += weights[i] * load<T>(tz + i * stream + c);
  return total;
}

template <class T>
void combine(const LayerBlock<T>& block, const T* u, const T* v) {
  const long stream = block.samples * block.ld;
  const int last = 1 + 2 * block.pairs;
  for (long s = 0; s < block.samples; ++s, u += block.pairs * block.rows, v += block.pairs * block.tangents) {
    const T* tz = row_of(block.z, block, 1, s);
    const T* ra = row_of(block.z, block, 0, s);
    const T* f1 = row_of(block.f1, block, 0, s);
    const T* f2 = row_of(block.f2, block, 0, s);
    const T* a = row_of(block.a, block, 0, s);
    T* operand = row_of(block.operand, block, 0, s);
    T* adjoint = row_of(block.adjoint, block, 0, s);
    for (long c = 0; c < block.width; c += lanes<T>) {
      const Vector<T> d1 = load<T>(f1 + c);
      Vector<T> curvature = broadcast<T>(0);
      for (int p = 0; p < block.pairs; ++p) {
        const long at = (1 + 2 * p) * stream + c;
        const Vector<T> tuz = combination<T>(tz, stream, block.rows, u + p * block.rows, c);
        const Vector<T> tvz = combination<T>(tz, stream, block.tangents, v + p * block.tangents, c);
        store<T>(adjoint + at, tuz);
        store<T>(adjoint + at + stream, tvz);
        if (!block.output) {
          store<T>(operand + at, d1 * tuz);
          store<T>(operand + at + stream, d1 * tvz);
        }
        curvature += tuz * tvz;
      }
      const Vector<T> sigma_z = load<T>(adjoint + last * stream + c);
      store<T>(operand + c, d1 * sigma_z + load<T>(f2 + c) * curvature);
      if (!block.output) store<T>(operand + last * stream + c, load<T>(a + c));
      store<T>(adjoint + c, load<T>(ra + c) * d1);
    }
  }
}

template <class T>
void combine_square(const LayerBlock<T>& block, const SquareRow<T>& square) {
  const long s = square.sample;
  const T* tz = row_of(block.z, block, 1, s);
  const T* f1 = row_of(block.f1, block, 0, s);
  const T* f2 = row_of(block.f2, block, 0, s);
  T* sigma = row_of(block.operand, block, 0, s);
  const long stream = block.samples * block.ld;
  for (long c = 0; c < block.width; c += lanes<T>) {
    const Vector<T> w = combination<T>(tz, stream, block.tangents, square.direction, c);
    store<T>(square.tz + c, w);
    store<T>(square.operand + c, load<T>(f1 + c) * w);
    store<T>(sigma + c, load<T>(sigma + c) + square.weight * load<T>(f2 + c) * w * w);
  }
}

// zbar = phi' abar + r_a (phi'' sigma_z + phi''' sum_p t_u t_v) + phi'' sum_p (t_u ubar_a + t_v vbar_a)
template <class T>
void backward(const LayerBlock<T>& block, const T* incoming) {
  const long stream = block.samples * block.ld;
  const int last = 1 + 2 * block.pairs;
  for (long s = 0; s < block.samples; ++s) {
    const T* ra = row_of(block.z, block, 0, s);
    const T* f1 = row_of(block.f1, block, 0, s);
    const T* f2 = row_of(block.f2, block, 0, s);
    const T* f3 = row_of(block.f3, block, 0, s);
    T* adjoint = row_of(block.adjoint, block, 1, s);
    T* zbar = row_of(block.adjoint, block, last, s);
    const T* in = incoming == nullptr ? nullptr : incoming + s * block.ld;
    for (long c = 0; c < block.width; c += lanes<T>) {
      const Vector<T> d1 = load<T>(f1 + c);
      const Vector<T> d2 = load<T>(f2 + c);
      const Vector<T> r2 = load<T>(ra + c) * d2;
      const Vector<T> r3 = load<T>(ra + c) * load<T>(f3 + c);
      const auto from_above = [&](int i) {
        return in == nullptr ? broadcast<T>(0) : load<T>(in + i * stream + c);
      };
      Vector<T> total = r2 * load<T>(zbar + c) + d1 * from_above(last - 1);
      for (int p = 0; p < block.pairs; ++p) {
        T* const ubar = adjoint + 2 * p * stream + c;
        T* const vbar = ubar + stream;
        const Vector<T> u = load<T>(ubar);
        const Vector<T> v = load<T>(vbar);
        const Vector<T> ubar_a = from_above(2 * p);
        const Vector<T> vbar_a = from_above(2 * p + 1);
        store<T>(ubar, r2 * v + d1 * ubar_a);
        store<T>(vbar, r2 * u + d1 * vbar_a);
        total += r3 * u * v + d2 * (u * ubar_a + v * vbar_a);
      }
      store<T>(zbar + c, total);
    }
  }
}

template <class T>
void backward_square(const LayerBlock<T>& block, const SquareRow<T>& square, const T* incoming) {
  const long s = square.sample;
  const T* ra = row_of(block.z, block, 0, s);
  const T* f1 = row_of(block.f1, block, 0, s);
  const T* f2 = row_of(block.f2, block, 0, s);
  const T* f3 = row_of(block.f3, block, 0, s);
  T* zbar = row_of(block.adjoint, block, 1 + 2 * block.pairs, s);
  for (long c = 0; c < block.width; c += lanes<T>) {
    const Vector<T> w = load<T>(square.tz + c);
    const Vector<T> r = load<T>(ra + c);
    Vector<T> wbar = T(2) * square.weight * r * load<T>(f2 + c) * w;
    Vector<T> total = load<T>(zbar + c) + square.weight * r * load<T>(f3 + c) * w * w;
    if (incoming != nullptr) {
      const Vector<T> wbar_a = load<T>(incoming + c);
      wbar += load<T>(f1 + c) * wbar_a;
      total += load<T>(f2 + c) * w * wbar_a;
    }
    store<T>(square.adjoint + c, wbar);
    store<T>(zbar + c, total);
  }
}

template <class T>
void add_column_sums(long rows, long width, const T* a, long lda, T* sums) {
  for (long c = 0; c < width; c += lanes<T>) {
    Vector<T> total = load<T>(sums + c);
    for (long k = 0; k < rows; ++k) total += load<T>(a + k * lda + c);
    store<T>(sums + c, total);
  }
}

template <class T>
T dot(long width, const T* a, const T* b) {
  Vector<T> total = {};
  for (long c = 0; c < width; c += lanes<T>) total += load<T>(a + c) * load<T>(b + c);
  return sum<T>(total);
}

}  // namespace lnn::jets::native::LNN_ISA
