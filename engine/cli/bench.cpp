#include "base/programs.h"
#include "cli/commands.h"

namespace lnn::cli {

int bench(const Words& words) {
  become_program(program_beside_this_one("lnn-sweep-bench", "measures the speed"), words);
}

}  // namespace lnn::cli
