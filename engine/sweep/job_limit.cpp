#include "sweep/job_limit.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"

namespace lnn::sweep {
namespace {

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 20 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// As squeue wants it. The last task of an array has the array's own id, which alone names all of its tasks.
std::string job_id() {
  const std::string array = variable("SLURM_ARRAY_JOB_ID");
  const std::string task = variable("SLURM_ARRAY_TASK_ID");
  if (is_number(array) && is_number(task)) return array + "_" + task;
  const std::string job = variable("SLURM_JOB_ID");
  return is_number(job) ? job : "";
}

std::string first_line_of(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(popen(command.c_str(), "re"), pclose);
  std::array<char, 256> line{};
  if (!output || std::fgets(line.data(), line.size(), output.get()) == nullptr) return "";
  std::string text(line.data());
  text.erase(text.find_last_not_of(" \r\n") + 1);
  return text;
}

// Time that is left, because it needs no common clock and no time zone: "1-02:03:04", "59:30", "UNLIMITED".
std::optional<double> seconds_left(const std::string& job) {
  const std::string text = first_line_of(fmt::format("timeout 2 squeue -h -j {} -o %L 2>/dev/null", job));
  if (text == "0:00") return 0;
  try {
    return parse_duration(text, "squeue");
  } catch (const UserError&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<double> job_end_time() {
  const std::string job = job_id();
  if (job.empty()) return std::nullopt;
  if (const std::string end = variable("SLURM_JOB_END_TIME"); is_number(end)) return std::stod(end);
  const auto left = seconds_left(job);
  return left ? std::optional(unix_seconds() + *left) : std::nullopt;
}

}  // namespace lnn::sweep
