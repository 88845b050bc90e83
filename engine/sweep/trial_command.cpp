#include "sweep/trial_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include "store/run_directory.h"

namespace lnn::sweep {
namespace {

Command command(const Job& job, const std::string& visible_device, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--parent-pid", std::to_string(getpid())});
  const store::RunDirectory run{job.run};
  return {job.program, std::move(arguments), trial_environment(job.threads, visible_device),
          run.log(job.ids.front())};
}

// The only device that a process sees is its first.
std::string device_of(const Job& job, const std::string& visible_device) {
  return visible_device.empty() ? job.device : "cuda:0";
}

}  // namespace

Command serving_command(const Job& job, const std::string& visible_device) {
  std::vector<std::string> words{"--serve",     "--threads", std::to_string(job.threads),
                                 "--backend",   job.backend, "--precision",
                                 job.precision, "--device",  device_of(job, visible_device)};
  if (job.memory_limit > 0)
    words.insert(words.end(), {"--memory-limit", fmt::format("{}", job.memory_limit)});
  return command(job, visible_device, std::move(words));
}

Command device_check_command(const Job& job, const std::string& visible_device) {
  return command(job, visible_device, {"--check-device", device_of(job, visible_device)});
}

std::string request_line(const Job& job) {
  const store::RunDirectory run{job.run};
  trial::Request request;
  for (const std::string& id : job.ids) {
    request.configs.push_back(run.config(id).string());
    request.outs.push_back(run.trial(id).string());
    request.checkpoints.push_back(run.checkpoint(id).string());
  }
  request.log = run.log(job.ids.front()).string();
  request.attempt = job.attempt;
  request.checkpoint_every = job.checkpoint_every;
  return nlohmann::json(request).dump() + "\n";
}

}  // namespace lnn::sweep
