#include "sweep/pace.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>
#include <queue>

#include "base/error.h"
#include "base/files.h"
#include "base/machine.h"

namespace lnn::sweep {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr int schema_version = 1;

std::optional<ClassPace> class_from(const Json& json) {
  try {
    const ClassPace pace{json.at("seconds"), json.at("trials"), json.at("first_checkpoint"),
                         json.at("memory_mib"), json.at("file_bytes")};
    const bool sensible = pace.seconds > 0 && std::isfinite(pace.seconds) && pace.trials >= 0;
    return sensible ? std::optional(pace) : std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

Json to_json(const ClassPace& pace) {
  return {{"seconds", pace.seconds},
          {"trials", pace.trials},
          {"first_checkpoint", pace.first_checkpoint},
          {"memory_mib", pace.memory},
          {"file_bytes", pace.file_bytes}};
}

std::string file_name_of(std::string text) {
  for (char& letter : text) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '-';
  }
  return text;
}

// What this attempt has done, without what it took over from a checkpoint.
double fraction_gained(const TrialStatus& trial) {
  if (!trial.epoch || trial.epoch->epochs <= 0) return fraction_done(trial);
  return fraction_done(trial) - static_cast<double>(trial.epochs_before) / trial.epoch->epochs;
}

constexpr double unknown_scatter = 0.3;
constexpr double uncertainty_of_costs = 0.7;

struct Seen {
  double trials = 0;   // and parts of trials
  double seconds = 0;  // that they took
  double cost = 0;     // of one trial
  // Of the trials that were seen from beginning to end:
  int whole = 0;
  double sum = 0;
  double sum_of_squares = 0;

  // Relative standard deviation of single trials.
  double scatter() const {
    if (whole < 2 || sum <= 0) return unknown_scatter;
    const double mean = sum / whole;
    const double variance = std::max(0.0, (sum_of_squares - sum * mean) / (whole - 1));
    return std::sqrt(variance) / mean;
  }
  double uncertainty() const {
    constexpr double least = 0.02;
    return whole < 2 ? unknown_scatter : std::max(least, scatter() / std::sqrt(whole));
  }
};

std::vector<Seen> what_was_seen(const Board& board) {
  std::vector<Seen> seen(board.classes());
  for (const TrialStatus& trial : board.trials()) {
    Seen& of_class = seen[static_cast<std::size_t>(trial.cost_class)];
    of_class.cost = trial.cost;
    const double gained = trial.started > 0 ? fraction_gained(trial) : 0;
    const double seconds = trial.reported - trial.started;
    // The clock may have been set back.
    if (gained <= 0 || seconds <= 0) continue;
    of_class.trials += gained;
    of_class.seconds += seconds;
    if (trial.outcome != store::Outcome::completed || trial.epochs_before > 0) continue;
    ++of_class.whole;
    of_class.sum += seconds;
    of_class.sum_of_squares += seconds * seconds;
  }
  return seen;
}

}  // namespace

PaceTable read_pace(const fs::path& path) {
  PaceTable table;
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return table;
  try {
    const Json json = Json::parse(read_text_file(path), nullptr, false);
    if (!json.is_object() || json.value("schema_version", Json()) != schema_version) return table;
    const Json classes = json.value("classes", Json::object());
    for (const auto& [name, pace] : classes.items()) {
      if (const auto read = class_from(pace)) table[name] = *read;
    }
  } catch (const EnvironmentError&) {
    // Unreadable is as good as missing.
  } catch (const Json::exception&) {
    table.clear();
  }
  return table;
}

void write_pace(const fs::path& path, const PaceTable& table) {
  PaceTable all = table;
  for (const auto& [name, known] : read_pace(path)) {
    ClassPace& pace = all.try_emplace(name, known).first->second;
    if (pace.trials == 0 && known.trials > 0) pace = known;
  }
  Json classes = Json::object();
  for (const auto& [name, pace] : all) classes[name] = to_json(pace);
  std::error_code ignored;
  fs::create_directories(path.parent_path(), ignored);
  write_text_file(path, Json{{"schema_version", schema_version}, {"classes", classes}}.dump(1) + "\n");
}

fs::path pace_cache(const std::string& backend, const std::string& device) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  fs::path folder;
  if (cache != nullptr && *cache != '\0') {
    folder = cache;
  } else if (home != nullptr && *home != '\0') {
    folder = fs::path(home) / ".cache";
  } else {
    return {};
  }
  return folder / "lnn-sweep" /
         fmt::format("pace-{}.json", file_name_of(processor_name() + "-" + backend + "-" + device));
}

PaceTable earlier_pace(const store::RunDirectory& run, const std::string& backend,
                       const std::string& device) {
  PaceTable table = read_pace(run.pace());
  if (const fs::path cache = pace_cache(backend, device); !cache.empty()) table.merge(read_pace(cache));
  return table;
}

