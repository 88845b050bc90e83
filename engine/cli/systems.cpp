#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/options.h"
#include "physics/sampling.h"
#include "physics/system.h"

namespace lnn::cli {
namespace {

using physics::Box;
using physics::Coordinate;
using physics::Interval;
using physics::SamplingOptions;
using physics::System;
using Json = nlohmann::ordered_json;

// ---- for programs ----

Json box_json(const Box& box) {
  Json intervals = Json::array();
  for (const auto& [low, high, logarithmic] : box) {
    intervals.push_back({{"low", low}, {"high", high}, {"logarithmic", logarithmic}});
  }
  return intervals;
}

Json sampling_json(const SamplingOptions& options) {
  return {{"samples", options.samples},
          {"seed", options.seed},
          {"q_box", box_json(options.q_box)},
          {"v_box", box_json(options.v_box)}};
}

Json system_json(const System& system) {
  Json coordinates = Json::array();
  for (const Coordinate& coordinate : system.coordinates()) {
    coordinates.push_back({{"name", coordinate.name},
                           {"unit", coordinate.unit},
                           {"angle", coordinate.angle},
                           {"time", coordinate.time},
                           {"low", coordinate.low},  // null when unbounded
                           {"high", coordinate.high}});
  }
  Json constants = Json::array();
  for (const auto& [name, value, unit, meaning, positive] : system.constants()) {
    constants.push_back(
        {{"name", name}, {"value", value}, {"unit", unit}, {"meaning", meaning}, {"positive", positive}});
  }
  Json conserved = Json::array();
  for (const auto& [name, unit] : system.conserved_quantities()) {
    conserved.push_back({{"name", name}, {"unit", unit}});
  }
  const auto [training, validation] = published_sampling(system);
  return {{"name", system.name()},
          {"description", system.description()},
          {"coordinates", coordinates},
          {"constants", constants},
          {"conserved_quantities", conserved},
          {"sampling", {{"training", sampling_json(training)}, {"validation", sampling_json(validation)}}}};
}

// ---- for people ----

std::string with_unit(std::string_view unit) {
  return unit == "1" ? std::string() : fmt::format(" {}", unit);
}

std::string interval_text(const Interval& interval) {
  return fmt::format("{:.6g} .. {:.6g}{}", interval.low, interval.high, interval.logarithmic ? " log" : "");
}

std::string chart_text(const Coordinate& coordinate) {
  if (std::isfinite(coordinate.high))
    return fmt::format(", in ({:.6g}, {:.6g})", coordinate.low, coordinate.high);
  return std::isfinite(coordinate.low) ? fmt::format(", above {:.6g}", coordinate.low) : "";
}

void print_sampling(const System& system, const char* title, const SamplingOptions& options) {
  fmt::print("  {} set: {} samples, seed {}\n", title, options.samples, options.seed);
  for (std::size_t j = 0; j < options.q_box.size(); ++j) {
    const Coordinate& coordinate = system.coordinates()[j];
    const std::string velocity = coordinate.time ? "from the constraint" : interval_text(options.v_box[j]);
    fmt::print("    {:8} {:22} {:9} {}\n", coordinate.name, interval_text(options.q_box[j]),
               coordinate.name + "'", velocity);
  }
}

void print(const System& system) {
  fmt::print("{}: {}\n  coordinates\n", system.name(), system.description());
  for (const Coordinate& coordinate : system.coordinates()) {
    fmt::print("    {}{}{}{}{}\n", coordinate.name, with_unit(coordinate.unit), chart_text(coordinate),
               coordinate.angle ? ", angle" : "", coordinate.time ? ", time" : "");
  }
  fmt::print("  constants\n");
  for (const auto& [name, value, unit, meaning, positive] : system.constants()) {
    fmt::print("    {:11} = {:26} {}{}\n", name, fmt::format("{}{}", value, with_unit(unit)), meaning,
               positive ? "" : " (any sign)");
  }
  std::vector<std::string> conserved{"energy"};
  for (const auto& quantity : system.conserved_quantities()) conserved.push_back(quantity.name);
  fmt::print("  conserved: {}\n", fmt::join(conserved, ", "));
  const auto [training, validation] = published_sampling(system);
  print_sampling(system, "training", training);
  print_sampling(system, "validation", validation);
}

}  // namespace

int systems(const Words& words) {
  Syntax syntax{.usage = "lnn-sweep systems [NAME] [--json]",
                .summary =
                    "Lists the physical systems, or the one called NAME: coordinates with units, constants "
                    "with their published values,\nconserved quantities, and the default boxes, sizes and "
                    "seeds of the training and validation sets.\nA velocity (') is per second; numbers "
                    "without a unit are dimensionless; `log` marks a log-uniform draw.",
                .options = {},
                .positional = {"name"}};
  syntax.options.add_options()("json", po::bool_switch(), "print JSON: {\"systems\": [...]}");
  const po::variables_map values = parse(words, std::move(syntax));
  if (values.contains("help")) return 0;

  const auto names =
      values.contains("name") ? values["name"].as<std::vector<std::string>>() : physics::system_names();
  std::vector<std::unique_ptr<const System>> chosen;
  chosen.reserve(names.size());
  for (const std::string& name : names) chosen.push_back(physics::make_system(name));

  if (values["json"].as<bool>()) {
    Json list = Json::array();
    for (const auto& system : chosen) list.push_back(system_json(*system));
    std::cout << Json{{"systems", list}}.dump(2) << "\n";
    return 0;
  }
  for (const auto& system : chosen) {
    if (system != chosen.front()) fmt::print("\n");
    print(*system);
  }
  return 0;
}

}  // namespace lnn::cli
