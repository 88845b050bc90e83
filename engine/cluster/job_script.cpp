#include "cluster/job_script.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/error.h"
#include "base/files.h"

namespace lnn::cluster {
namespace {

namespace fs = std::filesystem;
using Values = std::map<std::string, std::string>;

std::string slurm_time(double seconds) {
  const auto minutes = static_cast<long>(std::floor(seconds / 60));
  return fmt::format("{}-{:02}:{:02}:00", minutes / 1440, minutes / 60 % 24, minutes % 60);
}

// Also allowed in file names by every file system and by Slurm.
std::string job_name(const fs::path& run) {
  std::string name = "lnn-" + run.filename().string();
  std::ranges::replace_if(
      name,
      [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_' && c != '.';
      },
      '-');
  return name;
}

// sbatch replaces %j and others in the names of log files.
std::string log_file(const fs::path& run, const std::string& name) {
  std::string folder;
  for (const char c : run.string()) folder += c == '%' ? "%%" : std::string(1, c);
  return fmt::format("\"{}/{}\"", folder, name);
}

void check_path(const fs::path& path) {
  if (path.string().find_first_of("\n\"\\") == std::string::npos) return;
  throw_user_error(
      "{}: holds a line break, a double quote or a backslash (no job script can name it). Choose another "
      "path.",
      path.string());
}

std::string joined(const std::vector<std::string>& lines) {
  return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string command_line(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  for (const std::string& word : words) quoted.push_back(shell_quoted(word));
  return fmt::format("{}", fmt::join(quoted, " "));
}

std::string site_lines(const Profile& profile) {
  std::vector<std::string> lines;
  if (!profile.partition.empty()) lines.push_back("#SBATCH --partition=" + profile.partition);
  if (!profile.account.empty()) lines.push_back("#SBATCH --account=" + profile.account);
  for (const std::string& option : profile.sbatch) lines.push_back("#SBATCH " + option);
  return joined(lines);
}

std::string resource_lines(const Profile& profile, const JobSize& size) {
  std::vector<std::string> lines;
  if (size.gpus > 0) {
    const std::string type = profile.gpu_type.empty() ? "" : profile.gpu_type + ":";
    lines.push_back(fmt::format("#SBATCH --gres=gpu:{}{}", type, size.gpus));
  }
  if (size.memory > 0) lines.push_back(fmt::format("#SBATCH --mem={:.0f}M", size.memory));
  return joined(lines);
}

std::string setup_lines(const Profile& profile) {
  std::vector<std::string> lines;
  if (!profile.modules.empty())
    lines.push_back(fmt::format("module load {}", fmt::join(profile.modules, " ")));
  lines.insert(lines.end(), profile.setup.begin(), profile.setup.end());
  return joined(lines);
}

// Starts the master and one rank for each trial at a time. The master computes nothing and sleeps most of the
// time, so that it shares a core with a worker.
std::string launcher(const Profile& profile, const JobSize& size) {
  const int ranks = size.nodes * size.workers + 1;
  std::vector<std::string> words =
      profile.launcher == Launcher::srun
          ? std::vector<std::string>{"srun", "--mpi=pmix", "--overcommit"}
          : std::vector<std::string>{"mpirun", "--oversubscribe", "--bind-to", "none"};
  words.insert(words.end(), profile.launcher_options.begin(), profile.launcher_options.end());
  words.insert(words.end(), {"-n", std::to_string(ranks)});
  return command_line(words);
}

bool names_device(const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [](const std::string& word) { return word.starts_with("--device"); });
}

std::string sweep_line(const JobSize& size, const JobCommand& command) {
  std::vector<std::string> words{command.program, "run"};
  words.insert(words.end(), command.words.begin(), command.words.end());
  words.insert(words.end(), {"--out", command.run});
  if (size.gpus > 0 && !names_device(command.words)) words.insert(words.end(), {"--device", "cuda"});
  if (size.nodes == 1) words.insert(words.end(), {"--workers", std::to_string(size.workers)});
  return command_line(words);
}

const char* template_of(const JobSize& size) {
  if (size.array) return "array.sbatch";
  if (size.gpus > 0) return "gpu.sbatch";
  return size.nodes > 1 ? "nodes.sbatch" : "single_node.sbatch";
}

std::string read_slurm_file(const std::string& name) {
  const fs::path path = find_slurm_file(name);
  if (path.empty()) {
    throw_user_error(
        "{}: not found (submit fills it). Take it from the program's source folder slurm/ to "
        "~/.config/lnn-sweep/.",
        name);
  }
  return read_text_file(path);
}

std::string fill(const std::string& name, const Values& values) {
  return fill_template(read_slurm_file(name), values, name);
}

Values common_values(const Profile& profile, const JobCommand& command) {
  check_path(command.run);
  check_path(command.directory);
  return {{"name", job_name(command.run)},
          {"profile", profile.file.string()},
          {"site", site_lines(profile)},
          {"setup", setup_lines(profile)},
          {"directory", shell_quoted(command.directory.string())},
          {"program", shell_quoted(command.program.string())},
          {"out", shell_quoted(command.run.string())}};
}

}  // namespace

std::string shell_quoted(const std::string& word) {
  constexpr const char* plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string fill_template(const std::string& text, const Values& values, const std::string& where) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values) names.push_back(name);
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    std::string filled;
    const bool has_placeholder = line.find("{{") != std::string::npos;
    std::size_t begin = 0;
    for (std::size_t open = 0; (open = line.find("{{", begin)) != std::string::npos;) {
      const std::size_t close = line.find("}}", open);
      if (close == std::string::npos) throw_user_error("{}: '{}': {{{{ without }}}}. Close it.", where, line);
      const std::string name = line.substr(open + 2, close - open - 2);
      const auto value = values.find(name);
      if (value == values.end()) throw_unknown_name(where + ": placeholder", name, names);
      filled += line.substr(begin, open - begin) + value->second;
      begin = close + 2;
    }
    filled += line.substr(begin);
    if (!has_placeholder || !filled.empty()) result += filled + "\n";
  }
  return result;
}

