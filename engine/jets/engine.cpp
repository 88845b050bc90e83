#include "jets/engine.h"

#include "base/error.h"
#include "jets/autograd_engine.h"
#include "jets/device.h"
#include "jets/native/native_engine.h"
#include "jets/tensor_engine.h"

namespace lnn::jets {
namespace {

bool is_double(const network::Network& network) {
  return network.parameters().scalar_type() == at::kDouble;
}

// The network's number type is part of a trial, so a request can only confirm it or choose how floats are
// multiplied.
void check_precision(const std::string& precision, const network::Network& network) {
  if (precision == "auto" || (precision == "float64") == is_double(network)) return;
  throw_user_error("precision {}: the network is in {} (its training.precision). Set training.precision={}.",
                   precision, is_double(network) ? "float64" : "float32",
                   precision == "float64" ? "float64" : "float32");
}

// The best kernels with the precision that is asked for.
template <class T>
std::unique_ptr<Engine> make_native(const std::string& precision, const network::Network& network) {
  std::string available;
  for (const native::Kernels<T>* kernels : native::available_kernels<T>()) {
    if (precision == "auto" || precision == kernels->precision)
      return std::make_unique<native::NativeEngine<T>>(network, *kernels);
    available +=
        fmt::format("{}{} ({})", available.empty() ? "" : ", ", kernels->precision, kernels->instruction_set);
  }
  throw_environment_error(
      "precision {}: this processor lacks the matrix unit (AMX) for it. It has {}. Choose one of them, or "
      "auto.",
      precision, available);
}

// LibTorch's operations have no split products.
void check_exact(const EngineOptions& options) {
  if (options.precision != "bf16x3") return;
  throw_user_error(
      "precision bf16x3: backend {} has no such products (only native has). Use --backend native or "
      "--precision float32.",
      options.backend);
}

// Only the tensor backend computes anywhere but on the processor.
void check_runs_on(const std::string& backend, const at::Device& device) {
  if (device.is_cpu()) return;
  throw_environment_error("backend {}: it runs on cpu only, not on {}. Use --backend tensor there.", backend,
                          device.str());
}

}  // namespace

std::vector<std::string> backend_names() {
  return {"autograd", "tensor", "native"};
}

std::unique_ptr<Engine> make_engine(const EngineOptions& options, const network::Network& network) {
  check_words(options);
  check_precision(options.precision, network);
  const at::Device device = resolve_device(options.device);
  if (options.backend == "tensor" || (options.backend == "auto" && !device.is_cpu())) {
    check_exact(options);
    return std::make_unique<TensorEngine>(network, device);
  }
  check_runs_on(options.backend, device);
  if (options.backend == "autograd") {
    check_exact(options);
    return std::make_unique<AutogradEngine>(network);
  }
  return is_double(network) ? make_native<double>(options.precision, network)
                            : make_native<float>(options.precision, network);
}

}  // namespace lnn::jets
