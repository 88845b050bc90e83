#include "audit/drill_sweep.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "base/error.h"

namespace lnn::audit {
namespace {

constexpr std::chrono::milliseconds nap{20};

// Checkpoints after every epoch, so that many trainings are continued; retries without end, because a trial
// that is killed often is not at fault here.
std::vector<std::string> run_words(const std::filesystem::path& experiment,
                                   const std::filesystem::path& run) {
  return {"run", experiment.string(), "--out",  run.string(),     "--checkpoint-every",
          "0",   "--max-retries",     "100000", "--retry-failed", "--quiet"};
}

// Any number of ranks on this machine, none bound to a core; Open MPI 4 and 5 read different names.
void add_launcher_settings(std::vector<std::string>& environment) {
  environment.emplace_back("OMPI_MCA_rmaps_base_oversubscribe=1");
  environment.emplace_back("OMPI_MCA_hwloc_base_binding_policy=none");
  environment.emplace_back("PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe");
  environment.emplace_back("PRTE_MCA_hwloc_default_binding_policy=none");
  if (geteuid() != 0) return;
  environment.emplace_back("OMPI_ALLOW_RUN_AS_ROOT=1");
  environment.emplace_back("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1");
}

std::filesystem::path find_in_path(const std::string& program) {
  const char* folders = std::getenv("PATH");
  std::istringstream list(folders == nullptr ? "" : folders);
  for (std::string folder; std::getline(list, folder, ':');) {
    const std::filesystem::path path = std::filesystem::path(folder) / program;
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  throw_environment_error(
      "{}: not found (no folder of PATH has it). Load the MPI module, or leave out --mpi.", program);
}

}  // namespace

DrillSweep::DrillSweep(const DrillOptions& options, std::string mark, std::filesystem::path experiment,
                       std::filesystem::path run, std::filesystem::path log)
    : options_(options),
      mark_(std::move(mark)),
      experiment_(std::move(experiment)),
      run_{std::move(run)},
      log_(std::move(log)) {}

sweep::Command DrillSweep::command() const {
  sweep::Command command{options_.program, run_words(experiment_, run_.root), sweep::trial_environment(1),
                         log_};
  command.environment.push_back(mark_);
  // Inside a task of a job array a sweep would take a part of the plan only.
  std::erase_if(command.environment,
                [](const auto& variable) { return variable.starts_with("SLURM_ARRAY_"); });
  if (options_.ranks == 0) return command;
  command.program = find_in_path("mpirun");
  command.arguments.insert(command.arguments.begin(),
                           {"-n", std::to_string(options_.ranks), options_.program.string()});
  add_launcher_settings(command.environment);
  return command;
}

void DrillSweep::start() {
  invariant(!process_ || process_->poll(), "a sweep is started when it does not run");
  process_ = std::make_unique<sweep::Process>(command());
}

std::optional<int> DrillSweep::ended() {
  const auto status = process_->poll();
  std::ofstream log(log_, std::ios::app);
  for (const std::string& line : process_->read_lines()) log << line << "\n";
  if (!status) return std::nullopt;
  return status->by_signal ? 128 + status->code : status->code;
}

std::optional<int> DrillSweep::wait(double seconds) {
  becomes_true(
      options_, [&] { return ended().has_value(); }, seconds);
  return ended();
}

void DrillSweep::signal(int number) const {
  kill(process_->pid(), number);
}

void pause(const DrillOptions& options, double seconds) {
  becomes_true(
      options, [] { return false; }, seconds);
}

bool becomes_true(const DrillOptions& options, const std::function<bool()>& condition, double seconds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  for (;;) {
    if (options.stop()) throw DrillStopped("the drill was stopped");
    if (condition()) return true;
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(nap);
  }
}

std::string drill_experiment() {
  return R"({
  "name": "drill",
  "title": "Short trainings for lnn-sweep drill",
  "system": "double_pendulum",
  "base": {
    "data.samples": 2000, "data.validation_samples": 200, "training.epochs": 40, "training.t_max": 4,
    "training.batch_size": 32, "network.width": 32, "network.hidden_layers": 2, "rollout.t_end": 5
  },
  "grid": {"network.activation": ["gelu", "softplus"]},
  "seeds": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
}
)";
}

}  // namespace lnn::audit
