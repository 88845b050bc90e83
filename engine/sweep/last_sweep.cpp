#include "sweep/last_sweep.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

namespace lnn::sweep {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t block_size = 1 << 20;
constexpr std::string_view start_mark = "\"event\":\"sweep_start\"";

// Within a JSON text's strings every quotation mark has a backslash before it, so `"key":` is a key.
std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
  for (std::size_t place = line.find(key); place != std::string_view::npos;
       place = line.find(key, place + 1)) {
    const std::size_t end = place + key.size();
    if (place > 0 && line[place - 1] == '"' && line.substr(end, 2) == "\":") return line.substr(end + 2);
  }
  return std::nullopt;
}

// A text without escapes, as ids and names of events are.
std::string_view text_of(std::string_view line, std::string_view key) {
  const auto value = value_of(line, key);
  if (!value || !value->starts_with('"')) return {};
  return value->substr(1, value->find('"', 1) - 1);
}

// null, which stands for what is not finite, is NaN; so is anything else that is no number.
double number_of(std::string_view line, std::string_view key) {
  const auto value = value_of(line, key);
  if (!value) return std::numeric_limits<double>::quiet_NaN();
  const std::string number(value->substr(0, value->find_first_of(",}")));
  char* end = nullptr;
  const double result = std::strtod(number.c_str(), &end);
  return end == number.c_str() ? std::numeric_limits<double>::quiet_NaN() : result;
}

int count_of(std::string_view line, std::string_view key, int otherwise) {
  const double number = number_of(line, key);
  return number >= 0 && number <= std::numeric_limits<int>::max() ? static_cast<int>(number) : otherwise;
}

double time_of(std::string_view line) {
  const double time = number_of(line, "time");
  return time > 0 ? time : 0;
}

std::string read_block(std::ifstream& file, std::int64_t offset, std::int64_t size) {
  std::string block(static_cast<std::size_t>(size), '\0');
  file.clear();
  file.seekg(offset);
  file.read(block.data(), size);
  block.resize(static_cast<std::size_t>(file.gcount()));
  return block;
}

std::int64_t size_of(std::ifstream& file) {
  file.clear();
  file.seekg(0, std::ios::end);
  return file.tellg();
}

// Where the line begins that `place` is in.
std::int64_t line_begin(std::ifstream& file, std::int64_t place) {
  constexpr std::int64_t longest_line = 1 << 16;
  const std::int64_t begin = std::max<std::int64_t>(0, place - longest_line);
  const std::size_t newline = read_block(file, begin, place - begin).rfind('\n');
  return newline == std::string::npos ? begin : begin + static_cast<std::int64_t>(newline) + 1;
}

// Where the last sweep's first line begins; 0 without one.
std::int64_t find_last_start(std::ifstream& file, std::int64_t size) {
  const auto overlap = static_cast<std::int64_t>(start_mark.size());
  for (std::int64_t end = size; end > 0;) {
    const std::int64_t begin = std::max<std::int64_t>(0, end - block_size);
    const std::string block = read_block(file, begin, std::min(size, end + overlap) - begin);
    const std::size_t mark = block.rfind(start_mark);
    if (mark != std::string::npos) return line_begin(file, begin + static_cast<std::int64_t>(mark));
    end = begin;
  }
  return 0;
}

}  // namespace

std::optional<EpochAt> epoch_of(std::string_view line) {
  if (text_of(line, "event") != "epoch") return std::nullopt;
  EpochAt at;
  at.time = time_of(line);
  at.epoch.epoch = count_of(line, "epoch", 0);
  at.epoch.epochs = count_of(line, "epochs", 0);
  at.epoch.train_total = number_of(line, "train_total");
  at.epoch.validation_total = number_of(line, "validation_total");
  at.epoch.best_validation_total = number_of(line, "best_validation_total");
  at.epoch.learning_rate = number_of(line, "learning_rate");
  at.epoch.seconds = number_of(line, "seconds");
  return at;
}

double LastSweep::last() const {
  return std::max(begin_, time_of(last_line_));
}

void LastSweep::read() {
  // A folder opens like a file, and claims to be endless.
  std::error_code absent;
  if (!std::filesystem::is_regular_file(log_, absent)) return;
  std::ifstream file(log_, std::ios::binary);
  if (!file) return;
  const std::int64_t size = size_of(file);
  if (!offset_) offset_ = find_last_start(file, size);
  std::string rest;  // of a line that goes on in the next block
  for (std::int64_t at = *offset_; at < size;) {
    const std::string block = read_block(file, at, std::min(block_size, size - at));
    if (block.empty()) break;
    at += static_cast<std::int64_t>(block.size());
    rest += block;
    std::size_t begin = 0;
    for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', begin)) {
      take(std::string_view(rest).substr(begin, end - begin));
      begin = end + 1;
    }
    rest.erase(0, begin);
    *offset_ = at - static_cast<std::int64_t>(rest.size());
  }
}

void LastSweep::take(std::string_view line) {
  if (!line.starts_with('{') || !line.ends_with('}')) return;
  const std::string_view event = text_of(line, "event");
  if (event == "sweep_start") {
    trials_.clear();
    draining_.reset();
    exit_code_.reset();
    begin_ = time_of(line);
    slots_ = count_of(line, "slots", 1);
    pid_ = count_of(line, "pid", 0);
  } else if (event == "drain") {
    take_drain(line);
  } else if (event == "sweep_end") {
    exit_code_ = count_of(line, "exit_code", 1);
  } else if (const std::string_view id = text_of(line, "id"); !id.empty()) {
    TrialTrace& trial = trials_[std::string(id)];
    if (event == "trial_start") {
      trial = {};
      trial.attempt = count_of(line, "attempt", 1);
      trial.started = time_of(line);
    } else if (event == "epoch") {
      if (trial.first_epoch == 0) trial.first_epoch = count_of(line, "epoch", 0);
      trial.last_epoch = line;
    } else if (event == "trial_end") {
      take_end(trial, line);
    }
  }
  last_line_ = line;
}

void LastSweep::take_end(TrialTrace& trial, std::string_view line) {
  trial.end.emplace();
  trial.end->time = time_of(line);
  trial.end->outcome = store::Outcome::completed;
  if (text_of(line, "outcome") == "completed") return;
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return trial.end.reset();
  try {
    trial.end->outcome = from_name<store::Outcome>(json.at("outcome").get<std::string>());
    trial.end->reason = json.value("reason", "");
    trial.end->again = json.value("again", false);
  } catch (const std::exception&) {
    // Of another version of this program: the trial's file tells.
    trial.end.reset();
  }
}

void LastSweep::take_drain(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  const Json reason = json.is_object() ? json.value("reason", Json()) : Json();
  draining_ = Draining{time_of(line), reason.is_string() ? reason.get<std::string>() : "a reason not logged"};
}

}  // namespace lnn::sweep
