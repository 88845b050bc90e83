#include "bench/one_thread.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <cstdlib>

#include "base/programs.h"

namespace lnn::bench {

void use_one_thread(const std::vector<std::string>& arguments) {
  bool set = true;
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && std::string(value) == "1") continue;
    set = false;
    setenv(name, "1", 1);
  }
  if (!set) become_program("/proc/self/exe", arguments);
  at::set_num_threads(1);
  at::globalContext().setFlushDenormal(true);
}

}  // namespace lnn::bench
