// Errors over the time of rollouts.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include "analysis/figures/band.h"
#include "analysis/figures/kinds.h"
#include "analysis/figures/rollouts.h"
#include "analysis/figures/text.h"

namespace lnn::figures {
namespace {

constexpr std::size_t most_arms = 6;  // as many as there are colors
constexpr double largest_ratio = 1e8;
constexpr std::size_t most_bands = 4;  // more shaded bands hide each other

struct ErrorKind {
  std::string name;     ///< of the file
  std::string title;    ///< what is shown
  std::string formula;  ///< for the subtitle
  std::string axis;     ///< name of the axis; the unit is added where it has one
  std::function<Numbers(const Rollout&)> error;
};

/// How many points of a rollout have an error. Where velocities are central differences the last one has
/// none, though the solver got there.
std::size_t defined_points(const Rollout& rollout, const Numbers& error) {
  std::size_t points = error.size();
  while (points > 0 && !std::isfinite(error[points - 1]) && std::isfinite(rollout.q_model[0][points - 1]))
    --points;
  return points;
}

/// Errors of all seeds of an arm in one test.
Band band_of(const StudyArm& arm, const std::string& test, const Numbers& t, const ErrorKind& kind) {
  std::vector<Numbers> series;
  std::size_t points = t.size();
  for (const StudyTrial* trial : arm.completed_with("rollouts", test)) {
    for (const Rollout& rollout : read_rollouts(*trial)) {
      Numbers error = kind.error(rollout);
      if (rollout.test != test || error.size() != t.size()) continue;
      series.push_back(std::move(error));
      points = std::min(points, defined_points(rollout, series.back()));
    }
  }
  if (series.empty()) series.emplace_back();
  Band band = band_over(words(arm.label), t, series);
  for (Numbers* values : {&band.x, &band.middle, &band.low, &band.high})
    values->resize(std::max<std::size_t>(1, points));
  // The exact start has no place on a logarithmic axis.
  for (Numbers* values : {&band.x, &band.middle, &band.low, &band.high}) values->erase(values->begin());
  return band;
}

struct TestBands {
  Rollout first;
  std::vector<Band> bands;
};

std::vector<TestBands> bands_by_test(const std::vector<const StudyArm*>& arms, const ErrorKind& kind) {
  std::vector<TestBands> tests;
  for (Rollout& rollout : read_rollouts(*arms[0]->completed_with("rollouts")[0])) {
    if (kind.error(rollout).empty()) continue;
    tests.push_back({std::move(rollout), {}});
  }
  for (TestBands& test : tests) {
    for (const StudyArm* arm : arms) test.bands.push_back(band_of(*arm, test.first.test, test.first.t, kind));
  }
  return tests;
}

bool some_stopped(const std::vector<TestBands>& tests) {
  return std::ranges::any_of(tests, [](const TestBands& test) {
    return std::ranges::any_of(test.bands, [](const Band& band) {
      return std::ranges::any_of(band.high, [](double value) { return !std::isfinite(value); });
    });
  });
}

/// Limits around nearly all medians. Errors that run away are cut, not small ones: those are of interest.
Limits error_limits(const std::vector<TestBands>& tests) {
  Numbers medians;
  for (const TestBands& test : tests) {
    for (const Band& band : test.bands) {
      std::ranges::copy_if(band.middle, std::back_inserter(medians),
                           [](double value) { return std::isfinite(value) && value > 0; });
    }
  }
  if (medians.empty()) return log_limits({});
  std::ranges::sort(medians);
  const double low = medians[medians.size() / 50];
  return log_limits(std::vector<Numbers>{{low, std::min(medians.back(), low * largest_ratio)}});
}

Drawn draw_errors(const Study& study, const ErrorKind& kind) {
  const auto arms = study.arms_with("rollouts");
  if (arms.empty()) return {{}, "no completed trial was rolled out"};
  if (arms.size() > most_arms)
    return {{}, fmt::format("it has more than {} arms; see its tables", most_arms)};
  const std::vector<TestBands> tests = bands_by_test(arms, kind);
  if (tests.empty()) return {{}, "its rollouts hold no such error"};
  const std::string remark =
      some_stopped(tests) ? "\na seed whose solver has stopped counts as infinitely wrong from there on" : "";
  const auto seeds = numbers_with(arms, "rollouts");
  const std::string shown = arms.size() <= most_bands ? spread_text(seeds) : "median of " + seeds_text(seeds);
  Picture picture({.name = study.file_name + "_" + kind.name,
                   .title = study.title(kind.title),
                   .subtitle = kind.formula + "; " + study.subtitle(shown) + remark,
                   .columns = 2,
                   .height = 240});
  const Limits limits = error_limits(tests);
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const TestBands& test = tests[i];
    const std::string unit = kind.axis == "position error" ? units_of(test.first) : "1";
    const bool last_row = i + 2 >= tests.size();
    Panel& panel =
        picture.add_panel({.x_name = last_row ? time_label(*arms[0]->completed_with("rollouts")[0]) : "",
                           .y_name = i % 2 == 0 ? with_unit(kind.axis, unit) : "",
                           .settings = log_axis('y', limits) + time_axis(test.first.t, 4),
                           .title = test_title(test.first)});
    if (arms.size() <= most_bands) add_ranges(picture, panel, test.bands, limits);
    add_medians(picture, panel, test.bands);
    add_chaos_time(picture, panel, test.first, limits);
    add_training_end(picture, panel, test.first, limits);
  }
  std::vector<std::string> names;
  for (const Band& band : tests[0].bands) names.push_back(band.name);
  add_legend(picture, names.size() > 1 ? names : std::vector<std::string>{"learned"});
  return {{std::move(picture)}, ""};
}

bool has_own_energy(const Study& study) {
  for (const StudyArm* arm : study.arms_with("rollouts")) {
    const auto rollouts = read_rollouts(*arm->completed_with("rollouts")[0]);
    if (std::ranges::any_of(rollouts, &Rollout::own_energy)) return true;
  }
  return false;
}

Numbers absolute(Numbers values) {
  for (double& value : values) value = std::abs(value);
  return values;
}

}  // namespace

