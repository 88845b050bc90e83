#include "base/error.h"
#include "cli/commands.h"

namespace lnn::cli {

int plan(const Words& /*words*/) {
  throw_user_error("plan: not built yet");
}

}  // namespace lnn::cli
