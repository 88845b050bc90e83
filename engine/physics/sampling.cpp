#include "physics/sampling.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/error.h"
#include "base/sign_of_life.h"

namespace lnn::physics {
namespace {

void validate_interval(const Interval& interval, const std::string& what) {
  const auto [low, high, logarithmic] = interval;
  if (!std::isfinite(low) || !std::isfinite(high) || low >= high) {
    throw_user_error("box of {} is [{}, {}] (low must be below high, and both finite). Correct its ends.",
                     what, low, high);
  }
  if (logarithmic && low <= 0) {
    throw_user_error(
        "box of {} is [{}, {}] and logarithmic (low must then be above 0). Raise low or draw it "
        "uniformly.",
        what, low, high);
  }
}

/// `mark` follows the coordinate's name in messages: "" for positions, "'" for velocities.
void validate_box(const Box& box, const System& system, const char* box_name, const char* mark) {
  const auto& coordinates = system.coordinates();
  if (box.size() != coordinates.size()) {
    throw_user_error("{} has {} intervals ('{}' has {} coordinates). Give one interval for each.", box_name,
                     box.size(), system.name(), coordinates.size());
  }
  for (std::size_t j = 0; j < box.size(); ++j) {
    validate_interval(box[j], fmt::format("'{}{}' of '{}'", coordinates[j].name, mark, system.name()));
  }
}

/// Row-major [samples][box.size()]; column j comes from MT19937(seed + j).
std::vector<float> draw_box(const Box& box, std::uint32_t seed, int samples) {
  std::vector<float> values(box.size() * static_cast<std::size_t>(samples));
  for (std::size_t j = 0; j < box.size(); ++j) {
    std::size_t at = j;
    for (const float u : uniform24(seed + static_cast<std::uint32_t>(j), samples)) {
      values[at] = draw(box[j], u);
      at += box.size();
    }
  }
  return values;
}

void require_finite(const std::vector<double>& a, const std::vector<double>& q, const std::vector<double>& v,
                    int sample, const System& system) {
  if (std::ranges::all_of(a, [](double value) { return std::isfinite(value); })) return;
  throw_user_error(
      "sample {} of '{}' has no finite acceleration (q = {}, v = {}: the system is singular there). "
      "Choose a box that keeps away from it.",
      sample, system.name(), q, v);
}

}  // namespace

float draw(const Interval& interval, float u) {
  double low = interval.low;
  double high = interval.high;
  if (interval.logarithmic) {
    low = std::log(low);
    high = std::log(high);
  }
  // As torch.rand(..) * (high - low) + low: the ends are double until they meet the float32 tensor, then
  // every operation rounds to float32. Compared with LibTorch 1.13 on the published AdS sets: uniform draws
  // and the argument of exp agree bit for bit; exp agrees with Torch's scalar code bit for bit and with its
  // AVX2 and AVX-512 code, which is less exact, but for the last bit of 10 % of the draws.
  const float value = u * static_cast<float>(high - low) + static_cast<float>(low);
  return interval.logarithmic ? std::exp(value) : value;
}

std::vector<float> uniform24(std::uint32_t seed, int count) {
  std::mt19937 generator(seed);
  std::vector<float> numbers(static_cast<std::size_t>(count));
  for (float& number : numbers) number = static_cast<float>(generator() & 0xFFFFFFU) * 0x1p-24F;
  return numbers;
}

void validate(const SamplingOptions& options, const System& system) {
  if (options.samples < 1) {
    throw_user_error("samples is {} (a data set needs at least one). Ask for 1 or more.", options.samples);
  }
  validate_box(options.q_box, system, "q_box", "");
  validate_box(options.v_box, system, "v_box", "'");
}

Dataset sample(const System& system, const SamplingOptions& options) {
  validate(options, system);
  const auto n = static_cast<std::size_t>(system.dimension());
  Dataset data{.samples = options.samples,
               .dimension = system.dimension(),
               .q = draw_box(options.q_box, options.seed, options.samples),
               .v = draw_box(options.v_box, 2 * options.seed, options.samples),
               .a = {}};
  data.a.resize(data.q.size());
  std::vector<double> q(n), v(n), a(n);
  for (int b = 0; b < options.samples; ++b) {
    still_alive();
    const auto row = static_cast<std::ptrdiff_t>(n) * b;
    std::copy_n(data.q.begin() + row, n, q.begin());
    std::copy_n(data.v.begin() + row, n, v.begin());
    // In double precision and rounded once: the order of the published float32 operations is not known, and
    // the published digits do not tell them apart.
    system.apply_constraint(q, v);
    std::ranges::transform(v, data.v.begin() + row, [](double x) { return static_cast<float>(x); });
    std::copy_n(data.v.begin() + row, n, v.begin());
    system.acceleration(q, v, a);
    require_finite(a, q, v, b, system);
    std::ranges::transform(a, data.a.begin() + row, [](double x) { return static_cast<float>(x); });
  }
  return data;
}

int validation_samples(int training_samples) {
  return std::max(100, training_samples / 5);
}

std::vector<double> physical_scales(const Dataset& data) {
  const auto n = static_cast<std::size_t>(data.dimension);
  std::vector<double> scales(n, 0.0);
  for (std::size_t at = 0; at < data.q.size(); ++at) {
    const float largest = std::max(std::abs(data.q[at]), std::abs(data.v[at]));
    scales[at % n] = std::max(scales[at % n], static_cast<double>(largest));
  }
  return scales;
}

}  // namespace lnn::physics
