#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// Configurations in their two forms: nested JSON objects, and flat maps from dotted key to value.
namespace lnn::experiment {

using Json = nlohmann::json;

/// Dotted key ("network.width") -> value. The value is never an object.
using Settings = std::map<std::string, Json>;

/// Flattens an object whose keys may be nested, dotted, or a mixture of both.
/// Throws UserError (prefixed with `where`) when it is not an object or a key is given twice.
Settings flatten(const Json& object, const std::string& where);

/// The nested object with these dotted keys.
Json nest(const Settings& settings);

/// The value at a dotted key of a nested object, or nullptr.
const Json* find_value(const Json& nested, const std::string& key);

/// `settings` with those of `stronger` put on top.
Settings merged(Settings settings, const Settings& stronger);

/// "key=value" assignments of a command line as overrides. A value is JSON where it reads as JSON ("3",
/// "[0, 1]", "true"), text otherwise ("gelu"). Throws UserError for a word without '=' or a key given twice.
Json parse_overrides(const std::vector<std::string>& assignments);

/// A value for people: texts without quotes, anything else as JSON.
std::string to_text(const Json& value);
std::vector<std::string> to_texts(const std::vector<Json>& values);

}  // namespace lnn::experiment
