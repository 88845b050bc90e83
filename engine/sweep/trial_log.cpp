#include "sweep/trial_log.h"

#include <algorithm>
#include <fstream>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "store/run_directory.h"

namespace lnn::sweep {
namespace {

constexpr std::string_view header_mark = "--- attempt ";

}  // namespace

void append_to_log(const std::filesystem::path& log, const std::string& line) {
  std::ofstream(log, std::ios::app) << line << "\n";
}

void open_logs(const Job& job) {
  const store::RunDirectory run{job.run};
  const std::string time = iso_time(unix_seconds());
  for (const std::string& id : job.ids) {
    const bool elsewhere = id != job.ids.front();
    const std::string company =
        elsewhere ? fmt::format(", in a pack: see {}", run.log(job.ids.front()).string()) : "";
    append_to_log(run.log(id),
                  fmt::format("{}{}, {}, {}{} ---", header_mark, job.attempt, host_name(), time, company));
  }
}

std::string last_log_line(const std::filesystem::path& log) {
  constexpr std::streamoff tail = 4096;
  std::ifstream file(log, std::ios::binary | std::ios::ate);
  file.seekg(std::max<std::streamoff>(0, static_cast<std::streamoff>(file.tellg()) - tail));
  std::string last;
  for (std::string line; std::getline(file, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    last = line.starts_with(header_mark) ? "" : line;
  }
  return last;
}

}  // namespace lnn::sweep
