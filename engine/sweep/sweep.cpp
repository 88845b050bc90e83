#include "sweep/sweep.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <unordered_map>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "base/programs.h"
#include "store/run_directory.h"
#include "sweep/devices.h"
#include "sweep/event_log.h"
#include "sweep/job_limit.h"
#include "sweep/local_slots.h"
#include "sweep/master.h"
#include "sweep/mpi_slots.h"
#include "sweep/pace.h"
#include "sweep/progress.h"
#include "sweep/quarantine.h"
#include "sweep/run_folder.h"
#include "sweep/signals.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;
using store::Outcome;

constexpr int listed_failures = 20;

void check_limits(const SweepOptions& options) {
  const std::array limits{std::pair{"--trial-timeout", options.trial_timeout},
                          std::pair{"--hang-limit", options.hang_limit},
                          std::pair{"--memory-limit", options.memory_limit},
                          std::pair{"--checkpoint-every", options.checkpoint_every},
                          std::pair{"--time-limit", options.time_limit.value_or(1)}};
  for (const auto& [option, value] : limits) {
    if (!(value >= 0)) throw_user_error("{} {}: must not be negative.", option, value);
  }
  // Signs of life come every 5 s, and loading LibTorch from a cold disk gives none.
  constexpr double short_hang_limit = 30;
  if (options.hang_limit > 0 && options.hang_limit < short_hang_limit && !options.quiet) {
    std::cerr << fmt::format(
        "lnn-sweep: --hang-limit {}: trials that only start slowly may be ended, too (30 s and more are "
        "safe).\n",
        duration_text(options.hang_limit));
  }
  if (options.retry.max_retries < 0) {
    throw_user_error("--max-retries {}: must be 0 or more.", options.retry.max_retries);
  }
}

void check(const SweepOptions& options, const MpiSession* mpi) {
  if (options.threads < 1) throw_user_error("--threads {}: must be at least 1.", options.threads);
  if (options.workers && *options.workers < 1) {
    throw_user_error("--workers {}: must be at least 1 (nothing would run).", *options.workers);
  }
  if (options.workers && mpi != nullptr && mpi->size() > 1) {
    throw_user_error(
        "--workers {}: means nothing with {} MPI ranks (each rank but the first is a worker). Leave it out, "
        "or "
        "start without mpirun.",
        *options.workers, mpi->size());
  }
  jets::check_words(options.engine);
  if (options.pack < 0) throw_user_error("--pack {}: must be auto or at least 1.", options.pack);
  check_limits(options);
}

int local_workers(const SweepOptions& options) {
  const int cores = available_cores();
  const int workers = options.workers.value_or(default_workers(options.threads, options.engine.device));
  if (workers * options.threads > cores) {
    std::cerr << fmt::format(
        "lnn-sweep: {} workers x {} threads on {} cores: each trial will be slower, seconds in the results "
        "too.\n",
        workers, options.threads, cores);
  }
  return workers;
}

std::unique_ptr<Slots> make_slots(const SweepOptions& options, const MpiSession* mpi) {
  if (mpi != nullptr && mpi->size() > 1) return std::make_unique<MpiSlots>(*mpi);
  return std::make_unique<LocalSlots>(local_workers(options), visible_devices());
}

Board resumed_board(const experiment::Plan& plan, const SweepOptions& options, const Shard& shard,
                    const RunFolder& folder) {
  Board board(plan, folder.scan(plan));
  board.saved(folder.saved_epochs(plan));
  board.retry(options.retry);
  board.select(options.selected, shard);
  return board;
}

Job job_of(const SweepOptions& options, const store::RunDirectory& run) {
  Job job;
  job.run = run.root.string();
  job.program = trial_program().string();
  job.threads = options.threads;
  job.timeout = options.trial_timeout;
  job.hang_limit = options.hang_limit;
  job.memory_limit = options.memory_limit;
  job.checkpoint_every = options.checkpoint_every;
  job.backend = options.engine.backend;
  job.precision = options.engine.precision;
  job.device = options.engine.device;
  return job;
}

Deadline deadline_of(const SweepOptions& options) {
  constexpr double margin = 5;  // Slurm's clock, and the time to write the last lines [s]
  if (options.time_limit) return Deadline(*options.time_limit);
  const auto end = job_end_time();
  return end ? Deadline(std::max(0.0, *end - unix_seconds() - margin)) : Deadline();
}

