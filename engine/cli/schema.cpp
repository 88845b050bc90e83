#include "base/error.h"
#include "cli/commands.h"

namespace lnn::cli {

int schema(const Words& /*words*/) {
  throw_user_error("schema: not built yet");
}

}  // namespace lnn::cli
