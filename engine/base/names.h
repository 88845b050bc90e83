#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Names of choices, as they stand in experiment files, result files and messages.
namespace lnn {

/// The entry of `candidates` with the smallest edit distance to `word`, or "" when none is near
/// (distance above a third of the word's length, at least 2).
std::string nearest_name(std::string_view word, std::span<const std::string> candidates);

/// "'alpha', 'beta', 'gamma'".
std::string quoted_list(std::span<const std::string> names);

/// Throws UserError: "WHAT: unknown value 'word'. Did you mean 'near'? Allowed: ...".
[[noreturn]] void throw_unknown_name(std::string_view what, std::string_view word,
                                     std::span<const std::string> candidates);

/// An enum with its names. Specialize EnumNames<E> with `static constexpr const char* what` (for messages)
/// and `static constexpr std::array table{std::pair{E::value, "name"}, ...}`.
template <class E>
struct EnumNames;

template <class E>
std::vector<std::string> enum_names() {
  std::vector<std::string> names;
  names.reserve(EnumNames<E>::table.size());
  for (const auto& [value, name] : EnumNames<E>::table) names.emplace_back(name);
  return names;
}

template <class E>
std::string to_name(E value) {
  for (const auto& [candidate, name] : EnumNames<E>::table) {
    if (candidate == value) return name;
  }
  return "?";
}

/// Throws UserError with the allowed names and the nearest one.
template <class E>
E from_name(std::string_view word) {
  for (const auto& [value, name] : EnumNames<E>::table) {
    if (word == name) return value;
  }
  const auto names = enum_names<E>();
  throw_unknown_name(EnumNames<E>::what, word, names);
}

}  // namespace lnn
