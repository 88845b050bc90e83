#include "network/double_copy.h"

#include <ATen/ATen.h>

namespace lnn::network {

std::unique_ptr<Network> double_copy(const Network& network) {
  auto copy = std::make_unique<Network>(network.options(), at::kDouble);
  const at::NoGradGuard no_gradients;
  copy->parameters().copy_(network.parameters());
  return copy;
}

}  // namespace lnn::network
