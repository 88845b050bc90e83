#include "sweep/shard.h"

#include <charconv>
#include <cstdlib>

#include "base/error.h"

namespace lnn::sweep {
namespace {

std::optional<int> parse_int(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::nullopt : parse_int(text);
}

}  // namespace

bool Shard::contains(std::size_t position) const {
  const auto parts = static_cast<std::size_t>(count);
  const std::size_t round = position / parts;
  const std::size_t place = position % parts;
  return (round % 2 == 0 ? place : parts - 1 - place) == static_cast<std::size_t>(index - 1);
}

std::string Shard::text() const {
  return fmt::format("{}/{}", index, count);
}

Shard parse_shard(const std::string& text, const std::string& option) {
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const auto index = parse_int(text.substr(0, slash));
    const auto count = parse_int(text.substr(slash + 1));
    if (index && count && *index >= 1 && *index <= *count) return {*index, *count};
  }
  throw_user_error("{} {}: is not a part K/N with 1 <= K <= N (as 2/5, the second of five). Correct it.",
                   option, text);
}

std::optional<Shard> shard_of_array_task() {
  const auto id = variable("SLURM_ARRAY_TASK_ID");
  const auto count = variable("SLURM_ARRAY_TASK_COUNT");
  const auto first = variable("SLURM_ARRAY_TASK_MIN");
  if (!id || !count || !first || *count < 1) return std::nullopt;
  const int step = std::max(1, variable("SLURM_ARRAY_TASK_STEP").value_or(1));
  const int index = (*id - *first) / step + 1;
  if (index < 1 || index > *count) return std::nullopt;
  return Shard{index, *count};
}

}  // namespace lnn::sweep
