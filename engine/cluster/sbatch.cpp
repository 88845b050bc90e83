#include "cluster/sbatch.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "base/error.h"
#include "cluster/job_script.h"

namespace lnn::cluster {
namespace {

struct Answer {
  int code = 127;
  std::string text;  ///< standard output and standard error together
};

Answer ask(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "re");
  if (pipe == nullptr) return {};
  Answer answer;
  std::array<char, 4096> chunk{};
  for (std::size_t n = 0; (n = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
    answer.text.append(chunk.data(), n);
  const int status = pclose(pipe);
  answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  answer.text.erase(answer.text.find_last_not_of(" \n") + 1);
  return answer;
}

}  // namespace

std::string sbatch(const std::filesystem::path& script, const std::vector<std::string>& options) {
  std::string command = "sbatch --parsable";
  for (const std::string& option : options) command += fmt::format(" {}", shell_quoted(option));
  const Answer answer = ask(fmt::format("{} {} 2>&1", command, shell_quoted(script.string())));
  constexpr int not_found = 127;
  if (answer.code == not_found) {
    throw_environment_error(
        "sbatch: not found (submit hands jobs to Slurm). Run this where Slurm's commands are, as on "
        "a login node; --dry-run writes the script anywhere.");
  }
  // Warnings come before it; behind the id may stand the cluster's name.
  const std::string id = answer.text.substr(answer.text.rfind('\n') + 1);
  const std::string number = id.substr(0, id.find(';'));
  if (answer.code != 0 || number.empty() || number.find_first_not_of("0123456789") != std::string::npos) {
    throw_environment_error("Slurm refused {}: {}. Correct the profile or the options, then submit again.",
                            script.string(), answer.text);
  }
  return number;
}

}  // namespace lnn::cluster
