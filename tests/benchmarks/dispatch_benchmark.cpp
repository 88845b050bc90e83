// How many trials a second the master can deal out, when a trial takes no time at all:
//
//   mpirun -n 3 dispatch_benchmark [TRIALS = 100000]
//
// Rank 0 is the master of a real sweep (board, event log, messages), every other rank a worker whose slot
// ends each trial the moment it starts: no child processes, no trial files. Run it several times: the best
// counts.

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "experiment/plan.h"
#include "sweep/event_log.h"
#include "sweep/master.h"
#include "sweep/mpi_session.h"
#include "sweep/mpi_slots.h"
#include "sweep/progress.h"

namespace {

namespace fs = std::filesystem;
using namespace lnn;

experiment::Plan made_up_plan(int trials) {
  experiment::Plan plan;
  for (int i = 0; i < trials; ++i) {
    experiment::PlannedTrial trial;
    trial.id = fmt::format("{:012x}", i);
    trial.cost = 1;
    plan.trials.push_back(std::move(trial));
  }
  return plan;
}

class EmptyTrials : public sweep::Slots {
 public:
  int count() const override { return 1; }
  void start(int slot, const sweep::Job& job) override {
    sweep::TrialEnd end;
    end.outcome = store::Outcome::completed;
    for (const std::string& id : job.ids) events_.push_back({slot, id, end});
  }
  std::vector<sweep::SlotEvent> wait(std::chrono::milliseconds) override {
    return std::exchange(events_, {});
  }
  void stop(std::chrono::milliseconds) override {}

 private:
  std::vector<sweep::SlotEvent> events_;
};

double resident_mebibytes() {
  long pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return static_cast<double>(pages * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

int direct(int trials, const sweep::MpiSession& mpi) {
  const fs::path folder = fs::temp_directory_path() / fmt::format("lnn_dispatch_{}", getpid());
  fs::create_directories(folder);
  const experiment::Plan plan = made_up_plan(trials);
  const double before = resident_mebibytes();
  sweep::MasterOptions options;
  options.job.run = folder;
  options.config = [](const std::string&) { return "{}"; };
  sweep::Board board(plan);
  sweep::MpiSlots slots(mpi);
  sweep::EventLog events(folder / "events.jsonl");
  sweep::Progress progress(sweep::Progress::Style::quiet, board);
  sweep::Master master(options, board, slots, events, progress);

  const auto start = std::chrono::steady_clock::now();
  master.run();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fs::remove_all(folder);
  const int done = board.totals().finished[store::Outcome::completed];
  std::cout << fmt::format(
      "{} of {} empty trials on {} ranks in {:.3f} s: {:.0f} trials/s; the master grew by {:.2f} KiB a "
      "trial\n",
      done, trials, mpi.size(), seconds, done / seconds, (resident_mebibytes() - before) * 1024 / trials);
  return done == trials ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int trials = argc > 1 ? std::atoi(argv[1]) : 100000;
  const sweep::MpiSession mpi;
  if (mpi.size() < 2) {
    std::cerr << "dispatch_benchmark: needs at least two ranks: mpirun -n 3 dispatch_benchmark [TRIALS]\n";
    return 2;
  }
  if (mpi.rank() > 0) {
    EmptyTrials slots;
    sweep::serve(mpi, slots);
    return 0;
  }
  const int code = direct(trials, mpi);
  sweep::dismiss(mpi);
  return code;
}
