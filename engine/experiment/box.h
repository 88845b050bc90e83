#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "physics/sampling.h"
#include "physics/system.h"

/// Boxes of states as experiment files write them.
///
/// A box is one interval for all coordinates, or a list of one interval per coordinate. An interval is
/// [low, high] or [low, high, "log"]; a bound is a number or a multiple of pi as text: "pi", "-pi/2",
/// "5pi/2", "2pi", "0.9pi".
namespace lnn::experiment {

using Json = nlohmann::json;

/// Checks a box without knowing the system and evaluates its bounds; one interval stays one interval.
/// Throws UserError, prefixed with `where`, for a wrong form, low >= high, or a logarithmic interval with
/// low <= 0.
Json canonical_box(const Json& value, const std::string& where);

/// A canonical box as a list with one interval per coordinate of `system`.
/// Throws UserError when a list has another length, naming the coordinates.
Json box_for(const physics::System& system, const Json& box, const std::string& where);

Json box_to_json(const physics::Box& box);

/// Reads a list of canonical intervals.
physics::Box box_from_json(const Json& box);

}  // namespace lnn::experiment
