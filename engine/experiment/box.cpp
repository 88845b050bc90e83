#include "experiment/box.h"

#include <numbers>
#include <regex>
#include <vector>

#include "base/error.h"
#include "base/names.h"

namespace lnn::experiment {
namespace {

double bound(const Json& value, const std::string& where) {
  // Adding 0.0 turns -0.0 into 0.0, so that both spell the same trial.
  if (value.is_number()) return value.get<double>() + 0.0;
  static const std::regex multiple_of_pi(R"(([+-]?)(\d+\.?\d*)?\*?pi(?:/(\d+\.?\d*))?)");
  std::smatch part;
  const std::string text = value.is_string() ? value.get<std::string>() : "";
  if (!std::regex_match(text, part, multiple_of_pi)) {
    throw_user_error(
        "{}: {} is not a bound. Write a number or a multiple of pi, e.g. \"-pi/2\", \"5pi/2\", \"2pi\".",
        where, value.dump());
  }
  const double sign = part[1] == "-" ? -1.0 : 1.0;
  const double factor = part[2].matched ? std::stod(part[2]) : 1.0;
  const double divisor = part[3].matched ? std::stod(part[3]) : 1.0;
  if (divisor == 0) throw_user_error("{}: {} divides by zero. Write a finite bound.", where, value.dump());
  return sign * factor * std::numbers::pi / divisor + 0.0;
}

bool is_list_of_intervals(const Json& box) {
  return box.at(0).is_array();
}

Json canonical_interval(const Json& value, const std::string& where) {
  const bool logarithmic = value.is_array() && value.size() == 3 && value[2] == "log";
  if (!value.is_array() || !(value.size() == 2 || logarithmic)) {
    throw_user_error("{}: {} is not an interval. Write [low, high] or [low, high, \"log\"].", where,
                     value.dump());
  }
  const double low = bound(value[0], where);
  const double high = bound(value[1], where);
  if (!(low < high)) {
    throw_user_error("{}: {} is empty (low {} is not below high {}). Put the lower bound first.", where,
                     value.dump(), low, high);
  }
  if (logarithmic && low <= 0) {
    throw_user_error(
        "{}: {} cannot be drawn log-uniformly (low {} is not positive). Raise it or drop \"log\".", where,
        value.dump(), low);
  }
  Json interval{low, high};
  if (logarithmic) interval.push_back("log");
  return interval;
}

std::string coordinate_names(const physics::System& system) {
  std::vector<std::string> names;
  for (const auto& coordinate : system.coordinates()) names.push_back(coordinate.name);
  return quoted_list(names);
}

}  // namespace

Json canonical_box(const Json& value, const std::string& where) {
  if (!value.is_array() || value.empty()) {
    throw_user_error("{}: {} is not a box. Write one interval [low, high] or a list of one per coordinate.",
                     where, value.dump());
  }
  if (!is_list_of_intervals(value)) return canonical_interval(value, where);
  Json box = Json::array();
  for (const Json& interval : value) box.push_back(canonical_interval(interval, where));
  return box;
}

Json box_for(const physics::System& system, const Json& box, const std::string& where) {
  const auto dimension = static_cast<std::size_t>(system.dimension());
  if (!is_list_of_intervals(box)) return Json(dimension, box);
  if (box.size() != dimension) {
    throw_user_error(
        "{}: {} intervals for the {} coordinates {} of '{}'. Write one interval for all or {} of them.",
        where, box.size(), dimension, coordinate_names(system), system.name(), dimension);
  }
  return box;
}

Json box_to_json(const physics::Box& box) {
  Json json = Json::array();
  for (const auto& interval : box) {
    Json entry{interval.low, interval.high};
    if (interval.logarithmic) entry.push_back("log");
    json.push_back(std::move(entry));
  }
  return json;
}

physics::Box box_from_json(const Json& box) {
  physics::Box intervals;
  for (const Json& entry : box) {
    intervals.push_back({.low = entry.at(0).get<double>(),
                         .high = entry.at(1).get<double>(),
                         .logarithmic = entry.size() == 3});
  }
  return intervals;
}

}  // namespace lnn::experiment
