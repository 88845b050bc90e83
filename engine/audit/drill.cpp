#include "audit/drill.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "audit/compare_trials.h"
#include "audit/drill_sweep.h"
#include "audit/file_damage.h"
#include "audit/marked_processes.h"
#include "audit/verify.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "base/machine.h"
#include "base/version.h"
#include "store/sealed_file.h"
#include "store/trial_file.h"

namespace lnn::audit {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int exit_drained = 75;
constexpr double longest_start = 60;                         // of a sweep, until its first checkpoint [s]
constexpr double longest_drain = 10;                         // [s]
constexpr double longest_death = 30;                         // of a sweep that lost a process [s]
constexpr std::chrono::milliseconds time_to_follow{10'000};  // trials, ranks: after their sweep

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void require_new_folder(const fs::path& out) {
  std::error_code absent;
  if (fs::exists(out, absent) && !(fs::is_directory(out) && fs::is_empty(out))) {
    throw_user_error("--out {}: is not empty (a drill breaks what is there). Name a new folder.",
                     out.string());
  }
  fs::create_directories(out, absent);
  if (absent) throw_environment_error("--out {}: cannot be created ({}).", out.string(), absent.message());
}

std::string count_text(std::size_t part, std::size_t whole) {
  return fmt::format("{} of {}", part, whole);
}

/// The results of a run, as far as there are any.
std::map<std::string, std::uint32_t> finished_trials(const store::RunDirectory& run) {
  std::map<std::string, std::uint32_t> finished;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(run.trials(), absent)) {
    if (entry.path().extension() != ".h5") continue;
    try {
      const store::TrialRecord record = store::read_trial(entry.path(), store::Part::summary);
      if (record.outcome == store::Outcome::completed || record.outcome == store::Outcome::diverged)
        finished[record.id] = store::claimed_checksum(entry.path());
    } catch (const EnvironmentError&) {
      // A file that cannot be read is no result.
    }
  }
  return finished;
}

class Drill {
 public:
  explicit Drill(const DrillOptions& options)
      : options_(options), mark_(new_mark()), janitor_(mark_), random_(options.seed) {}

  Receipt run() {
    prepare();
    if (reference()) {
      drain();
      storm();
      finish();
      damage();
      compare();
      verify();
    }
    receipt_.add("nothing_left_running", all_gone(mark_, time_to_follow), "no process of the drill is left");
    receipt_.seconds = seconds_since(begin_);
    return receipt_;
  }

 private:
  void prepare() {
    require_new_folder(options_.out);
    write_text_file(experiment(), drill_experiment());
    receipt_.program = version_line();
    receipt_.host = host_name();
    receipt_.processor = processor_name();
    receipt_.cores = processor_count();
    receipt_.start = iso_time(unix_seconds());
    receipt_.seed = options_.seed;
    receipt_.ranks = options_.ranks;
    receipt_.kills = options_.ranks == 0
                         ? std::map<std::string, int>{{"trial", 0}, {"sweep", 0}}
                         : std::map<std::string, int>{{"trial", 0}, {"rank", 0}, {"mpirun", 0}};
  }

  bool reference() {
    options_.say("reference: the sweep undisturbed");
    const Clock::time_point start = Clock::now();
    DrillSweep sweep = sweep_in("reference");
    sweep.start();
    constexpr double longest = 1200;  // [s]
    const auto code = sweep.wait(longest);
    reference_seconds_ = seconds_since(start);
    reference_ = sweep.run();
    receipt_.trials = static_cast<int>(finished_trials(reference_).size());
    const bool well = code == 0 && receipt_.trials > 0;
    receipt_.add(
        "reference", well,
        well ? fmt::format("{} trials in {}", receipt_.trials, duration_text(reference_seconds_))
             : fmt::format("the undisturbed sweep {}; see {}",
                           code ? fmt::format("ended with {}", *code) : "did not end", log().string()));
    return well;
  }