/// A sweep from its lock to its last line.
class Sweep {
 public:
  Sweep(const experiment::Plan& plan, const SweepOptions& options, const MpiSession* mpi)
      : plan_(plan),
        options_(options),
        shard_(options.shard.value_or(shard_of_array_task().value_or(Shard{}))),
        folder_({options.out, options.overrides, options.fresh, shard_}, plan),
        run_(folder_.run()),
        slots_(make_slots(options, mpi)),
        board_(resumed_board(plan, options, shard_, folder_)) {
    for (const experiment::PlannedTrial& trial : plan.trials) planned_[trial.id] = &trial;
  }

  int run() {
    EventLog events(folder_.events_path());
    Progress progress(options_.quiet ? Progress::Style::quiet : Progress::best_style(), board_);
    const MasterOptions master = master_options();
    greet(master.deadline);
    events.sweep_started(slots_->count(), board_.totals().waiting);
    const SweepEnd end = Master(master, board_, *slots_, events, progress).run();
    progress.close();
    folder_.tidy();
    remember_pace(end);
    if (!end.problem.empty()) {
      events.sweep_ended(bad_environment);  // as far as the disk takes it
      throw EnvironmentError(problem_text(end));
    }
    const int code = finish(end);
    events.sweep_ended(code);
    events.flush();
    return code;
  }

 private:
  MasterOptions master_options();
  void greet(const Deadline& deadline) const;
  void note_end(const TrialStatus& trial, const TrialEnd& end, bool again, const Job& job) const;
  void remember_pace(const SweepEnd& end) const;
  std::string problem_text(const SweepEnd& end) const;
  int finish(const SweepEnd& end) const;
  bool other_parts_wait() const;
  int stopped_early(const SweepEnd& end) const;
  void summarize(const SweepEnd& end) const;
  void judge_forecast(const SweepEnd& end) const;
  void list_failures() const;

  const experiment::Plan& plan_;
  const SweepOptions& options_;
  Shard shard_;
  RunFolder folder_;
  const store::RunDirectory& run_;
  std::unique_ptr<Slots> slots_;
  Board board_;
  std::unordered_map<std::string, const experiment::PlannedTrial*> planned_;
};

MasterOptions Sweep::master_options() {
  MasterOptions master;
  master.job = job_of(options_, run_);
  master.config = [this](const std::string& id) { return planned_.at(id)->config().dump(2) + "\n"; };
  master.pack = options_.pack;
  master.retry = options_.retry;
  master.deadline = deadline_of(options_);
  master.earlier = earlier_pace(run_, options_.engine.backend, options_.engine.device);
  master.on_end = [this, job = master.job](const TrialStatus& trial, const TrialEnd& end, bool again) {
    note_end(trial, end, again, job);
  };
  master.on_beat = [this] { folder_.beat(); };
  return master;
}

void Sweep::note_end(const TrialStatus& trial, const TrialEnd& end, bool again, const Job& job) const {
  if (is_result(end.outcome)) {
    leave_quarantine(run_, trial.id);
    // The trial does it itself, unless it was killed right after its result.
    std::error_code ignored;
    fs::remove(run_.checkpoint(trial.id), ignored);
  } else if (is_worth_a_retry(end) && !again) {
    write_quarantine(run_, trial, end, job);
  }
}

void Sweep::greet(const Deadline& deadline) const {
  if (options_.quiet) return;
  const Totals before = board_.totals();
  std::cerr << fmt::format("lnn-sweep: {} trials{}, {} to run, {} at a time, in {}\n", before.trials,
                           shard_.whole() ? "" : fmt::format(" (part {} of the plan)", shard_.text()),
                           before.waiting, slots_->count(), run_.root.string());
  if (deadline.exists()) {
    std::cerr << fmt::format("lnn-sweep: leaves within {}{}\n", duration_text(std::max(0.0, deadline.left())),
                             options_.time_limit ? "" : " (the job's time limit)");
  }
}

// For the order, the forecast and the time limit of the next sweep in this folder.
void Sweep::remember_pace(const SweepEnd& end) const {
  if (end.pace.empty()) return;
  PaceTable table = end.pace;
  for (const TrialStatus& trial : board_.trials()) {
    const auto pace = table.find(board_.class_name(trial.cost_class));
    if (pace == table.end() || pace->second.file_bytes > 0) continue;
    std::error_code absent;
    const auto bytes = fs::file_size(run_.trial(trial.id), absent);
    if (!absent) pace->second.file_bytes = static_cast<double>(bytes);
  }
  try {
    write_pace(run_.pace(), table);
  } catch (const EnvironmentError&) {
    // It only costs a worse order and forecast, and what else the disk does not take matters more.
  }
}

