#include "base/error.h"
#include "cli/commands.h"

namespace lnn::cli {

int systems(const Words& /*words*/) {
  throw_user_error("systems: not built yet");
}

}  // namespace lnn::cli