fs::path job_script_path(const fs::path& run) {
  return run / "job.sbatch";
}

fs::path analysis_script_path(const fs::path& run) {
  return run / "analysis.sbatch";
}

std::string job_script(const Profile& profile, const JobSize& size, const JobCommand& command) {
  Values values = common_values(profile, command);
  values.merge(Values{{"nodes", std::to_string(size.nodes)},
                      {"workers", std::to_string(size.workers)},
                      {"cpus", std::to_string(size.cpus)},
                      {"threads_each", std::to_string(size.cpus / size.workers)},
                      {"tasks", std::to_string(size.array.value_or(1))},
                      {"time", slurm_time(size.seconds)},
                      {"half_time", fmt::format("{:.0f}", size.seconds / 2)},
                      {"warning", fmt::format("{:.0f}", size.warning)},
                      {"log", log_file(command.run, size.array ? "slurm-%A_%a.log" : "slurm-%j.log")},
                      {"resources", resource_lines(profile, size)},
                      {"script", shell_quoted(job_script_path(command.run).string())},
                      {"keep_going", read_slurm_file("keep_going.sh")},
                      {"launcher", size.nodes > 1 ? launcher(profile, size) + " " : ""},
                      {"sweep", sweep_line(size, command)}});
  std::string& shell = values["keep_going"];
  shell = fill_template(shell, values, "keep_going.sh");
  shell.erase(shell.find_last_not_of('\n') + 1);
  return fill(template_of(size), values);
}

std::string analysis_script(const Profile& profile, const JobCommand& command) {
  Values values = common_values(profile, command);
  constexpr double time = 1800;
  values.merge(Values{{"time", slurm_time(std::min(time, profile.max_time))},
                      {"log", log_file(command.run, "slurm-analysis-%j.log")}});
  return fill("analysis.sbatch", values);
}

}  // namespace lnn::cluster
