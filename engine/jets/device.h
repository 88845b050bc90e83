#pragma once

#include <c10/core/Device.h>

#include <string>

namespace lnn::jets {

/// "auto" and "cpu" are the processor; "cuda" is the first visible CUDA device, "cuda:N" the one with number
/// N. Throws UserError for any other name, EnvironmentError for a device that this machine or this LibTorch
/// lacks, naming what is there.
at::Device resolve_device(const std::string& name);

}  // namespace lnn::jets
