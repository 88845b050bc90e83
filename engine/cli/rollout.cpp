#include "base/programs.h"
#include "cli/commands.h"

namespace lnn::cli {

int rollout(const Words& words) {
  become_program(program_beside_this_one("lnn-sweep-rollout", "rolls models out"), words);
}

}  // namespace lnn::cli
