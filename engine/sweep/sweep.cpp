#include "sweep/sweep.h"

#include <chrono>
#include <iostream>
#include <memory>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "base/programs.h"
#include "store/run_directory.h"
#include "sweep/event_log.h"
#include "sweep/local_slots.h"
#include "sweep/mpi_slots.h"
#include "sweep/progress.h"
#include "sweep/run_folder.h"
#include "sweep/signals.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using store::Outcome;

constexpr milliseconds tick{100};
constexpr milliseconds grace_after_problem{2000};
constexpr int listed_failures = 20;

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
  if (options.retry.max_attempts < 1) {
    throw_user_error("--max-attempts {}: must be at least 1.", options.retry.max_attempts);
  }
  jets::check_words(options.engine);
  if (options.pack < 0) throw_user_error("--pack {}: must be auto or at least 1.", options.pack);
  if (!(options.trial_timeout >= 0)) {
    throw_user_error("--trial-timeout {}: must be a positive number of seconds.", options.trial_timeout);
  }
}

int local_workers(const SweepOptions& options) {
  const int cores = available_cores();
  const int workers = options.workers.value_or(std::max(1, cores / options.threads));
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
  return std::make_unique<LocalSlots>(local_workers(options));
}

/// One run of the master: deals out trials, listens, and says how it went.
class Master {
 public:
  Master(const experiment::Plan& plan, const SweepOptions& options, const RunFolder& folder, Slots& slots);
  int run();

 private:
  void deal_out();
  int pack_size() const;
  void start(int slot, const std::vector<const TrialStatus*>& pack);
  void handle(const SlotEvent& event);
  void handle_end(const SlotEvent& event, const TrialEnd& end);
  void obey_signals();
  void stop(milliseconds grace);
  int finish();
  int stopped_early() const;
  void summarize() const;
  void list_failures() const;

  const experiment::Plan& plan_;
  const SweepOptions& options_;
  const RunFolder& folder_;
  const store::RunDirectory& run_;
  Slots& slots_;
  std::string program_;
  std::map<std::string, const experiment::Json*> configs_;
  Board board_;
  EventLog events_;
  Progress progress_;
  std::vector<std::size_t> running_;      ///< trials in each slot
  std::optional<milliseconds> stopping_;  ///< the grace that running trials were given
  std::string problem_;
};

Board resumed_board(const experiment::Plan& plan, const SweepOptions& options, const RunFolder& folder) {
  Board board(plan, folder.scan(plan));
  board.saved(folder.saved_epochs(plan));
  board.retry(options.retry);
  board.select(options.selected);
  return board;
}

Master::Master(const experiment::Plan& plan, const SweepOptions& options, const RunFolder& folder,
               Slots& slots)
    : plan_(plan),
      options_(options),
      folder_(folder),
      run_(folder.run()),
      slots_(slots),
      program_(trial_program().string()),
      board_(resumed_board(plan, options, folder)),
      events_(run_.events()),
      progress_(options.quiet ? Progress::Style::quiet : Progress::best_style(), board_, slots.count()),
      running_(static_cast<std::size_t>(slots.count()), 0) {
  for (const experiment::PlannedTrial& trial : plan.trials) configs_[trial.id] = &trial.config;
}

int Master::run() {
  const Totals before = board_.totals();
  if (!options_.quiet) {
    std::cerr << fmt::format("lnn-sweep: {} trials, {} to run, {} at a time, in {}\n", before.trials,
                             before.waiting, slots_.count(), run_.root.string());
  }
  events_.sweep_started(slots_.count(), before.waiting);
  for (;;) {
    obey_signals();
    if (!stopping_) deal_out();
    if (std::ranges::none_of(running_, [](std::size_t trials) { return trials > 0; })) break;
    for (const SlotEvent& event : slots_.wait(tick)) handle(event);
    progress_.tick();
  }
  progress_.close();
  return finish();
}

void Master::deal_out() {
  for (std::size_t slot = 0; slot < running_.size(); ++slot) {
    if (running_[slot] > 0) continue;
    const auto pack = board_.next(pack_size());
    if (pack.empty()) return;
    start(static_cast<int>(slot), pack);
  }
}

