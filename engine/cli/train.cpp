#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "cli/commands.h"
#include "sweep/sweep.h"

namespace lnn::cli {

int train(const Words& words) {
  std::string program = sweep::trial_program().string();
  Words arguments = words;
  std::vector<char*> pointers{program.data()};
  for (std::string& word : arguments) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  throw_environment_error("{}: cannot be started ({}). Check its permissions.", program,
                          std::strerror(errno));
}

}  // namespace lnn::cli
