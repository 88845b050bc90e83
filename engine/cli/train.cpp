#include "base/error.h"
#include "cli/commands.h"

namespace lnn::cli {

int train(const Words& /*words*/) {
  throw_user_error("train: not built yet");
}

}  // namespace lnn::cli
