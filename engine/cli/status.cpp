#include "base/error.h"
#include "cli/commands.h"

namespace lnn::cli {

int status(const Words& /*words*/) {
  throw_user_error("status: not built yet");
}

}  // namespace lnn::cli
