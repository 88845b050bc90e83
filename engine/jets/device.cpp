#include "jets/device.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/error.h"

namespace lnn::jets {
namespace {

// N of "cuda:N", 0 for "cuda"; nothing for any other text.
std::optional<int> cuda_index(const std::string& name) {
  const std::string prefix = "cuda";
  if (name == prefix) return 0;
  if (!name.starts_with(prefix + ":")) return std::nullopt;
  const char* begin = name.data() + prefix.size() + 1;
  const char* end = name.data() + name.size();
  int index = 0;
  const auto [stop, problem] = std::from_chars(begin, end, index);
  if (problem != std::errc() || stop != end || index < 0 || index > 127) return std::nullopt;
  return index;
}

void require_cuda(const std::string& name, int index) {
  if (!at::CUDAHooksRegistry()->Has("CUDAHooks")) {
    throw_environment_error(
        "device {}: this LibTorch was built without CUDA (it has the device cpu). Use --device cpu, or build "
        "against a LibTorch with CUDA.",
        name);
  }
  const int devices = at::hasCUDA() ? static_cast<int>(at::getNumGPUs()) : 0;
  if (devices == 0) {
    throw_environment_error(
        "device {}: no CUDA device is visible here (no GPU, no driver, or CUDA_VISIBLE_DEVICES hides it). "
        "Use "
        "--device cpu, or run where a GPU is.",
        name);
  }
  if (index >= devices) {
    throw_environment_error(
        "device {}: this machine shows {} CUDA device(s), cuda:0 to cuda:{}. Choose one of them.", name,
        devices, devices - 1);
  }
}

}  // namespace

at::Device resolve_device(const std::string& name) {
  if (name == "auto" || name == "cpu") return {at::kCPU};
  const std::optional<int> index = cuda_index(name);
  if (!index)
    throw_user_error("device '{}' is unknown (allowed: auto, cpu, cuda, cuda:N). Choose one of these.", name);
  require_cuda(name, *index);
  return {at::kCUDA, static_cast<at::DeviceIndex>(*index)};
}

}  // namespace lnn::jets
