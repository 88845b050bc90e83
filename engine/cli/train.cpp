#include "base/programs.h"
#include "cli/commands.h"
#include "sweep/sweep.h"

namespace lnn::cli {

int train(const Words& words) {
  become_program(sweep::trial_program(), words);
}

}  // namespace lnn::cli
