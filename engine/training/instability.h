#pragma once

#include <span>
#include <vector>

/// How restless a training was (paper A, appendix B).
namespace lnn::training {

inline constexpr int trend_window = 15;  ///< epochs

/// Savitzky-Golay smoothing, window 15, order 2: inside, the published weights; the first and last 7 points
/// lie on the least-squares parabola of the first and last 15. Precondition: at least 15 values.
std::vector<double> smooth_trend(std::span<const double> losses);

/// Standard deviations (divisor N) of losses minus trend within each full learning-rate phase of t_max
/// epochs: even phases have a falling rate, odd ones a rising rate; an incomplete last phase is left out.
/// Empty when there are fewer than 15 losses or no full phase.
std::vector<double> phase_deviations(std::span<const double> losses, int t_max);

/// Mean of the phase deviations, in the losses' unit; NaN when there are none or a loss is not finite.
double instability(std::span<const double> losses, int t_max);

}  // namespace lnn::training
