#include "jets/engine.h"

#include <algorithm>

#include "base/error.h"
#include "base/names.h"
#include "jets/autograd_engine.h"
#include "jets/device.h"
#include "jets/tensor_engine.h"

namespace lnn::jets {
namespace {

// The network's number type is part of a trial, so a request can only confirm it.
void check_precision(const std::string& precision, const network::Network& network) {
  const std::vector<std::string> known{"auto", "float32", "float64"};
  if (std::find(known.begin(), known.end(), precision) == known.end())
    throw_unknown_name("precision", precision, known);
  const bool is_double = network.parameters().scalar_type() == at::kDouble;
  if (precision == "auto" || precision == (is_double ? "float64" : "float32")) return;
  throw_user_error("precision {}: the network is in {} (its training.precision). Set training.precision={}.",
                   precision, is_double ? "float64" : "float32", precision);
}

// Only the tensor backend computes anywhere but on the processor.
void check_runs_on(const std::string& backend, const at::Device& device) {
  if (device.is_cpu()) return;
  throw_environment_error("backend {}: it runs on cpu only, not on {}. Use --backend tensor there.", backend,
                          device.str());
}

}  // namespace

std::vector<std::string> backend_names() {
  return {"autograd", "tensor"};
}

std::unique_ptr<Engine> make_engine(const EngineOptions& options, const network::Network& network) {
  check_precision(options.precision, network);
  const at::Device device = resolve_device(options.device);
  if (options.backend == "tensor" || (options.backend == "auto" && !device.is_cpu()))
    return std::make_unique<TensorEngine>(network, device);
  check_runs_on(options.backend, device);
  if (options.backend == "autograd" || options.backend == "auto")
    return std::make_unique<AutogradEngine>(network);
  throw_unknown_name("backend", options.backend, backend_names());
}

}  // namespace lnn::jets
