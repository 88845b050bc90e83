#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiment/settings.h"
#include "physics/sampling.h"
#include "physics/system.h"

/// The configuration keys of a trial: one table that parsing, defaults, range checks, messages, the JSON
/// schema and the documentation all read.
namespace lnn::experiment {

enum class KeyType { integer, real, name, activation, box, phases, vector, rates };

/// What a default may depend on.
struct Situation {
  const physics::System& system;
  physics::PublishedSampling published;
  Settings values;  ///< resolved values of the keys above this one in the table
};

struct Default {
  std::string text;  ///< for people: "500", "published", "epochs / 10, at least 1"
  std::function<Json(const Situation&)> value;
};

/// A trial reads a key only while another key has (or has not) a value.
struct ReadRule {
  std::string key;
  Json value;
  bool equal = true;  ///< false: read unless equal
};

struct Key {
  std::string path;
  KeyType type = KeyType::real;
  Default fallback;
  double low = 0;                  ///< smallest allowed number
  double high = 0;                 ///< largest allowed number
  bool low_allowed = true;         ///< false: numbers must be above `low`
  bool high_allowed = true;        ///< false: numbers must be below `high`
  std::vector<std::string> names;  ///< allowed names (types name and activation)
  std::string unit;                ///< "1" when dimensionless, "" for texts
  std::string meaning;
  std::string source;
  std::vector<ReadRule> read_when = {};  ///< all must hold
  /// Left out of the canonical form of a trial on boxes while it has its default: keys that came later must
  /// not change the identities of paper A's trials.
  bool implied = false;
  /// Type vector: the number of entries as a power of the number n of coordinates, n or n^2.
  int power = 1;
};

/// All keys of a trial except `system` and `constants.<name>`, in the order in which they are resolved.
const std::vector<Key>& keys();

/// Keys of one entry of `training.phases`; the paths are relative to the entry.
const std::vector<Key>& phase_keys();

/// The key at a dotted path, or nullptr.
const Key* find_key(const std::string& path);

/// "an integer from 1 to 65536", "one of 'radam', 'adam'", ...
std::string allowed_values(const Key& key);

/// Checks one value without knowing the rest of the trial and brings it into canonical form: integers as
/// integers, reals as doubles, bounds evaluated. Throws UserError "WHERE: KEY: VALUE is not ...".
Json canonical_value(const Key& key, const Json& value, const std::string& where);

/// Checks every key and value of one layer of settings, before the system is known (so `constants.<name>`
/// only for being numbers, and boxes not for their number of intervals). Returns them in canonical form.
/// Throws UserError for an unknown key (with the nearest) or an impossible value.
Settings canonical_settings(const Settings& settings, const std::string& where);

/// "" when a trial with these values (of all keys) reads the key, otherwise why not:
/// "training.regularizer is 'none'".
std::string why_unread(const Key& key, const Settings& values);

/// The parallel branches of an activation: "softplus+quadratic" -> "softplus", "quadratic".
std::vector<std::string> branch_names(const std::string& activation);

/// The keys as a Markdown table: key, allowed values, default, unit, meaning with source.
std::string keys_markdown();

/// Training samples of all trajectories: triples for a discrete Lagrangian, points for an LNN.
int trajectory_samples(const Settings& values);

/// Prefix of the system's constants among the keys.
inline constexpr const char* constants_prefix = "constants.";

}  // namespace lnn::experiment