// A processor gains nothing from packs. A GPU needs many trials at once, but every slot shall have its share.
int Master::pack_size() const {
  constexpr int enough_for_a_device = 128;
  if (options_.pack > 0) return options_.pack;
  if (!options_.engine.device.starts_with("cuda")) return 1;
  const auto lead = board_.next(1);
  if (lead.empty()) return 1;
  const int slots = slots_.count();
  return std::min(enough_for_a_device, (board_.companions(*lead.front()) + slots - 1) / slots);
}

void Master::start(int slot, const std::vector<const TrialStatus*>& pack) {
  Job job;
  for (const TrialStatus* trial : pack) {
    job.ids.push_back(trial->id);
    job.configs.push_back(configs_.at(trial->id)->dump(2) + "\n");
  }
  job.run = run_.root.string();
  job.program = program_;
  job.attempt = pack.front()->attempts + 1;
  job.threads = options_.threads;
  job.timeout = options_.trial_timeout;
  job.backend = options_.engine.backend;
  job.precision = options_.engine.precision;
  job.device = options_.engine.device;
  for (const TrialStatus* trial : pack) {
    board_.started(trial->id, job.attempt, unix_seconds());
    events_.trial_started(*trial, slot);
    progress_.started(*trial);
  }
  running_[static_cast<std::size_t>(slot)] = pack.size();
  slots_.start(slot, job);
}

void Master::handle(const SlotEvent& event) {
  if (const auto* end = std::get_if<TrialEnd>(&event.report)) {
    handle_end(event, *end);
    return;
  }
  const auto& epoch = std::get<trial::EpochEvent>(event.report);
  board_.reported(event.id, epoch, unix_seconds());
  events_.epoch(event.id, epoch);
}

void Master::handle_end(const SlotEvent& event, const TrialEnd& end) {
  --running_[static_cast<std::size_t>(event.slot)];
  board_.ended(event.id, end.outcome, end.reason, unix_seconds(), end.run_alone);
  events_.trial_ended(event.id, end);
  progress_.ended(board_.trial(event.id), end);
  if (!end.environment_problem.empty()) {
    if (problem_.empty()) problem_ = end.environment_problem;
    stop(grace_after_problem);
  } else if (end.outcome == Outcome::interrupted && !stopping_) {
    // A worker rank was told to stop before this one.
    stop(grace_after_problem);
  }
}

void Master::obey_signals() {
  if (const auto grace = StopSignals::requested()) stop(*grace);
}

void Master::stop(milliseconds grace) {
  if (stopping_ && *stopping_ <= grace) return;
  stopping_ = grace;
  slots_.stop(grace);
}

int Master::finish() {
  if (!problem_.empty()) {
    events_.sweep_ended(bad_environment);
    throw EnvironmentError(problem_);
  }
  const Totals totals = board_.totals();
  if (totals.waiting > 0) {
    events_.sweep_ended(run_again);
    return stopped_early();
  }
  store::collect(run_, plan_);
  summarize();
  const int code = totals.not_completed() > 0 ? some_failed : all_well;
  events_.sweep_ended(code);
  return code;
}

int Master::stopped_early() const {
  const Totals totals = board_.totals();
  std::cerr << fmt::format(
      "lnn-sweep: stopped with {} of {} trials done. Run the same command again to continue.\n",
      totals.done(), totals.trials);
  return run_again;
}

void Master::summarize() const {
  const Totals totals = board_.totals();
  std::string line = fmt::format("{} {}:", totals.trials, totals.trials == 1 ? "trial" : "trials");
  for (const auto& [outcome, count] : totals.finished)
    line += fmt::format(" {} {},", count, to_name(outcome));
  line.back() = '.';
  std::cout << line << "\n";
  list_failures();
  std::cout << fmt::format("Results: {}\nNext: lnn-sweep table {}\n", run_.results().string(),
                           options_.out.string());
}

void Master::list_failures() const {
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
        "The same command again retries those that have not failed {} times; --retry-failed all of them.\n",
        options_.retry.max_attempts);
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
  const RunFolder folder({options.out, options.overrides, options.fresh}, plan);
  const auto slots = make_slots(options, mpi);
  return Master(plan, options, folder, *slots).run();
}

}  // namespace lnn::sweep
