#include "base/clock.h"

#include <fmt/chrono.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <ctime>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lnn {
namespace {

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<double> with_unit(std::string_view text) {
  constexpr std::array units{std::pair{'s', 1.0}, std::pair{'m', 60.0}, std::pair{'h', 3600.0},
                             std::pair{'d', 86400.0}};
  for (const auto& [letter, seconds] : units) {
    if (!text.ends_with(letter)) continue;
    const auto value = number_of(text.substr(0, text.size() - 1));
    return value ? std::optional(*value * seconds) : std::nullopt;
  }
  return number_of(text);
}

// "HH:MM:SS" or "MM:SS".
std::optional<double> with_colons(std::string_view text) {
  double seconds = 0;
  int fields = 0;
  for (std::size_t begin = 0; begin <= text.size(); ++fields) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    const auto value = number_of(text.substr(begin, end - begin));
    if (!value || (fields > 0 && *value >= 60)) return std::nullopt;
    seconds = 60 * seconds + *value;
    begin = end + 1;
  }
  return fields <= 3 ? std::optional(seconds) : std::nullopt;
}

std::optional<double> duration_of(std::string_view text) {
  double days = 0;
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    const auto value = number_of(text.substr(0, dash));
    if (!value || text.find(':') == std::string_view::npos) return std::nullopt;
    days = *value;
    text.remove_prefix(dash + 1);
  }
  const auto rest = text.find(':') == std::string_view::npos ? with_unit(text) : with_colons(text);
  return rest ? std::optional(86400 * days + *rest) : std::nullopt;
}

}  // namespace

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string iso_time(double time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(time)));
}

std::string duration_text(double seconds) {
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const long whole = std::lround(seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

double parse_duration(const std::string& text, const std::string& option) {
  const auto seconds = duration_of(text);
  if (!seconds || *seconds <= 0) {
    throw_user_error(
        "{} {}: is not a length of time. Give seconds, a number with s, m, h or d (as 45m), or HH:MM:SS "
        "(D-HH:MM:SS for days).",
        option, text);
  }
  return *seconds;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown-host";
}

}  // namespace lnn
