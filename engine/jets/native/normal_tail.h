// The standard normal distribution function for vectors: coefficients.
#pragma once

namespace lnn::jets::native {

/// P with Phi(-y) = exp(-y^2 / 2) P(t) / (y + k), t = (y - k) / (y + k), y >= 0: lowest power first. P is the
/// Chebyshev interpolant in t of degree size - 1, converted to powers of t; its relative error is 1e-8 for
/// float and 1e-17 for double.
template <class T>
struct NormalTail;

template <>
struct NormalTail<float> {
  static constexpr float k = 3.5F;
  static constexpr float coefficients[] = {0.7444160754F,    -0.5655619087F,    0.315425058F,
                                           -0.1160490454F,   0.01740605873F,    0.006465234077F,
                                           -0.003178985901F, -0.0004177685982F, 0.0004526939197F,
                                           3.463520082e-5F,  -4.976688935e-5F};
};

template <>
struct NormalTail<double> {
  static constexpr double k = 4.0;
  static constexpr double coefficients[] = {
      0.75528513041575149337,     -0.60789664197189231445,   0.38713740074221453672,
      -0.18652185795963532381,    0.060396574890936071089,   -0.0075401889674195652284,
      -0.0034796923673884157462,  0.0016308184678064445254,  0.00013334431270030783748,
      -0.00023109501999200647523, -1.9082650853426787159e-6, 0.000035145122560125812633,
      7.1672639787050157092e-7,   -5.9216388019788163278e-6, -6.2999742651642217894e-7,
      1.0248325060946323048e-6,   2.727176083262385145e-7,   -1.5982676610438677308e-7,
      -8.7132946214674904099e-8,  1.7881872409503416292e-8,  2.1604426842720404873e-8,
      -6.0210037279514764889e-10, -3.7980418599574493092e-9, -1.1742107539247065673e-10,
      3.5156924266809300683e-10};
};

}  // namespace lnn::jets::native