Drawn draw_position_error(const Study& study) {
  return draw_errors(study, {"position", "error of the position", "sum over coordinates of |q - q_{true}|",
                             "position error", &Rollout::position_error});
}

Drawn draw_energy_error(const Study& study) {
  if (has_own_energy(study)) {
    return draw_errors(
        study, {"energy", "change of the energy",
                "|H - H(0)|, of a discrete Lagrangian its own H, whose unit is arbitrary", "|H - H(0)|",
                [](const Rollout& rollout) { return absolute(rollout.energy_error); }});
  }
  return draw_errors(study, {"energy", "error of the energy", "|E - E_{true}| / |E_{true}(0)|",
                             "relative error", [](const Rollout& rollout) { return rollout.energy_error; }});
}

Drawn draw_symmetry_error(const Study& study) {
  return draw_errors(study, {"symmetry", "change of the conserved quantity", "|I - I(0)|", "|I - I(0)|",
                             [](const Rollout& rollout) { return absolute(rollout.symmetry_error); }});
}

Drawn draw_true_energy_error(const Study& study) {
  return draw_errors(study,
                     {"true_energy", "change of the true energy", "|H - H(0)| of the true H", "|H - H(0)|",
                      [](const Rollout& rollout) { return absolute(rollout.true_energy_error); }});
}

Drawn draw_true_symmetry_error(const Study& study) {
  return draw_errors(
      study, {"true_symmetry", "change of the true conserved quantity", "|I - I(0)| of the true I",
              "|I - I(0)|", [](const Rollout& rollout) { return absolute(rollout.true_symmetry_error); }});
}

}  // namespace lnn::figures
