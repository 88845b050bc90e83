#include "trial/device_check.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <stdexcept>

#include "jets/device.h"

namespace lnn::trial {

void check_device(const std::string& name) {
  constexpr std::int64_t size = 64;
  const at::Device device = jets::resolve_device(name);
  const at::Tensor ones = at::ones({size, size}, at::kDouble).to(device);
  const auto sum = at::matmul(ones, ones).sum().item<double>();
  constexpr double expected = size * size * size;
  if (sum != expected) {
    throw std::runtime_error(
        fmt::format("device {}: computes wrong numbers (a sum of {} came out as {}). Do not use it.", name,
                    expected, sum));
  }
}

}  // namespace lnn::trial
