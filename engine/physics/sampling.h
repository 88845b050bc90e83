#pragma once

#include <cstdint>
#include <vector>

#include "physics/system.h"

/// States drawn from a box and their true accelerations, as paper A's code draws them (paper A, appendix D;
/// uniform draws reproduce the published data sets bit for bit, logarithmic ones up to the last bit of exp).
namespace lnn::physics {

/// Range of one coordinate or velocity, in its physical unit. `logarithmic` draws log-uniformly and needs low
/// > 0.
struct Interval {
  double low = 0;
  double high = 1;
  bool logarithmic = false;
  bool operator==(const Interval&) const = default;
};

using Box = std::vector<Interval>;  ///< one interval per coordinate

struct SamplingOptions {
  int samples = 0;         ///< N
  std::uint32_t seed = 0;  ///< S: column j of q uses MT19937(S + j), column j of v MT19937(2S + j)
  Box q_box;
  Box v_box;  ///< the time velocity's interval of a Lorentzian system is drawn, then replaced by the
              ///< constraint
};

/// N samples; every array is row-major [samples][dimension], float32 as published.
struct Dataset {
  int samples = 0;
  int dimension = 0;
  std::vector<float> q;
  std::vector<float> v;
  std::vector<float> a;  ///< true accelerations, computed in double precision and rounded once
};

/// Published sampling of a system: N, seed and boxes of the training and the validation set (paper A,
/// appendix D, and its authors' code). The other systems have boxes too, chosen around their trajectories.
struct PublishedSampling {
  SamplingOptions training;
  SamplingOptions validation;  ///< max(100, floor(N / 5)) samples, seed S + 999
};

/// The published code's draw: u in [0, 1) mapped to the interval, in float32 throughout. Also accepts low ==
/// high.
float draw(const Interval& interval, float u);

/// One MT19937 stream of 24-bit uniform float32 numbers in [0, 1): low 24 bits of each output times 2^-24.
std::vector<float> uniform24(std::uint32_t seed, int count);

/// Throws UserError when samples < 1, a box has the wrong number of intervals, low >= high, or a logarithmic
/// interval has low <= 0; the message names the coordinate.
void validate(const SamplingOptions& options, const System& system);

/// Draws the data set. Calls validate first. Throws UserError when a sample's acceleration is not finite,
/// naming the sample, its state and the box.
Dataset sample(const System& system, const SamplingOptions& options);

PublishedSampling published_sampling(const System& system);

/// The validation set that belongs to a training set of N samples with seed S: max(100, floor(N/5)) samples,
/// seed S + 999.
int validation_samples(int training_samples);
inline constexpr std::uint32_t validation_seed_offset = 999;
/// A later training phase draws its data with seed S + 111.
inline constexpr std::uint32_t continued_seed_offset = 111;

/// alpha_i = max over the set of max(|q_i|, |v_i|) (paper A, eq. 6), one per coordinate, in the coordinate's
/// unit.
std::vector<double> physical_scales(const Dataset& data);

}  // namespace lnn::physics
