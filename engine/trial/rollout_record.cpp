#include "trial/rollout_record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "base/names.h"

namespace lnn::trial {
namespace {

using rollout::Errors;
using rollout::Outcome;
using rollout::Rollout;
using store::DataArray;
using store::Metric;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool completed(const MeasuredRollout& measured) {
  return measured.rollout.model.outcome == Outcome::completed && measured.rollout.reference.failure.empty();
}

// Errors that are averaged over the tests, too.
struct ErrorColumn {
  const char* name;
  double Errors::*member;
  const char* unit;
  const char* meaning;
};
constexpr ErrorColumn averaged[] = {
    {"position_error_mean", &Errors::position_mean, "1", "mean over time of sum_i |q_i - q_i true|"},
    {"position_error_max", &Errors::position_max, "1", "largest sum_i |q_i - q_i true|"},
    {"energy_error_mean", &Errors::energy_mean, "1",
     "mean over time of |E - E true| / |E true at the start|"},
    {"energy_error_max", &Errors::energy_max, "1", "largest |E - E true| / |E true at the start|"},
    {"energy_error_final", &Errors::energy_final, "1", "|E - E true| / |E true at the start| at the end"},
};
constexpr ErrorColumn single[] = {
    {"energy_drift_true", &Errors::drift_true, "of the energy", "standard deviation of the true energy"},
    {"energy_drift_model", &Errors::drift_model, "of the energy", "standard deviation of the model's energy"},
    {"outside_box", &Errors::outside_box, "1", "share of the true trajectory outside the training box"},
    {"divergence_time", &Errors::divergence_time, "s",
     "first time with sum_i |q_i - q_i true| > 0.1; NaN when never"},
};

void add_test(std::map<std::string, Metric>& metrics, const MeasuredRollout& measured, int k) {
  const auto add = [&](const std::string& name, double value, const std::string& unit,
                       const std::string& meaning) {
    metrics[fmt::format("rollout{}_{}", k, name)] = {value, unit, fmt::format("test {}: {}", k, meaning)};
  };
  add("completed", completed(measured) ? 1 : 0, "1", "1 when the solver reached the end");
  add("time_reached", measured.rollout.model.time_reached, "s", "how far the solver got");
  add("steps", static_cast<double>(measured.rollout.model.steps), "1", "steps of the solver");
  add("chaos_time", measured.rollout.reference.chaos_time, "s",
      "when two true trajectories 1e-8 apart are 0.1 apart; NaN when never");
  for (const ErrorColumn& column : averaged)
    add(column.name, measured.errors.*column.member, column.unit, column.meaning);
  for (const ErrorColumn& column : single)
    add(column.name, measured.errors.*column.member, column.unit, column.meaning);
}

double mean_over_completed(const std::vector<MeasuredRollout>& rollouts, double Errors::*member) {
  double sum = 0;
  int count = 0;
  for (const MeasuredRollout& measured : rollouts) {
    if (!completed(measured)) continue;
    sum += measured.errors.*member;
    ++count;
  }
  return count == 0 ? nan : sum / count;
}

// Rows of n numbers, filled with NaN up to `points` rows.
std::vector<double> padded(std::vector<double> values, std::size_t size) {
  values.resize(size, nan);
  return values;
}

}  // namespace

std::map<std::string, Metric> rollout_metrics(const std::vector<MeasuredRollout>& rollouts) {
  std::map<std::string, Metric> metrics;
  if (rollouts.empty()) return metrics;
  int number = 0;
  int successes = 0;
  for (const MeasuredRollout& measured : rollouts) {
    add_test(metrics, measured, ++number);
    successes += completed(measured) ? 1 : 0;
  }
  metrics["rollouts_completed"] = {static_cast<double>(successes), "1",
                                   fmt::format("of {} tests, those whose solver reached the end", number)};
  for (const ErrorColumn& column : averaged) {
    metrics[std::string("rollout_") + column.name] = {
        mean_over_completed(rollouts, column.member), column.unit,
        std::string("mean over the completed tests: ") + column.meaning};
  }
  return metrics;
}

std::string coordinate_units(const physics::System& system) {
  std::vector<std::string> units;
  for (const physics::Coordinate& coordinate : system.coordinates())
    units.push_back(fmt::format("{} [{}]", coordinate.name, coordinate.unit));
  return fmt::format("{}", fmt::join(units, ", "));
}

store::ArrayGroup rollout_arrays(const physics::System& system, const Rollout& rollout, int k) {
  const physics::Trajectory& truth = rollout.reference.points;
  const std::size_t points = truth.t.size();
  const auto n = static_cast<std::size_t>(system.dimension());
  const std::string units = coordinate_units(system);
  const auto line = [&](const char* name, const char* unit, const char* meaning,
                        const std::vector<double>& v) {
    return DataArray{name, unit, meaning, {static_cast<std::int64_t>(points)}, padded(v, points), true};
  };
  const auto rows = [&](const char* name, const std::string& unit, const char* meaning,
                        const std::vector<double>& v) {
    return DataArray{name,
                     unit,
                     meaning,
                     {static_cast<std::int64_t>(points), static_cast<std::int64_t>(n)},
                     padded(v, points * n),
                     true};
  };
  return {"rollouts",
          std::to_string(k),
          {{"outcome", rollout.reference.failure.empty() ? to_name(rollout.model.outcome) : "no_reference"},
           {"reason", rollout.reference.failure.empty() ? rollout.model.reason : rollout.reference.failure},
           {"chaos_time", fmt::format("{}", rollout.reference.chaos_time)},
           {"steps", std::to_string(rollout.model.steps)}},
          {line("t", "s", "time", truth.t), rows("q_true", units, "true positions", truth.q),
           rows("v_true", units + ", per s", "true velocities", truth.v),
           rows("q_model", units, "positions of the learned model", rollout.model.points.q),
           rows("v_model", units + ", per s", "velocities of the learned model", rollout.model.points.v),
           line("energy_true", "of the energy", "true energy along the true trajectory", rollout.energy_true),
           line("energy_model", "of the energy", "true energy function along the model's trajectory",
                rollout.energy_model)}};
}

}  // namespace lnn::trial
