#include "bench/worker_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

#include "base/error.h"
#include "bench/worker.h"

namespace lnn::bench {
namespace {

using Json = nlohmann::json;
using Workers = std::vector<std::unique_ptr<WorkerProcess>>;

// Neither end survives into another worker: each must see the end of its own input.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw_environment_error("no pipe to a worker process ({}). Close some programs.", std::strerror(errno));
  return ends;
}

// What some workers did at the same time.
struct Window {
  double steps_per_second = 0;  // all together
  double seconds = 0;           // sum over the workers
  double cpu_seconds = 0;
};

Window train_together(std::span<const std::unique_ptr<WorkerProcess>> workers, double seconds) {
  for (const auto& worker : workers) worker->tell(fmt::format("{}", seconds));
  Window window;
  for (const auto& worker : workers) {
    const Json done = worker->hear();
    const double elapsed = done.at("seconds");
    window.steps_per_second += done.at("steps").get<double>() / elapsed;
    window.seconds += elapsed;
    window.cpu_seconds += done.at("cpu_seconds").get<double>();
  }
  return window;
}

Throughput measure_throughput(const Workers& workers, double seconds) {
  constexpr int rounds = 3;
  Times one;
  Times all;
  Window sum;
  for (int i = 0; i < rounds; ++i) {
    one.add(1 / train_together(std::span(workers).first(1), seconds).steps_per_second);
    const Window together = train_together(workers, seconds);
    all.add(1 / together.steps_per_second);
    sum.seconds += together.seconds;
    sum.cpu_seconds += together.cpu_seconds;
  }
  return {static_cast<int>(workers.size()), 1 / one.median(), 1 / all.median(),
          sum.cpu_seconds / sum.seconds};
}

}  // namespace

WorkerProcess::WorkerProcess(const Case& definition, const jets::EngineOptions& engine) {
  const auto [child_input, to_child] = make_pipe();
  const auto [from_child, child_output] = make_pipe();
  input_.reset(fdopen(to_child, "w"));
  output_.reset(fdopen(from_child, "r"));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, child_input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, child_output, STDOUT_FILENO);
  std::string program = "/proc/self/exe";
  std::string option = "--worker";
  std::string task = worker_task(definition, engine).dump();
  const std::array<char*, 4> arguments{program.data(), option.data(), task.data(), nullptr};
  const int error = posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(child_input);
  close(child_output);
  if (error != 0)
    throw_environment_error("no worker process can be started ({}). Close some programs.",
                            std::strerror(error));
}

WorkerProcess::~WorkerProcess() {
  input_.reset();  // ends the worker, after what it is doing
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

void WorkerProcess::tell(const std::string& line) {
  std::fputs((line + "\n").c_str(), input_.get());
  std::fflush(input_.get());
}

Json WorkerProcess::hear() {
  std::string line;
  for (int c = std::fgetc(output_.get()); c != EOF && c != '\n'; c = std::fgetc(output_.get()))
    line += static_cast<char>(c);
  if (line.empty())
    throw_environment_error(
        "a worker process ended before its work was done (its message stands above, if it had one). Free "
        "some "
        "memory, or choose fewer processes.");
  return Json::parse(line);
}

WorkerResult measure_in_processes(const Case& definition, const jets::EngineOptions& engine, int processes,
                                  double seconds) {
  Workers workers;
  for (int i = 0; i < std::max(processes, 1); ++i)
    workers.push_back(std::make_unique<WorkerProcess>(definition, engine));
  WorkerResult result;
  for (const auto& worker : workers) {
    const Json ready = worker->hear();
    result.engine = {ready.at("backend"), ready.at("precision"), "cpu", ready.at("instruction_set")};
    result.memory = {ready.at("libtorch_mib"), ready.at("training_mib")};
  }
  if (processes >= 2) result.throughput = measure_throughput(workers, seconds);
  return result;
}

}  // namespace lnn::bench
