#include "training/data.h"

#include <ATen/ATen.h>

#include <boost/random/uniform_int_distribution.hpp>
#include <numeric>
#include <random>

#include "base/error.h"

namespace lnn::training {
namespace {

at::Tensor scaled(const std::vector<float>& values, const physics::Dataset& data, const at::Tensor& scales) {
  // from_blob wants a mutable pointer, but only reads; to() copies before the vector goes away.
  auto* begin = const_cast<float*>(values.data());
  const at::Tensor raw = at::from_blob(begin, {data.samples, data.dimension}, at::kFloat);
  return raw.to(scales.scalar_type()) / scales;
}

// The first non-finite entry of a matrix whose columns are the coordinates with `marks` behind their names.
void require_finite_columns(const at::Tensor& values, const std::string& name,
                            const std::vector<std::string>& coordinates,
                            const std::vector<std::string>& marks) {
  const at::Tensor bad = values.isfinite().logical_not().nonzero();
  if (bad.size(0) == 0) return;
  const auto row = bad[0][0].item<std::int64_t>();
  const auto column = bad[0][1].item<std::int64_t>();
  const auto n = static_cast<std::int64_t>(coordinates.size());
  throw_user_error(
      "{}, row {}: {}{} is {} (training on it would make every loss and weight NaN). Choose boxes and "
      "constants "
      "whose scaled data are finite numbers.",
      name, row, coordinates[static_cast<std::size_t>(column % n)],
      marks[static_cast<std::size_t>(column / n)], values[row][column].item<double>());
}

}  // namespace

at::ScalarType tensor_type(Precision precision) {
  return precision == Precision::float32 ? at::kFloat : at::kDouble;
}

StateSet make_state_set(const physics::Dataset& data, const std::vector<double>& scales,
                        Precision precision) {
  const at::Tensor alpha = at::tensor(scales, at::kDouble).to(tensor_type(precision));
  const at::Tensor q = scaled(data.q, data, alpha);
  const at::Tensor v = scaled(data.v, data, alpha);
  return {at::cat({q, v}, 1), scaled(data.a, data, alpha).contiguous()};
}

void require_finite(const StateSet& set, const std::string& name,
                    const std::vector<std::string>& coordinates) {
  require_finite_columns(set.x, name, coordinates, {"", "'"});
  require_finite_columns(set.a, name, coordinates, {"''"});
}

std::vector<std::int64_t> shuffled_order(std::int64_t samples, std::uint64_t seed, int phase, int epoch) {
  std::seed_seq words{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                      static_cast<std::uint32_t>(phase), static_cast<std::uint32_t>(epoch)};
  std::mt19937_64 engine(words);
  std::vector<std::int64_t> order(static_cast<std::size_t>(samples));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::size_t i = order.size(); i > 1; --i) {  // Fisher-Yates; std::shuffle differs between libraries
    boost::random::uniform_int_distribution<std::size_t> pick(0, i - 1);
    std::swap(order[i - 1], order[pick(engine)]);
  }
  return order;
}

}  // namespace lnn::training
