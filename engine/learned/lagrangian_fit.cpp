#include "learned/lagrangian_fit.h"

#include <cmath>

#include "learned/fits.h"

namespace lnn::learned {

std::vector<double> even_part(std::span<const double> forward, std::span<const double> backward) {
  std::vector<double> even;
  for (std::size_t k = 0; k < forward.size(); ++k) even.push_back((forward[k] + backward[k]) / 2);
  return even;
}

LagrangianFit fit_lagrangian(std::span<const double> forward, std::span<const double> backward,
                             std::span<const double> truth) {
  const std::vector<double> even = even_part(forward, backward);
  std::vector<double> odd;
  for (std::size_t k = 0; k < forward.size(); ++k) odd.push_back((forward[k] - backward[k]) / 2);
  const LineFit line = fit_line(truth, even);
  return {.scale = line.slope,
          .offset = line.intercept,
          .error = line.residual / (std::abs(line.slope) * deviation(truth)),
          .odd_share = rms(odd) / deviation(even)};
}

}  // namespace lnn::learned