  void drain() {
    options_.say("drain: SIGUSR1 while trainings run");
    begin_round();
    sweep_->start();
    const auto saved = [&] { return !fs::is_empty(sweep_->run().checkpoints()); };
    becomes_true(
        options_, [&] { return fs::exists(sweep_->run().checkpoints()) && saved(); }, longest_start);
    const Clock::time_point asked = Clock::now();
    sweep_->signal(SIGUSR1);
    const auto code = sweep_->wait(longest_death);
    const double seconds = seconds_since(asked);
    receipt_.add("drain", code == exit_drained && seconds <= longest_drain,
                 fmt::format("SIGUSR1: {} after {}", code ? fmt::format("exit {}", *code) : "still running",
                             duration_text(seconds)));
    bury();
  }

  void storm() {
    options_.say(fmt::format("storm: kills at random times for {}", duration_text(options_.seconds)));
    const Clock::time_point start = Clock::now();
    sweep_->start();
    while (seconds_since(start) < options_.seconds) {
      pause(options_, std::uniform_real_distribution(0.02, 0.8)(random_));
      if (const auto code = sweep_->ended()) {
        ended_by_itself(*code);
      } else {
        strike();
      }
    }
    std::string kills;
    bool all_kinds = true;
    for (const auto& [kind, count] : receipt_.kills) {
      kills += fmt::format("{}{} {}", kills.empty() ? "" : ", ", count, kind);
      all_kinds = all_kinds && count > 0;
    }
    receipt_.add("kills", all_kinds, fmt::format("SIGKILL: {}; {} restarts", kills, receipt_.restarts));
  }

  // Nobody touched this start of the sweep, or trials only, which it must survive.
  void ended_by_itself(int code) {
    observe();
    if (code == 0) {
      begin_round();
    } else {
      ++bad_ends_;
    }
    sweep_->start();
  }

  void strike() {
    const auto victim = choose_victim();
    if (!victim || kill(victim->pid, SIGKILL) != 0) return;
    ++receipt_.kills[kind_of(*victim)];
    if (victim->role == Role::trial) return;
    if (!sweep_->wait(longest_death)) ++hangs_;
    bury();
    observe();
    ++receipt_.restarts;
    sweep_->start();
  }

  // Trials as often as all others together; of MPI's processes only mpirun itself.
  std::optional<MarkedProcess> choose_victim() {
    std::vector<MarkedProcess> trials;
    std::vector<MarkedProcess> others;
    for (const MarkedProcess& process : marked_processes(mark_))
      (process.role == Role::trial ? trials : others).push_back(process);
    const auto& candidates = std::bernoulli_distribution(0.5)(random_) ? trials : others;
    if (candidates.empty()) return std::nullopt;
    return candidates[std::uniform_int_distribution<std::size_t>(0, candidates.size() - 1)(random_)];
  }

  std::string kind_of(const MarkedProcess& process) const {
    if (process.role == Role::trial) return "trial";
    if (process.role == Role::launcher) return "mpirun";
    return options_.ranks == 0 ? "sweep" : "rank";
  }

  // Whatever the sweep started must end with it.
  void bury() {
    if (all_gone(mark_, time_to_follow)) return;
    ++outlived_;
    kill_marked(mark_);
  }

  // Results that were there must still be there, to the last bit.
  void observe() {
    const auto now = finished_trials(sweep_->run());
    for (const auto& [id, checksum] : finished_) {
      const auto found = now.find(id);
      if (found == now.end() || found->second != checksum) ++lost_;
    }
    finished_ = now;
  }

  void finish() {
    options_.say("finish: the last run to its end");
    const auto code = sweep_->wait(longest_run());
    observe();
    if (code != 0) {
      bury();
      sweep_->start();
      sweep_->wait(longest_run());
    }
    receipt_.add("goes_on", code == 0 && bad_ends_ == 0 && hangs_ == 0,
                 fmt::format("the same command {} times: {} ended wrongly, {} hung; at last exit {}",
                             receipt_.restarts, bad_ends_, hangs_, code ? std::to_string(*code) : "none"));
    receipt_.add("nothing_outlives_it", outlived_ == 0,
                 fmt::format("{} times a process lived on after its sweep", outlived_));
    receipt_.add("results_kept", lost_ == 0, fmt::format("{} finished trials lost", lost_));
  }

