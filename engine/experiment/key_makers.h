#pragma once

#include <limits>
#include <string>
#include <utility>

#include "base/names.h"
#include "experiment/keys.h"

/// Small makers from which the table of keys (keys.cpp, discrete_keys.cpp) is written.
namespace lnn::experiment {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double largest_size = 1e8;
inline constexpr double largest_data_seed = 2e9;  // 2 S + j of the generator stays below 2^32
inline constexpr double largest_network_seed = 9007199254740992.0;  // 2^53: exact in every JSON reader

inline Default fixed(const Json& value) {
  return {to_text(value), [value](const Situation&) { return value; }};
}

inline Key basic_key(const std::string& path, KeyType type, Default fallback, const std::string& unit,
                     const std::string& meaning, const std::string& source) {
  Key key;
  key.path = path;
  key.type = type;
  key.fallback = std::move(fallback);
  key.unit = unit;
  key.meaning = meaning;
  key.source = source;
  return key;
}

template <class E>
inline Key name_key(const std::string& path, Default fallback, const std::string& meaning,
                    const std::string& source, KeyType type = KeyType::name) {
  Key key = basic_key(path, type, std::move(fallback), "", meaning, source);
  key.names = enum_names<E>();
  return key;
}

inline Key number_key(const std::string& path, KeyType type, Default fallback, double low, double high,
                      const std::string& meaning, const std::string& source) {
  Key key = basic_key(path, type, std::move(fallback), "1", meaning, source);
  key.low = low;
  key.high = high;
  return key;
}

inline Key integer_key(const std::string& path, Default fallback, double low, double high,
                       const std::string& meaning, const std::string& source) {
  return number_key(path, KeyType::integer, std::move(fallback), low, high, meaning, source);
}

/// A real number that is not negative.
inline Key real_key(const std::string& path, Default fallback, const std::string& meaning,
                    const std::string& source) {
  return number_key(path, KeyType::real, std::move(fallback), 0, infinity, meaning, source);
}

inline Key positive(Key key) {
  key.low_allowed = false;
  return key;
}

inline Key below_one(Key key) {
  key.high = 1;
  key.high_allowed = false;
  return key;
}

inline Key any_sign(Key key) {
  key.low = -infinity;
  return key;
}

inline Key box_key(const std::string& path, Default fallback, const std::string& unit,
                   const std::string& meaning, const std::string& source) {
  return basic_key(path, KeyType::box, std::move(fallback), unit, meaning, source);
}

/// Adds a rule to those that the key has.
inline Key read_when(ReadRule rule, Key key) {
  key.read_when.push_back(std::move(rule));
  return key;
}

inline Key implied(Key key) {
  key.implied = true;
  return key;
}

inline Key vector_key(const std::string& path, int power, Default fallback, const std::string& unit,
                      const std::string& meaning, const std::string& source) {
  Key key = basic_key(path, KeyType::vector, std::move(fallback), unit, meaning, source);
  key.low = -infinity;
  key.high = infinity;
  key.power = power;
  return key;
}

/// The keys of trajectories, discrete Lagrangians and symmetries (paper B), in their order.
std::vector<Key> trajectory_keys();
std::vector<Key> discrete_keys();
std::vector<Key> symmetry_keys();

/// Rules: the trial learns from trajectories; from states drawn from a box; an LNN; a discrete Lagrangian.
inline const ReadRule from_trajectories{"data.source", "trajectories"};
inline const ReadRule from_box{"data.source", "box"};
inline const ReadRule continuous_model{"model", "lagrangian"};
inline const ReadRule discrete_model{"model", "discrete_lagrangian"};

}  // namespace lnn::experiment
