#include "analysis/report/sweeps.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "sweep/board.h"
#include "sweep/messages.h"
#include "sweep/pace.h"

namespace lnn::analysis::report {
namespace {

using sweep::Board;
using sweep::Json;

constexpr std::array shares{0.1, 0.25, 0.5, 0.75, 0.9};
constexpr int most_slots = 1 << 16;  // a forged log must not take the memory

Json parsed(const std::string& line) {
  Json event = Json::parse(line, nullptr, false);
  if (!event.is_object() || !event.contains("time") || !event.at("time").is_number()) return nullptr;
  return event;
}

std::string text_of(const Json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() && found->is_string() ? found->get<std::string>() : "";
}

int number_of(const Json& event, const char* key, int otherwise) {
  const auto found = event.find(key);
  return found != event.end() && found->is_number_integer() ? found->get<int>() : otherwise;
}

void add_event(std::vector<Sweep>& sweeps, std::set<std::string>& started, const Json& event) {
  const double time = event.at("time").get<double>();
  const std::string kind = text_of(event, "event");
  if (kind == "sweep_start") {
    started.clear();
    const int slots = std::clamp(number_of(event, "slots", 1), 1, most_slots);
    sweeps.push_back({.host = text_of(event, "host"), .slots = slots, .start = time, .end = time});
  }
  if (sweeps.empty()) return;
  Sweep& sweep = sweeps.back();
  sweep.end = time;
  const std::string id = text_of(event, "id");
  if (kind == "trial_start" && started.insert(id).second) sweep.started.push_back(id);
  if (kind == "sweep_end") {
    const int code = number_of(event, "exit_code", 3);
    sweep.finished = code == 0 || code == 1;
  }
}

// Most lines are epochs; of these only the last one of a sweep matters here, for its time.
std::vector<Sweep> find_sweeps(const std::filesystem::path& events) {
  std::ifstream file(events, std::ios::binary);
  std::vector<Sweep> sweeps;
  std::set<std::string> started;
  std::string last_epoch;
  const auto add = [&](const std::string& line) {
    const Json event = parsed(line);
    if (event.is_object()) add_event(sweeps, started, event);
  };
  for (std::string line; std::getline(file, line);) {
    if (line.find(R"("event":"epoch")") != std::string::npos) {
      last_epoch = line;
      continue;
    }
    if (!last_epoch.empty()) add(std::exchange(last_epoch, ""));
    add(line);
  }
  if (!last_epoch.empty()) add(last_epoch);
  return sweeps;
}

void replay(Board& board, const Json& event) {
  const std::string kind = text_of(event, "event");
  const std::string id = text_of(event, "id");
  const double time = event.at("time").get<double>();
  if (kind == "trial_start") board.started(id, number_of(event, "attempt", 1), time);
  if (kind == "trial_end") {
    const bool completed = text_of(event, "outcome") == "completed";
    board.ended(id, completed ? store::Outcome::completed : store::Outcome::failed, "", time);
  }
  if (kind != "epoch") return;
  if (const auto epoch = sweep::parse_epoch(event)) board.reported(id, *epoch, time);
}

/// Asks for the forecast whenever the next of the shares of a sweep's time has gone.
class Replay {
 public:
  Replay(Sweep& sweep, const experiment::Plan& plan) : sweep_(sweep), board_(plan) {
    board_.select(sweep.started);
  }

  void add(const Json& event) {
    const double time = event.at("time").get<double>();
    for (; next_ < shares.size() && time >= moment(); ++next_) ask();
    replay(board_, event);
  }

 private:
  double moment() const { return sweep_.start + shares[next_] * (sweep_.end - sweep_.start); }

  void ask() {
    const auto remaining = sweep::forecast_seconds(board_, moment(), sweep_.slots);
    if (remaining) sweep_.forecasts.push_back({shares[next_], *remaining, sweep_.end - moment()});
  }

  Sweep& sweep_;
  Board board_;
  std::size_t next_ = 0;
};

void add_forecasts(std::vector<Sweep>& sweeps, const std::filesystem::path& events,
                   const experiment::Plan& plan) {
  std::ifstream file(events, std::ios::binary);
  std::unique_ptr<Replay> replay;
  std::size_t begun = 0;
  for (std::string line; std::getline(file, line);) {
    const Json event = parsed(line);
    if (!event.is_object()) continue;
    if (text_of(event, "event") == "sweep_start") {
      Sweep& sweep = sweeps[begun++];
      const bool known = sweep.finished && !sweep.started.empty();
      replay = known ? std::make_unique<Replay>(sweep, plan) : nullptr;
    }
    if (replay) replay->add(event);
  }
}

}  // namespace

std::vector<Sweep> read_sweeps(const std::filesystem::path& events, const experiment::Plan& plan) {
  std::vector<Sweep> sweeps = find_sweeps(events);
  add_forecasts(sweeps, events, plan);
  return sweeps;
}

}  // namespace lnn::analysis::report