  void damage() {
    options_.say("damage: a flipped bit, a truncated file, a stale lock, a torn event");
    const store::RunDirectory& run = sweep_->run();
    std::vector<std::string> ids;
    for (const auto& [id, checksum] : finished_trials(run)) ids.push_back(id);
    if (ids.size() < 2) {
      receipt_.add("damage", false, "there are no two results to damage");
      return;
    }
    std::ranges::shuffle(ids, random_);
    flip_bit(run.trial(ids[0]), random_);
    truncate_file(run.trial(ids[1]), random_);
    tear_event_line(run.events());
    leave_stale_lock(run.lock());
    const auto seen = verify_run(run, {}).missing;
    const std::size_t noticed = seen.contains(Absence::damaged) ? seen.at(Absence::damaged).size() : 0;
    sweep_->start();
    const auto code = sweep_->wait(longest_run());
    receipt_.add("damage", noticed == 2 && code == 0,
                 fmt::format("{} damaged files noticed, stale lock and torn event passed over, exit {}",
                             count_text(noticed, 2), code ? std::to_string(*code) : "none"));
  }

  void compare() {
    options_.say("compare: every number with the reference");
    std::size_t equal = 0;
    std::size_t total = 0;
    std::string first;
    for (const store::RunDirectory& run : rounds_) {
      for (const auto& [id, checksum] : finished_trials(reference_)) {
        ++total;
        const std::string difference = difference_in(run, id);
        if (difference.empty()) ++equal;
        if (first.empty()) first = difference;
      }
    }
    receipt_.add("bitwise_equal", equal == total && total > 0,
                 count_text(equal, total) + " trials" + (first.empty() ? "" : "; " + first));
  }

  std::string difference_in(const store::RunDirectory& run, const std::string& id) const {
    try {
      const auto differences =
          compare_trials(store::read_trial(reference_.trial(id)), store::read_trial(run.trial(id)));
      if (differences.empty()) return "";
      return fmt::format("trial {}: {}", id, to_text(differences.front(), "undisturbed", "in the drill"));
    } catch (const EnvironmentError& error) {
      return error.what();
    }
  }

  void verify() {
    const Verification verification = verify_run(sweep_->run(), {});
    std::string problem;
    for (const Finding& finding : verification.findings) {
      if (finding.severity == Severity::damaged && problem.empty())
        problem = fmt::format("{}: {}", finding.file, finding.problem);
    }
    receipt_.add("whole", verification.whole(),
                 verification.whole() ? "every file of the run, results.h5 included" : problem);
  }

  void begin_round() {
    finished_.clear();
    sweep_ = std::make_unique<DrillSweep>(sweep_in(fmt::format("run-{}", rounds_.size() + 1)));
    rounds_.push_back(sweep_->run());
  }

  DrillSweep sweep_in(const std::string& folder) const {
    return {options_, mark_, experiment(), options_.out / folder, log()};
  }
  fs::path experiment() const { return options_.out / "drill.json"; }
  fs::path log() const { return options_.out / "drill.log"; }
  double longest_run() const { return 120 + 10 * reference_seconds_; }

  const DrillOptions& options_;
  std::string mark_;
  Janitor janitor_;
  std::mt19937_64 random_;
  Clock::time_point begin_ = Clock::now();
  Receipt receipt_;
  store::RunDirectory reference_;
  double reference_seconds_ = 0;
  std::unique_ptr<DrillSweep> sweep_;        // of the present round
  std::vector<store::RunDirectory> rounds_;  // a sweep that is done makes room for another one
  std::map<std::string, std::uint32_t> finished_;
  int bad_ends_ = 0;
  int hangs_ = 0;
  int outlived_ = 0;
  int lost_ = 0;
};

}  // namespace

Receipt run_drill(const DrillOptions& options) {
  if (!(options.seconds > 0)) throw_user_error("--seconds {}: must be more than 0.", options.seconds);
  if (options.ranks != 0 && options.ranks < 2)
    throw_user_error("--mpi {}: at least 2 ranks are needed, a master and a worker.", options.ranks);
  return Drill(options).run();
}

}  // namespace lnn::audit
