#include "trial/memory_limit.h"

#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/machine.h"

namespace lnn::trial {

void limit_memory(double mebibytes) {
  const double held = data_mebibytes();
  if (!(mebibytes > held)) {
    throw_user_error(
        "--memory-limit {}: is too little (before any training, the program and its libraries need {:.0f} "
        "MiB). Allow more.",
        mebibytes, held);
  }
  const auto bytes = static_cast<rlim_t>(mebibytes * 1024 * 1024);
  const rlimit limit{bytes, bytes};
  if (setrlimit(RLIMIT_DATA, &limit) != 0) {
    throw_environment_error("--memory-limit {}: cannot be set ({}). Leave it out.", mebibytes,
                            std::strerror(errno));
  }
}

}  // namespace lnn::trial
