#include "arena.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <thread>

#include "audit/compare_trials.h"
#include "base/error.h"
#include "base/files.h"
#include "store/trial_file.h"

namespace lnn::faults {
namespace {

constexpr const char* mark_name = "LNN_FAULTS_MARK";

std::map<std::string, double>& tallies() {
  static std::map<std::string, double> counts;
  return counts;
}

std::uint64_t chosen_seed() {
  const char* text = std::getenv("LNN_FAULTS_SEED");
  const std::uint64_t seed = text == nullptr ? std::random_device()() : std::stoull(text);
  std::cout << "LNN_FAULTS_SEED=" << seed << std::endl;
  return seed;
}

/// LNN_FAULTS_PROGRAM names another lnn-sweep, such as an installed one.
std::string tested_program() {
  const char* other = std::getenv("LNN_FAULTS_PROGRAM");
  return other == nullptr ? LNN_SWEEP_PROGRAM : other;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_number(const std::string& name) {
  return name.find_first_not_of("0123456789") == std::string::npos;
}

Role role_of(const std::string& program, const std::string& environment) {
  if (program.starts_with("lnn-sweep-trial")) return Role::trial;
  if (!program.starts_with("lnn-sweep")) return Role::mpirun;
  const std::string rank = "OMPI_COMM_WORLD_RANK=";
  const auto at = environment.find(rank);
  const bool first = at == std::string::npos || environment[at + rank.size()] == '0';
  return first ? Role::master : Role::worker;
}

/// Tables do not tell a metric that is NaN from one that is not there.
store::TrialRecord with_numbers(store::TrialRecord record) {
  std::erase_if(record.metrics, [](const auto& metric) { return std::isnan(metric.second.value); });
  return record;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

}  // namespace

bool full_form() {
  const char* form = std::getenv("LNN_FAULTS");
  return form != nullptr && std::string(form) == "full";
}

int count(int in_short, int in_full) {
  return full_form() ? in_full : in_short;
}

std::mt19937_64& dice() {
  static std::mt19937_64 generator(chosen_seed());
  return generator;
}

int roll(int from, int to) {
  return std::uniform_int_distribution<int>(from, to)(dice());
}

double roll_seconds(double from, double to) {
  return std::uniform_real_distribution<double>(from, to)(dice());
}

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

bool becomes_true(const std::function<bool()>& condition, double seconds) {
  for (int i = 0; i < static_cast<int>(seconds * 50); ++i) {
    if (condition()) return true;
    sleep_seconds(0.02);
  }
  return condition();
}

void tally(const std::string& what, double amount) {
  tallies()[what] += amount;
}

void tally_largest(const std::string& what, double amount) {
  double& largest = tallies()[what];
  largest = std::max(largest, amount);
}

void print_tallies() {
  std::cout << "\n| what | count |\n|---|---|\n";
  for (const auto& [what, amount] : tallies()) std::cout << fmt::format("| {} | {:g} |\n", what, amount);
}

Arena::Arena(const Scenery& scenery) : scenery_(scenery) {
  static int arenas = 0;
  folder_ = fs::temp_directory_path() / fmt::format("lnn_faults_{}_{}", getpid(), arenas++);
  run_.root = folder_ / "run";
  fs::create_directories(folder_ / "tmp");
  std::vector<int> seeds;
  for (int seed = 1; seed <= scenery.seeds; ++seed) seeds.push_back(seed);
  const nlohmann::json text{{"name", "faults"},
                            {"title", "Small trainings that are disturbed"},
                            {"system", "harmonic_oscillator"},
                            {"grid", {{"network.activation", {"gelu", "xtanh", "softplus"}}}},
                            {"seeds", seeds},
                            {"base",
                             {{"network.width", 16},
                              {"network.hidden_layers", 2},
                              {"data.samples", 192},
                              {"data.validation_samples", 64},
                              {"training.batch_size", 64},
                              {"training.epochs", scenery.epochs},
                              {"training.t_max", 5},
                              {"rollout.tests", "none"}}}};
  write_text_file(folder_ / "faults.json", text.dump(2));
  variables = {{mark_name, folder_.string()},
               {"TMPDIR", (folder_ / "tmp").string()},
               {"OMP_NUM_THREADS", "1"},
               {"OMPI_ALLOW_RUN_AS_ROOT", "1"},
               {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
               // Killed jobs leave their shared memory behind: here it goes with the folder.
               {"OMPI_MCA_btl_vader_backing_directory", (folder_ / "tmp").string()}};
}

Arena::~Arena() {
  for (const Runner& runner : runners()) kill(runner.pid, SIGKILL);
  becomes_true([&] { return nobody_runs(); }, 5);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Words Arena::run_words(const Words& more) const {
  Words words{"run",
              (folder_ / "faults.json").string(),
              "--out",
              run_.root.string(),
              "--checkpoint-every",
              std::to_string(checkpoint_every),
              "--max-retries",
              "100000"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::unique_ptr<Launched> Arena::launch(int ranks, const Words& words) {
  Words all;
  if (ranks != alone) all = {"mpirun", "--oversubscribe", "--bind-to", "none", "-n", std::to_string(ranks)};
  all.push_back(tested_program());
  all.insert(all.end(), words.begin(), words.end());
  return std::make_unique<Launched>(all, variables, folder_ / fmt::format("output.{}", launches_++));
}

Finished Arena::finish(int ranks, const Words& words, int seconds) {
  const auto running = launch(ranks, words);
  Finished finished = running->wait(seconds);
  EXPECT_NE(finished.code, -1) << words.front() << " does not end: " << finished.output;
  return finished;
}

std::vector<Runner> Arena::runners() const {
  const std::string mark = fmt::format("{}={}", mark_name, folder_.string());
  std::vector<Runner> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (!is_number(name)) continue;
    const std::string environment = text_of(entry.path() / "environ");
    const auto at = environment.find(mark);
    if (at == std::string::npos || environment[at + mark.size()] != '\0') continue;
    std::error_code gone;
    const fs::path program = fs::read_symlink(entry.path() / "exe", gone);
    if (!gone) found.push_back({std::stoi(name), role_of(program.filename(), environment)});
  }
  return found;
}

Reference::Reference(const store::RunDirectory& run) {
  for (const auto& entry : fs::directory_iterator(run.trials())) {
    const store::TrialRecord record = store::read_trial(entry.path());
    EXPECT_EQ(record.outcome, store::Outcome::completed) << record.reason;
    records_[record.id] = record;
  }
}

std::string Reference::difference(const store::TrialRecord& record, bool everything) const {
  const auto known = records_.find(record.id);
  if (known == records_.end()) return fmt::format("trial {} is not planned", record.id);
  std::string all;
  const auto differences = everything
                               ? audit::compare_trials(known->second, record)
                               : audit::compare_trials(with_numbers(known->second), with_numbers(record));
  for (const audit::Difference& part : differences) {
    const bool in_summary = part.part == audit::TrialPart::outcome || part.part == audit::TrialPart::metrics;
    if (everything || in_summary)
      all += fmt::format("trial {}: {}\n", record.id, audit::to_text(part, "undisturbed", "here"));
  }
  return all;
}

std::string Reference::differences(const store::RunDirectory& run) const {
  std::string all;
  for (const auto& [id, record] : records_) {
    try {
      const store::TrialRecord found = store::read_trial(run.trial(id));
      all += found.id == id ? difference(found) : fmt::format("trial {} holds {}\n", id, found.id);
    } catch (const EnvironmentError& error) {
      all += std::string(error.what()) + "\n";
    }
  }
  return all;
}

std::string table_of(Arena& arena) {
  const Finished finished = arena.finish(alone, {"table", arena.run().root, "--format", "csv"});
  if (finished.code != 0) return fmt::format("exit code {}: {}", finished.code, finished.output);
  std::string table;
  std::optional<std::size_t> hours;
  for (const std::string& line : split(finished.output, '\n')) {
    std::vector<std::string> cells = split(line, ',');
    if (!hours) {
      hours = static_cast<std::size_t>(std::ranges::find(cells, "more_core_hours") - cells.begin());
    }
    if (*hours < cells.size()) cells[*hours] = "";
    for (const std::string& cell : cells) table += cell + ",";
    table += "\n";
  }
  return table;
}

std::map<std::string, std::string> completed_files(const store::RunDirectory& run) {
  std::map<std::string, std::string> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(run.trials(), none)) {
    if (entry.path().extension() != ".h5") continue;
    const auto record = store::read_trial(entry.path(), store::Part::summary);
    if (record.outcome == store::Outcome::completed) files[entry.path()] = text_of(entry.path());
  }
  return files;
}

std::vector<std::string> temporaries(const store::RunDirectory& run) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(run.root)) {
    if (entry.path().filename().string().find(".tmp.") != std::string::npos) found.push_back(entry.path());
  }
  return found;
}

}  // namespace lnn::faults
