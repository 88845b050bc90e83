// Vectors of T and the functions of them that the kernels need. Included once per instruction set, inside
// files compiled for it: everything lives in a namespace of that name, so that no code compiled for a newer
// processor can be linked into an older one's path.
//
// Needs LNN_ISA (namespace name) and LNN_VECTOR_BYTES.
#pragma once

#include <cstdint>

namespace lnn::jets::native::LNN_ISA {

inline constexpr int vector_bytes = LNN_VECTOR_BYTES;

template <class T>
struct VectorTypes;

template <>
struct VectorTypes<float> {
  using Vector = float __attribute__((vector_size(vector_bytes)));
  using Loose = float __attribute__((vector_size(vector_bytes), aligned(alignof(float)), may_alias));
  using Integer = std::int32_t __attribute__((vector_size(vector_bytes)));
};

template <>
struct VectorTypes<double> {
  using Vector = double __attribute__((vector_size(vector_bytes)));
  using Loose = double __attribute__((vector_size(vector_bytes), aligned(alignof(double)), may_alias));
  using Integer = std::int64_t __attribute__((vector_size(vector_bytes)));
};

template <class T>
using Vector = typename VectorTypes<T>::Vector;

template <class T>
inline constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T));

template <class T>
inline Vector<T> load(const T* p) {
  return *reinterpret_cast<const typename VectorTypes<T>::Loose*>(p);
}

template <class T>
inline void store(T* p, Vector<T> v) {
  *reinterpret_cast<typename VectorTypes<T>::Loose*>(p) = v;
}

template <class T>
inline Vector<T> broadcast(T x) {
  return x - Vector<T>{};
}

template <class T>
inline T sum(Vector<T> v) {
  T total = 0;
  for (int i = 0; i < lanes<T>; ++i) total += v[i];
  return total;
}

// Parts of floating-point numbers: a magic number whose lowest bits take the nearest integer of a small
// summand.
template <class T>
struct Format;

template <>
struct Format<float> {
  static constexpr float magic = 12582912.0F;  // 1.5 * 2^23
  static constexpr std::int32_t magic_bits = 0x4B400000;
  static constexpr int mantissa_bits = 23;
  static constexpr std::int32_t exponent_bias = 127;
  static constexpr float ln2_high = 0.693359375F;
  static constexpr float ln2_low = -2.12194440e-4F;
  static constexpr float smallest_exponent = -87.0F;  // exp of less is flushed to this one's tiny value
  static constexpr float largest_exponent = 88.0F;
  static constexpr int exp_terms = 8;
  static constexpr int artanh_terms = 7;
};

template <>
struct Format<double> {
  static constexpr double magic = 6755399441055744.0;  // 1.5 * 2^52
  static constexpr std::int64_t magic_bits = 0x4338000000000000;
  static constexpr int mantissa_bits = 52;
  static constexpr std::int64_t exponent_bias = 1023;
  static constexpr double ln2_high = 6.93147180369123816490e-1;
  static constexpr double ln2_low = 1.90821492927058770002e-10;
  static constexpr double smallest_exponent = -708.0;
  static constexpr double largest_exponent = 709.0;
  static constexpr int exp_terms = 14;
  static constexpr int artanh_terms = 16;
};

// sum_k coefficients[k] x^k
template <class T, int Terms>
inline Vector<T> polynomial(const T (&coefficients)[Terms], Vector<T> x) {
  Vector<T> p = broadcast<T>(coefficients[Terms - 1]);
  for (int k = Terms - 2; k >= 0; --k) p = p * x + coefficients[k];
  return p;
}

// 1 / k!: Taylor's series of e^r.
template <class T>
struct ExpSeries {
  T coefficients[Format<T>::exp_terms];
  constexpr ExpSeries() : coefficients{} {
    T factorial = 1;
    for (int k = 0; k < Format<T>::exp_terms; factorial *= T(++k)) coefficients[k] = T(1) / factorial;
  }
};

// 1 / (2 k + 1): artanh(s) / s in powers of s^2.
template <class T>
struct ArtanhSeries {
  T coefficients[Format<T>::artanh_terms];
  constexpr ArtanhSeries() : coefficients{} {
    for (int k = 0; k < Format<T>::artanh_terms; ++k) coefficients[k] = T(1) / T(2 * k + 1);
  }
};

// e^x; NaN stays NaN. Relative error about one unit in the last place.
template <class T>
inline Vector<T> exp(Vector<T> x) {
  using F = Format<T>;
  static constexpr ExpSeries<T> series;  // |r| <= ln(2) / 2
  x = x < F::smallest_exponent ? broadcast<T>(F::smallest_exponent) : x;
  x = x > F::largest_exponent ? broadcast<T>(F::largest_exponent) : x;
  const Vector<T> shifted = x * T(1.44269504088896340736) + F::magic;
  const Vector<T> n = shifted - F::magic;
  const Vector<T> r = (x - n * F::ln2_high) - n * F::ln2_low;
  using Integer = typename VectorTypes<T>::Integer;
  const Integer exponent = reinterpret_cast<Integer>(shifted) - F::magic_bits + F::exponent_bias;
  return polynomial<T>(series.coefficients, r) * reinterpret_cast<Vector<T>>(exponent << F::mantissa_bits);
}

// ln(1 + u) for 0 <= u <= 1: 2 artanh(u / (2 + u)).
template <class T>
inline Vector<T> log1p_of_fraction(Vector<T> u) {
  static constexpr ArtanhSeries<T> series;  // s <= 1/3
  const Vector<T> s = u / (u + T(2));
  return T(2) * s * polynomial<T>(series.coefficients, s * s);
}

inline float square_root(float x) {
  return __builtin_sqrtf(x);
}
inline double square_root(double x) {
  return __builtin_sqrt(x);
}

template <class T>
inline Vector<T> absolute(Vector<T> x) {
  return x < T(0) ? -x : x;
}

}  // namespace lnn::jets::native::LNN_ISA
