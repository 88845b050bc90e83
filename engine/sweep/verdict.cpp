#include "sweep/verdict.h"

#include <csignal>
#include <cstring>
#include <filesystem>

#include "base/clock.h"
#include "base/error.h"
#include "sweep/signals.h"

namespace lnn::sweep {
namespace {

using store::Outcome;

std::string with_last_words(const std::string& reason, const Death& death) {
  return death.last_words.empty() ? reason : fmt::format("{}: {}", reason, death.last_words);
}

// A full disk takes the last words, too.
std::string environment_text(const Death& death) {
  constexpr std::uintmax_t a_few_words = 65536;
  std::error_code unknown;
  const auto space = std::filesystem::space(std::filesystem::path(death.log).parent_path(), unknown);
  const bool full = !unknown && space.available < a_few_words;
  return with_last_words(full ? "No space left on the disk" : "the environment does not work", death);
}

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  const char* meaning = sigdescr_np(number);
  return fmt::format("SIG{} ({})", name == nullptr ? std::to_string(number) : name,
                     meaning == nullptr ? "unknown signal" : meaning);
}

// mpirun signals a rank's whole process group, and a child that is just being started is still in ours. Slurm
// may signal every process of a job.
bool hit_by_our_signal(const ExitStatus& status) {
  const bool killed =
      status.by_signal && (status.code == SIGINT || status.code == SIGTERM || status.code == SIGUSR1);
  const bool stopped = !status.by_signal && status.code == trial::exit_stopped;
  return (killed || stopped) && StopSignals::requested().has_value();
}

std::string memory_text(const Job& job, const Death& death) {
  const std::string limit = job.memory_limit > 0 ? fmt::format(", limit {:.0f} MiB", job.memory_limit) : "";
  return fmt::format("peak {:.0f} MiB{}", death.status.peak_memory, limit);
}

TrialEnd interrupted() {
  TrialEnd end;
  end.outcome = Outcome::interrupted;
  end.reason = "the sweep was stopped";
  return end;
}

TrialEnd ended_by_us(const Job& job, const Death& death) {
  if (death.ending == Ending::interrupted) return interrupted();
  TrialEnd end;
  if (death.ending == Ending::timed_out) {
    end.outcome = Outcome::timed_out;
    end.reason = fmt::format("longer than {}, last: {}", duration_text(job.timeout), death.doing);
  } else {
    end.outcome = Outcome::hung;
    end.reason = fmt::format("no sign of life for {}, last: {}", duration_text(job.hang_limit), death.doing);
  }
  return end;
}

TrialEnd ended_by_signal(const Job& job, const Death& death) {
  TrialEnd end;
  end.outcome = Outcome::crashed;
  end.reason = signal_name(death.status.code);
  if (death.status.code == SIGKILL && death.memory_kill) {
    end.outcome = Outcome::out_of_memory;
    end.reason += fmt::format(" by the kernel, because {} ({})", *death.memory_kill, memory_text(job, death));
  } else if (death.status.code == SIGKILL) {
    end.reason += fmt::format(", possibly out of memory ({})", memory_text(job, death));
  }
  end.reason = with_last_words(end.reason, death);
  return end;
}

TrialEnd ended_by_itself(const Job& job, const std::string& id, const Death& death) {
  const int code = death.status.code;
  TrialEnd end;
  end.outcome = Outcome::failed;
  end.reason =
      with_last_words(code == 0 ? "ended without a result file" : fmt::format("exit code {}", code), death);
  switch (code) {
    case trial::exit_bad_configuration:
      end.hopeless = true;
      break;
    case trial::exit_environment:
      end.outcome = Outcome::interrupted;
      end.reason = end.environment_problem =
          fmt::format("trial {}: {} (exit code 3). See {}, repair it and run again.", id,
                      environment_text(death), death.log);
      break;
    case trial::exit_device:
      end.outcome = Outcome::crashed;
      end.reason = with_last_words("error of a device that works otherwise", death);
      break;
    case trial::exit_out_of_memory:
      end.outcome = Outcome::out_of_memory;
      end.reason = with_last_words(fmt::format("out of memory ({})", memory_text(job, death)), death);
      break;
    default:
      break;
  }
  return end;
}

}  // namespace

TrialEnd verdict(const Job& job, const std::string& id, const Death& death) {
  TrialEnd end;
  if (death.ending != Ending::none) {
    end = ended_by_us(job, death);
  } else if (hit_by_our_signal(death.status)) {
    end = interrupted();
  } else {
    end = death.status.by_signal ? ended_by_signal(job, death) : ended_by_itself(job, id, death);
  }
  end.peak_memory = death.status.peak_memory;
  return end;
}

}  // namespace lnn::sweep
