#include "base/programs.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "base/error.h"

namespace lnn {

namespace fs = std::filesystem;

fs::path program_beside_this_one(const std::string& name, const std::string& purpose, const char* variable) {
  const char* other = variable != nullptr ? std::getenv(variable) : nullptr;
  std::error_code ignored;
  fs::path path = other != nullptr ? fs::absolute(other)
                                   : fs::read_symlink("/proc/self/exe", ignored).parent_path() / name;
  if (access(path.c_str(), X_OK) != 0 || fs::is_directory(path, ignored)) {
    throw_environment_error(
        "{}: is not there or cannot be executed (it {}). Build the target {}, or install it beside "
        "lnn-sweep{}.",
        path.string(), purpose, name, other != nullptr ? fmt::format("; or unset {}", variable) : "");
  }
  return path;
}

void become_program(const fs::path& program, std::vector<std::string> arguments) {
  std::string name = program.string();
  std::vector<char*> pointers{name.data()};
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execv(name.c_str(), pointers.data());
  throw_environment_error("{}: cannot be started ({}). Check its permissions.", name, std::strerror(errno));
}

}  // namespace lnn
