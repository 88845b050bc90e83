#include "analysis/figures/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <utility>

namespace lnn::figures {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array phrases{Pair{"quadratic_term 1.0", "with term"},
                             Pair{"quadratic_term 0.0", "without term"}};
constexpr std::array spellings{Pair{"gelu", "GeLU"},
                               Pair{"softplus", "Softplus"},
                               Pair{"sylvester", "Sylvester"},
                               Pair{"dyt", "DyT"},
                               Pair{"radam", "RAdam"},
                               Pair{"adam", "Adam"},
                               Pair{"lambda", "λ ="},
                               Pair{"delta", "δ ="},
                               Pair{"pi", "π"},
                               Pair{"theta", "θ"},
                               Pair{"phi", "φ"}};
constexpr std::array<std::string_view, 10> subscripts{"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string_view spelled(std::string_view word) {
  const auto found = std::ranges::find(spellings, word, &Pair::first);
  return found == spellings.end() ? word : found->second;
}

}  // namespace

std::string literal(std::string_view text) {
  return fmt::format("'{}'", replaced(std::string(text), "'", "''"));
}

std::string plain(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool is_space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (std::iscntrl(static_cast<unsigned char>(c)) != 0 && !is_space) continue;
    if (is_space && !result.empty() && result.back() == ' ') continue;
    if (std::string_view("_^{}@&~\\").find(c) != std::string_view::npos) result += '\\';
    result += is_space ? ' ' : c;
  }
  return result;
}

std::string words(std::string_view label) {
  std::string text(label);
  for (const auto& [phrase, better] : phrases) text = replaced(text, phrase, better);
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_letter(text[end])) ++end;
    if (end == i) {
      result += text[i++];
    } else {
      result += spelled(std::string_view(text).substr(i, end - i));
      i = end;
    }
  }
  return plain(result);
}

std::string symbol(std::string_view coordinate) {
  std::size_t digits = coordinate.size();
  while (digits > 0 && is_digit(coordinate[digits - 1])) --digits;
  std::string result = plain(spelled(coordinate.substr(0, digits)));
  for (const char digit : coordinate.substr(digits))
    result += subscripts[static_cast<std::size_t>(digit - '0')];
  return result;
}

std::string with_unit(std::string_view text, std::string_view unit) {
  if (unit == "1" || unit.empty()) return std::string(text);
  return fmt::format("{} [{}]", text, plain(replaced(replaced(std::string(unit), "^2", "²"), "^4", "⁴")));
}

std::string count(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string seeds_text(const std::vector<std::size_t>& numbers) {
  const auto [low, high] = std::ranges::minmax(numbers);
  return low == high ? count(high, "seed") : fmt::format("{} to {}", low, count(high, "seed"));
}

std::string spread_text(const std::vector<std::size_t>& numbers) {
  const std::string seeds = seeds_text(numbers);
  return seeds == "1 seed" ? "one seed" : "median and range of " + seeds;
}

std::string number(double value) {
  return fmt::format("{:.6g}", value);
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    return !continues && std::string_view("_^{}\\").find(c) == std::string_view::npos;
  }));
}

double pixels_of(std::string_view text) {
  constexpr double average = 8;
  constexpr double wide = 4;  // more than the average
  const auto letters = std::ranges::count_if(
      text, [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0 || c == 'm' || c == 'w'; });
  return average * static_cast<double>(width_of(text)) + wide * static_cast<double>(letters);
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::istringstream given{std::string(text)};
  for (std::string line; std::getline(given, line);) {
    std::istringstream parts(line);
    std::string current;
    for (std::string word; parts >> word;) {
      if (!current.empty() && width_of(current) + 1 + width_of(word) > width) {
        lines.push_back(std::exchange(current, ""));
      }
      current += (current.empty() ? "" : " ") + word;
    }
    if (!current.empty()) lines.push_back(current);
  }
  return lines;
}

}  // namespace lnn::figures
