#pragma once

#include <memory>

#include "network/network.h"

namespace lnn::network {

/// The same network with its present parameters in float64.
std::unique_ptr<Network> double_copy(const Network& network);

}  // namespace lnn::network