std::string Sweep::problem_text(const SweepEnd& end) const {
  const Totals totals = board_.totals();
  return fmt::format("{} ({} of {} trials are done and kept; the others go on from what they saved.)",
                     end.problem, totals.done(), totals.trials);
}

int Sweep::finish(const SweepEnd& end) const {
  const Totals totals = board_.totals();
  if (totals.waiting > 0) return stopped_early(end);
  if (other_parts_wait()) {
    std::cout << fmt::format("Part {} is done. When all parts are: lnn-sweep collect {}\n", shard_.text(),
                             options_.out.string());
  } else {
    store::collect(run_, plan_);
  }
  summarize(end);
  return totals.not_completed() > 0 ? some_failed : all_well;
}

// The last part that ends collects the results of all.
bool Sweep::other_parts_wait() const {
  if (shard_.whole()) return false;
  return std::ranges::any_of(plan_.trials, [this](const experiment::PlannedTrial& trial) {
    std::error_code ignored;
    return !fs::exists(run_.trial(trial.id), ignored);
  });
}

int Sweep::stopped_early(const SweepEnd& end) const {
  const Totals totals = board_.totals();
  std::cerr << fmt::format(
      "lnn-sweep: stopped by {} with {} of {} trials done. Run the same command again to continue.\n",
      end.stopped, totals.done(), totals.trials);
  return run_again;
}

void Sweep::summarize(const SweepEnd& end) const {
  const Totals totals = board_.totals();
  std::string line = fmt::format("{} {}:", totals.trials, totals.trials == 1 ? "trial" : "trials");
  for (const auto& [outcome, count] : totals.finished)
    line += fmt::format(" {} {},", count, to_name(outcome));
  line.back() = '.';
  std::cout << line << "\n";
  list_failures();
  judge_forecast(end);
  std::cout << fmt::format("Results: {}\nNext: lnn-sweep table {}\n", run_.results().string(),
                           options_.out.string());
}

void Sweep::judge_forecast(const SweepEnd& end) const {
  if (end.starts == 0 || end.busy <= 0) return;
  std::cout << fmt::format("Took {}", duration_text(end.seconds));
  if (end.forecast) {
    std::cout << fmt::format("; the forecast after {} was {} ({} to {})", duration_text(end.forecast_after),
                             duration_text(end.forecast_after + end.forecast->seconds),
                             duration_text(end.forecast_after + end.forecast->low),
                             duration_text(end.forecast_after + end.forecast->high));
  }
  std::cout << fmt::format(
      ". No order of these {} starts on {} {} takes less than {} (this one: {:.3f} times).\n", end.starts,
      slots_->count(), slots_->count() == 1 ? "slot" : "slots",
      duration_text(end.lower_bound(slots_->count())), end.seconds / end.lower_bound(slots_->count()));
}

void Sweep::list_failures() const {
  int listed = 0;
  for (const TrialStatus& trial : board_.trials()) {
    if (!trial.selected || trial.outcome == Outcome::completed) continue;
    if (listed++ == listed_failures) {
      std::cout << fmt::format("  and more: lnn-sweep status {}\n", options_.out.string());
      break;
    }
    std::cout << fmt::format("  {} {} ({}): {}; log {}\n", to_name(*trial.outcome), trial_name(trial),
                             trial.id, trial.reason, run_.log(trial.id).string());
  }
  if (board_.totals().without_result() > 0) {
    std::cout << fmt::format(
        "What failed {} times is left alone; RUN/quarantine has a command to reproduce each. --retry-failed "
        "starts them again.\n",
        options_.retry.max_retries + 1);
  }
}

}  // namespace

fs::path trial_program() {
  return program_beside_this_one("lnn-sweep-trial", "trains the trials", "LNN_TRIAL_PROGRAM");
}

int run_sweep(const experiment::Plan& plan, const SweepOptions& options, const MpiSession* mpi) {
  check(options, mpi);
  trial_program();  // before anything is created
  const StopSignals signals;
  return Sweep(plan, options, mpi).run();
}

}  // namespace lnn::sweep
