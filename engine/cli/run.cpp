#include "base/error.h"
#include "cli/commands.h"

namespace lnn::cli {

int run(const Words& /*words*/) {
  throw_user_error("run: not built yet");
}

}  // namespace lnn::cli
