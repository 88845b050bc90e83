#pragma once

#include <span>
#include <vector>

namespace lnn::learned {

/// How far a learned Lagrangian is the true one times a scale c, plus a constant b and a total derivative:
/// L_learned = c L_true + b + dF(q)/dt. dF/dt = F_q . v is odd in v and every true L of the papers is even in
/// v, so that the part of L_learned that is even in v must be c L_true + b. The odd part may hold more than a
/// total derivative; its share is information only.
struct LagrangianFit {
  double scale = 0;      ///< c, by least squares
  double offset = 0;     ///< b
  double error = 0;      ///< rms of L_even - c L_true - b over rms of c (L_true - its mean)
  double odd_share = 0;  ///< rms of the odd part over rms of L_even - its mean
};

/// Values at the same states: L_learned(q, v), L_learned(q, -v), L_true(q, v). NaN where a value is not
/// finite or the true L is the same at all states. Precondition: same size.
LagrangianFit fit_lagrangian(std::span<const double> forward, std::span<const double> backward,
                             std::span<const double> truth);

/// (L(q, v) + L(q, -v)) / 2 of each state: free of total derivatives dF(q)/dt.
std::vector<double> even_part(std::span<const double> forward, std::span<const double> backward);

}  // namespace lnn::learned