std::optional<double> extrapolated_seconds(const TrialStatus& trial) {
  if (!trial.epoch) return std::nullopt;
  const int after_first = trial.epoch->epoch - trial.epochs_before - 1;
  const double each =
      after_first > 0 ? (trial.reported - trial.first_reported) / after_first : trial.epoch->seconds;
  const double seconds = trial.first_reported - trial.started + each * (trial.epoch->epochs - 1);
  // The clock may have been set back.
  return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

std::optional<double> measured_memory(const Board& board, const PaceTable& earlier) {
  double most = 0;
  for (const TrialStatus& trial : board.trials()) {
    if (!trial.selected || trial.state != TrialState::waiting) continue;
    const auto known = earlier.find(board.class_name(trial.cost_class));
    if (known == earlier.end() || known->second.memory <= 0) return std::nullopt;
    most = std::max(most, known->second.memory);
  }
  return most > 0 ? std::optional(most) : std::nullopt;
}

Pace::Pace(const Board& board, const PaceTable& earlier) : predictions_(board.classes()) {
  std::vector<Seen> seen = what_was_seen(board);
  double seconds = 0;
  double cost = 0;
  for (std::size_t c = 0; c < seen.size(); ++c) {
    const auto known = earlier.find(board.class_name(static_cast<int>(c)));
    if (known != earlier.end()) {
      seen[c].trials += 1;
      seen[c].seconds += known->second.seconds;
    }
    seconds += seen[c].seconds;
    cost += seen[c].trials * seen[c].cost;
  }
  known_ = seconds > 0;
  if (!known_) return;
  for (std::size_t c = 0; c < seen.size(); ++c) {
    if (seen[c].trials > 0) {
      predictions_[c] = {seen[c].seconds / seen[c].trials, seen[c].uncertainty(), seen[c].scatter(), false};
    } else {
      predictions_[c] = {seen[c].cost * seconds / std::max(cost, 1e-9), uncertainty_of_costs, unknown_scatter,
                         true};
    }
  }
}

std::vector<double> Pace::class_seconds() const {
  std::vector<double> seconds;
  for (const Prediction& prediction : predictions_) seconds.push_back(prediction.seconds);
  return seconds;
}

std::optional<Forecast> forecast(const Board& board, const Pace& pace, double now, int slots) {
  if (!pace.known()) return std::nullopt;
  struct Work {
    double seconds = 0;
    double trials = 0;
  };
  std::vector<Work> work(board.classes());  // that remains of each class
  auto remains = [&](const TrialStatus& trial, double seconds) {
    Work& of_class = work[static_cast<std::size_t>(trial.cost_class)];
    of_class.seconds += seconds;
    of_class.trials += 1;
  };
  // Each slot's time of becoming free, earliest first.
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  std::vector<double> waiting;
  for (const TrialStatus& trial : board.trials()) {
    if (!trial.selected) continue;
    const double whole = pace.seconds(trial.cost_class);
    if (trial.state == TrialState::running) {
      const double rest = std::max(0.0, (1 - fraction_done(trial)) * whole - (now - trial.reported));
      free_at.push(rest);
      remains(trial, rest);
    } else if (trial.state == TrialState::waiting) {
      waiting.push_back(whole);
      remains(trial, whole);
    }
  }
  while (free_at.size() < static_cast<std::size_t>(std::max(1, slots))) free_at.push(0);
  std::ranges::stable_sort(waiting, std::greater<>());
  for (const double seconds : waiting) {
    const double start = free_at.top();
    free_at.pop();
    free_at.push(start + seconds);
  }
  Forecast result;
  for (; !free_at.empty(); free_at.pop()) result.seconds = free_at.top();

  // An error of a class's mean is common to its trials; their scatter, and the classes, are independent. What
  // is only known by its cost hangs on one and the same comparison.
  double total = 0;
  double variance = 0;
  double compared = 0;
  for (std::size_t c = 0; c < work.size(); ++c) {
    if (work[c].trials <= 0) continue;
    total += work[c].seconds;
    const bool by_cost = pace.by_cost_alone(static_cast<int>(c));
    const double common = by_cost ? 0 : pace.uncertainty(static_cast<int>(c));
    if (by_cost) compared += work[c].seconds * pace.uncertainty(static_cast<int>(c));
    const double single = pace.scatter(static_cast<int>(c));
    variance += work[c].seconds * work[c].seconds * (common * common + single * single / work[c].trials);
  }
  const double relative = total > 0 ? 1.96 * std::sqrt(variance + compared * compared) / total : 0;
  // Symmetric in the logarithm: a trial may take three times as long, but not minus once.
  result.low = result.seconds * std::exp(-relative);
  result.high = result.seconds * std::exp(relative);
  return result;
}

std::optional<double> forecast_seconds(const Board& board, double now, int slots) {
  const auto result = forecast(board, Pace(board), now, slots);
  return result ? std::optional(result->seconds) : std::nullopt;
}

}  // namespace lnn::sweep
