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

// The network's number type is part of a trial, so a request can only confirm it.
void check_precision(const std::string& precision, const network::Network& network) {
  const std::vector<std::string> known{"auto", "float32", "float64"};
  if (std::find(known.begin(), known.end(), precision) == known.end())
    throw_unknown_name("precision", precision, known);
  if (precision == "auto" || precision == (is_double(network) ? "float64" : "float32")) return;
  throw_user_error("precision {}: the network is in {} (its training.precision). Set training.precision={}.",
                   precision, is_double(network) ? "float64" : "float32", precision);
}

template <class T>
std::unique_ptr<Engine> make_native(const network::Network& network) {
  return std::make_unique<native::NativeEngine<T>>(network, *native::available_kernels<T>().front());
}

}  // namespace

std::vector<std::string> backend_names() {
  return {"autograd", "native"};
}

std::unique_ptr<Engine> make_engine(const EngineOptions& options, const network::Network& network) {
  check_precision(options.precision, network);
  if (options.backend == "autograd") return std::make_unique<AutogradEngine>(network);
  if (options.backend == "native" || options.backend == "auto") {
    return is_double(network) ? make_native<double>(network) : make_native<float>(network);
  }
  throw_unknown_name("backend", options.backend, backend_names());
}

}  // namespace lnn::jets
