#include "base/error.h"
#include "cli/commands.h"

namespace lnn::cli {

int collect(const Words& /*words*/) {
  throw_user_error("collect: not built yet");
}

}  // namespace lnn::cli
