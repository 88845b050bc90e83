#pragma once

#include "network/network.h"

namespace lnn::network {

/// Fills the network's parameters as its options say (Initialization, seed). Draws in double precision from
/// one MT19937-64 stream in layout order, so a float32 network starts from the rounded weights of the float64
/// one, and the result is the same with every LibTorch. DyT starts with alpha = dyt_alpha, gamma = 1, beta =
/// 0.
void initialize(const Network& network);

/// Standard deviation of the normal distribution that weights of linear layer `info` are drawn from.
/// Source: paper A section III.5 (custom), LNN-2020 and paper A's code (Cranmer).
/// Precondition: `options.initialization` is custom, cranmer_paper or cranmer_code, and `info` is a weight.
double weight_deviation(const NetworkOptions& options, const ParameterInfo& info);

}  // namespace lnn::network
