#include "bench/machine_facts.h"

#include <ATen/Version.h>

#include "base/clock.h"
#include "base/machine.h"
#include "base/version.h"
#include "jets/native/kernels.h"

namespace lnn::bench {
namespace {

// LibTorch's build settings hold "BLAS_INFO=open, ".
std::string blas_name() {
  const std::string settings = at::show_config();
  const std::string key = "BLAS_INFO=";
  const std::size_t found = settings.find(key);
  if (found == std::string::npos) return "unknown";
  const std::size_t first = found + key.size();
  return settings.substr(first, settings.find_first_of(", \n", first) - first);
}

}  // namespace

Machine machine_facts() {
  Machine machine;
  machine.date = iso_time(unix_seconds());
  machine.program = version_line();
  machine.processor = processor_name();
  machine.processors = processor_count();
  for (const auto* kernels : jets::native::available_kernels<float>())
    machine.instruction_sets.emplace_back(kernels->instruction_set);
  machine.libtorch = build_facts().at("libtorch");
  machine.blas = blas_name();
  machine.threads = thread_count();
  machine.load = load_average();
  return machine;
}

}  // namespace lnn::bench
