#pragma once

#include <string>
#include <vector>

namespace lnn::sweep {

/// The CUDA devices that a process started here would see, as CUDA_VISIBLE_DEVICES names them ("0",
/// "GPU-...", "MIG-..."): that variable's list where it is set (Slurm does), else the driver's devices,
/// counted. Empty without any. Loads no CUDA: the driver would keep memory on every device for this process.
std::vector<std::string> visible_devices();

}  // namespace lnn::sweep
