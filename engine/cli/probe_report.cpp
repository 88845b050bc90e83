#include "cli/probe_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "cluster/job_size.h"

namespace lnn::cli {
namespace {

std::string size_text(double bytes) {
  if (bytes < 1e6) return fmt::format("{:.0f} kB", std::ceil(bytes / 1e3));
  return bytes < 1e9 ? fmt::format("{:.1f} MB", bytes / 1e6) : fmt::format("{:.1f} GB", bytes / 1e9);
}

// Slurm's "HH:MM:SS", rounded up to five minutes.
std::string slurm_time(double seconds) {
  const long minutes = 5 * static_cast<long>(std::ceil(seconds / 300));
  return fmt::format("{:02}:{:02}:00", minutes / 60, minutes % 60);
}

// The shell of the job becomes the sweep, so that Slurm's warning signal reaches it.
std::string sbatch_line(const ProbeReport& report, const std::string& run) {
  constexpr double spare = 1.2;
  return fmt::format(
      "sbatch --ntasks=1 --cpus-per-task={} --mem={:.0f}M --time={} --signal=B:USR1@120 --wrap 'exec {}'",
      report.slots, cluster::memory_for(report.slots, report.memory), slurm_time(spare * report.wall.high),
      run);
}

}  // namespace

ProbeReport report_of(const experiment::Plan& plan, const sweep::PaceTable& pace, int slots) {
  const sweep::Board board(plan);
  const sweep::Pace prediction(board, pace);
  ProbeReport report;
  report.slots = slots;
  for (const sweep::TrialStatus& trial : board.trials()) {
    report.slot_seconds += prediction.seconds(trial.cost_class);
    const auto known = pace.find(board.class_name(trial.cost_class));
    if (known == pace.end()) {
      ++report.unmeasured;
      continue;
    }
    report.memory = std::max(report.memory, known->second.memory);
    report.disk += known->second.file_bytes;
  }
  report.wall = sweep::forecast(board, prediction, 0, slots).value_or(sweep::Forecast{});
  return report;
}

std::string to_text(const ProbeReport& report, std::size_t trials, const std::string& run) {
  std::string text = fmt::format(
      "Measured here, {} side by side: {:.2f} {}-hours; {} on {} slots (95 %: {} to {}).\n"
      "A trial process holds up to {:.0f} MiB; {} result files take {}.\n",
      report.slots, report.slot_seconds / 3600, report.on_gpus ? "GPU" : "core",
      duration_text(report.wall.seconds), report.slots, duration_text(report.wall.low),
      duration_text(report.wall.high), report.memory, trials, size_text(report.disk));
  if (report.unmeasured > 0) {
    text += fmt::format("{} trials are of classes that could not be measured: estimated by their cost.\n",
                        report.unmeasured);
  }
  return text + "On Slurm: " + sbatch_line(report, run) + "\n     or: lnn-sweep submit (see its --help)\n";
}

experiment::Json to_json(const ProbeReport& report) {
  return {{"slots", report.slots},
          {"slot_hours", report.slot_seconds / 3600},
          {"seconds", report.wall.seconds},
          {"seconds_low", report.wall.low},
          {"seconds_high", report.wall.high},
          {"memory_mib", report.memory},
          {"disk_bytes", report.disk},
          {"unmeasured_trials", report.unmeasured}};
}

}  // namespace lnn::cli
