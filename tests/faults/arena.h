#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "../cli/launch.h"
#include "store/run_directory.h"
#include "store/trial_record.h"

/// Where the tests of this folder play: small sweeps of real trainings, and what they should give.
namespace lnn::faults {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr int alone = 0;  ///< as a number of ranks: without mpirun

/// LNN_FAULTS=full in the environment: hundreds of faults instead of dozens (tests/faults/run_all).
bool full_form();
int count(int in_short, int in_full);

/// Randomness of all tests. LNN_FAULTS_SEED repeats a run; the seed is printed.
std::mt19937_64& dice();
int roll(int from, int to);  ///< both included
double roll_seconds(double from, double to);

void sleep_seconds(double seconds);
bool becomes_true(const std::function<bool()>& condition, double seconds);

/// Adds to a line of the table that tests/faults/run_all prints.
void tally(const std::string& what, double amount = 1);
/// The same, keeping the largest amount.
void tally_largest(const std::string& what, double amount);
void print_tallies();

enum class Role { trial, worker, master, mpirun };

struct Runner {
  pid_t pid;
  Role role;
};

struct Scenery {
  int epochs = 20;
  int seeds = 2;  ///< of each of three arms
};

/// A folder with an experiment and a run directory, removed at the end; everything started in it is known by
/// a mark in its environment and killed at the end.
class Arena {
 public:
  explicit Arena(const Scenery& scenery);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  const fs::path& folder() const { return folder_; }
  const store::RunDirectory& run() const { return run_; }
  /// Another run directory in the same folder.
  void use(const fs::path& root) { run_.root = root; }
  int trials() const { return 3 * scenery_.seeds; }

  /// `lnn-sweep run` of the experiment in run().
  Words run_words(const Words& more = {}) const;
  int checkpoint_every = 0;  ///< seconds between checkpoints; 0: after every epoch
  /// Variables set here reach everything launched later.
  std::map<std::string, std::string> variables;

  std::unique_ptr<Launched> launch(int ranks, const Words& words);
  /// Runs to the end; a program that has not ended after `seconds` is a failure of the test.
  Finished finish(int ranks, const Words& words, int seconds = 120);
  /// Whatever of this arena's programs is alive.
  std::vector<Runner> runners() const;
  bool nobody_runs() const { return runners().empty(); }

 private:
  Scenery scenery_;
  fs::path folder_;
  store::RunDirectory run_;
  int launches_ = 0;
};

/// All numbers of a finished run: what any other run of the same experiment must give.
class Reference {
 public:
  explicit Reference(const store::RunDirectory& run);

  const std::map<std::string, store::TrialRecord>& records() const { return records_; }
  /// What differs in a record, or only in its outcome and metrics; empty when nothing but times and
  /// provenance does.
  std::string difference(const store::TrialRecord& record, bool everything = true) const;
  /// The same for all trial files of a run, missing and unreadable ones included.
  std::string differences(const store::RunDirectory& run) const;

 private:
  std::map<std::string, store::TrialRecord> records_;
};

/// `lnn-sweep table --format csv` of a run without what depends on seconds; on failure its messages.
std::string table_of(Arena& arena);

/// Completed trial files: path -> content.
std::map<std::string, std::string> completed_files(const store::RunDirectory& run);

/// Temporary files that somebody left in the run.
std::vector<std::string> temporaries(const store::RunDirectory& run);

}  // namespace lnn::faults
