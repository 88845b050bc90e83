#include "analysis/figures/rollouts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "analysis/figures/text.h"
#include "base/error.h"

namespace lnn::figures {
namespace {

constexpr std::size_t most_points = 1500;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
/// Exact zeros, which a logarithmic axis cannot show, become the resolution of the stored numbers.
constexpr double single_resolution = 6e-8;

bool has_array(const store::ArrayGroup& group, const std::string& name) {
  return std::ranges::find(group.arrays, name, &store::DataArray::name) != group.arrays.end();
}

/// "theta1 [rad], theta2 [rad]" as names and units.
std::vector<NamedUnit> coordinates_of(std::string_view text) {
  std::vector<NamedUnit> result;
  while (!text.empty()) {
    const auto open = text.find(" [");
    const auto close = text.find(']');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) break;
    result.push_back(
        {std::string(text.substr(0, open)), std::string(text.substr(open + 2, close - open - 2))});
    text.remove_prefix(std::min(text.size(), close + 3));
  }
  return result;
}

std::vector<Numbers> columns_of(const store::ArrayGroup& group, const std::string& name,
                                std::int64_t points) {
  if (!has_array(group, name)) return {};
  const store::DataArray& array = need_array(group, name, {points, -1});
  const auto n = static_cast<std::size_t>(array.shape[1]);
  std::vector<Numbers> columns(n);
  for (std::size_t i = 0; i < array.values.size(); ++i) columns[i % n].push_back(array.values[i]);
  return columns;
}

Numbers line_of(const store::ArrayGroup& group, const std::string& name, std::int64_t points) {
  return has_array(group, name) ? need_array(group, name, {points}).values : Numbers{};
}

/// |E - E_true| / |E_true(0)|.
Numbers relative_error(const Numbers& model, const Numbers& truth) {
  Numbers errors;
  for (std::size_t i = 0; i < std::min(model.size(), truth.size());
       ++i)  // max() keeps a NaN that comes first
    errors.push_back(std::max(std::abs(model[i] - truth[i]) / std::abs(truth[0]), single_resolution));
  return errors;
}

std::string fact(const store::ArrayGroup& group, const std::string& name) {
  const auto found = group.facts.find(name);
  return found == group.facts.end() ? "" : found->second;
}

double number_fact(const store::ArrayGroup& group, const std::string& name) {
  const std::string text = fact(group, name);
  double value = nan;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : nan;
}

/// Only the extended motion begins as the data do.
std::size_t training_steps_of(const store::ArrayGroup& group) {
  const double steps = number_fact(group, "training_steps");
  return group.name == "extended" && steps > 0 && steps < 1e9 ? static_cast<std::size_t>(steps) : 0;
}

void thin(Numbers& values, std::size_t stride) {
  Numbers kept;
  for (std::size_t i = 0; i < values.size(); i += stride) kept.push_back(values[i]);
  values = std::move(kept);
}

/// No panel has more pixels.
void thin(Rollout& rollout) {
  const std::size_t stride = (rollout.t.size() + most_points - 1) / most_points;
  if (stride < 2) return;
  for (Numbers* line : {&rollout.t, &rollout.energy_error, &rollout.symmetry_error,
                        &rollout.true_energy_error, &rollout.true_symmetry_error})
    thin(*line, stride);
  rollout.training_steps /= stride;
  for (std::vector<Numbers>* columns :
       {&rollout.q_true, &rollout.q_model, &rollout.v_true, &rollout.v_model}) {
    for (Numbers& column : *columns) thin(column, stride);
  }
}

Rollout read_rollout(const store::ArrayGroup& group) {
  Rollout rollout;
  rollout.test = group.name;
  rollout.outcome = fact(group, "outcome");
  rollout.chaos_time = number_fact(group, "chaos_time");
  rollout.t = need_array(group, "t", {-1}).values;
  const auto points = static_cast<std::int64_t>(rollout.t.size());
  const store::DataArray& positions = need_array(group, "q_true", {points, -1});
  rollout.coordinates = coordinates_of(positions.unit);
  rollout.q_true = columns_of(group, "q_true", points);
  need_array(group, "q_model", positions.shape);
  rollout.q_model = columns_of(group, "q_model", points);
  rollout.v_true = columns_of(group, "v_true", points);
  rollout.v_model = columns_of(group, "v_model", points);
  rollout.symmetry_error = line_of(group, "symmetry_error", points);
  rollout.energy_error = line_of(group, "energy_error", points);
  if (rollout.energy_error.empty() && has_array(group, "energy_model")) {
    rollout.energy_error =
        relative_error(line_of(group, "energy_model", points), line_of(group, "energy_true", points));
  }
  rollout.true_energy_error = line_of(group, "true_energy_error", points);
  rollout.true_symmetry_error = line_of(group, "true_symmetry_error", points);
  rollout.training_steps = training_steps_of(group);
  rollout.own_energy = has_array(group, "energy_error");
  rollout.coordinates.resize(rollout.q_true.size(), {"q", "1"});
  thin(rollout);
  return rollout;
}

}  // namespace

