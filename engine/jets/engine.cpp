#include "jets/engine.h"

#include <algorithm>

#include "base/error.h"
#include "base/names.h"
#include "jets/autograd_engine.h"
#include "jets/native/native_engine.h"

namespace lnn::jets {
namespace {

bool is_double(const network::Network& network) {
  return network.parameters().scalar_type() == at::kDouble;
}

const std::vector<std::string>& known_precisions() {
  static const std::vector<std::string> names{"auto", "float32", "float64", "bf16x3"};
  return names;
}

// The network's number type is part of a trial, so a request can only confirm it or choose how floats are
// multiplied.
void check_precision(const std::string& precision, const network::Network& network) {
  const std::vector<std::string>& known = known_precisions();
  if (std::find(known.begin(), known.end(), precision) == known.end())
    throw_unknown_name("precision", precision, known);
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

}  // namespace

std::vector<std::string> backend_names() {
  return {"autograd", "native"};
}

std::unique_ptr<Engine> make_engine(const EngineOptions& options, const network::Network& network) {
  check_precision(options.precision, network);
  if (options.backend == "autograd") return std::make_unique<AutogradEngine>(network);
  if (options.backend == "native" || options.backend == "auto") {
    return is_double(network) ? make_native<double>(options.precision, network)
                              : make_native<float>(options.precision, network);
  }
  throw_unknown_name("backend", options.backend, backend_names());
}

}  // namespace lnn::jets
