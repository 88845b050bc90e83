#include "base/error.h"
#include "cli/commands.h"

namespace lnn::cli {

int table(const Words& /*words*/) {
  throw_user_error("table: not built yet");
}

}  // namespace lnn::cli