Numbers Rollout::position_error() const {
  Numbers errors(t.size(), 0);
  for (std::size_t c = 0; c < q_true.size(); ++c) {
    for (std::size_t i = 0; i < t.size(); ++i) errors[i] += std::abs(q_model[c][i] - q_true[c][i]);
  }
  for (double& error : errors) error = std::max(error, single_resolution);
  return errors;
}

std::string Rollout::stop_text() const {
  if (outcome == "completed" || outcome.empty()) return "";
  std::size_t last = t.size();
  while (last > 0 && !std::isfinite(q_model[0][last - 1])) --last;
  std::string why = outcome;
  std::ranges::replace(why, '_', ' ');
  return fmt::format("; the solver stopped{}: {}", last > 0 ? fmt::format(" at t = {:.3g}", t[last - 1]) : "",
                     plain(why));
}

std::vector<Rollout> read_rollouts(const StudyTrial& trial) {
  std::vector<Rollout> result;
  if (!trial.completed()) return result;
  for (const store::ArrayGroup& group : trial.arrays.groups) {
    if (group.family != "rollouts") continue;
    Rollout rollout = read_rollout(group);
    if (rollout.t.size() > 1 && !rollout.q_true.empty()) result.push_back(std::move(rollout));
  }
  return result;
}

std::string units_of(const Rollout& rollout) {
  std::vector<std::string> units;
  for (const NamedUnit& one : rollout.coordinates) {
    if (std::ranges::find(units, one.unit) == units.end()) units.push_back(one.unit);
  }
  return fmt::format("{}", fmt::join(units, " + "));
}

std::string test_title(const Rollout& rollout) {
  if (rollout.test == "extended") return "training trajectory, extended";
  if (rollout.test == "test") return "test trajectory";
  const bool numbered = rollout.test.find_first_not_of("0123456789") == std::string::npos;
  return fmt::format("{}{}", numbered ? "test " : "", plain(rollout.test));
}

std::string time_label(const StudyTrial& trial) {
  return trial.lorentzian() ? "proper time τ" : "time [s]";
}

void add_training_end(Picture& picture, Panel& panel, const Rollout& rollout, Limits limits) {
  if (rollout.training_steps == 0 || rollout.training_steps >= rollout.t.size()) return;
  const double end = rollout.t[rollout.training_steps];
  const Numbers x{end, end};
  const Numbers y{limits.low, limits.high};
  panel.curves.push_back(picture.data("end of the training data", {x, y}) + " using 1:2 " +
                         guide_style.plot());
  picture.add_entry("end of the training data", guide_style);
}

void add_chaos_time(Picture& picture, Panel& panel, const Rollout& rollout, Limits limits) {
  if (!std::isfinite(rollout.chaos_time)) return;
  const Numbers x{rollout.chaos_time, rollout.chaos_time};
  const Numbers y{limits.low, limits.high};
  panel.curves.push_back(picture.data("time of chaos", {x, y}) + " using 1:2 " + guide_style.plot());
  picture.add_entry("chaos: a shift of 10⁻⁸ has grown to 0.1", guide_style);
}

Settings time_axis(const Numbers& t, int tics) {
  return linear_axis('x', {t.front(), t.back() + (t.back() - t[t.size() - 2])}, tics);
}

}  // namespace lnn::figures
