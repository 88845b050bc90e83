// Loss and instability over the weight of the penalty.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/figures/band.h"
#include "analysis/figures/kinds.h"
#include "analysis/figures/text.h"

namespace lnn::figures {
namespace {

const std::string lambda_key = "training.lambda";

/// Arms with the same penalty and network, by lambda.
struct PenaltyLine {
  std::string name;
  std::map<double, const StudyArm*> by_lambda;
};

/// What the arm is, but for lambda: "sylvester, xtanh" of "sylvester 10, xtanh".
std::string line_name(const StudyArm& arm, double lambda) {
  std::string name = arm.label;
  const std::string value = fmt::format("{:g}", lambda);
  if (const auto at = name.find(" " + value); at != std::string::npos) name.erase(at, value.size() + 1);
  return words(name);
}

std::vector<PenaltyLine> penalty_lines(const Study& study) {
  std::vector<PenaltyLine> lines;
  for (const StudyArm& arm : study.arms) {
    if (!arm.swept.contains(lambda_key) || !arm.swept.at(lambda_key).is_number()) continue;
    const double lambda = arm.swept.at(lambda_key).get<double>();
    if (!(lambda > 0)) continue;
    const std::string name = line_name(arm, lambda);
    auto line = std::ranges::find(lines, name, &PenaltyLine::name);
    if (line == lines.end()) line = lines.insert(line, {name, {}});
    line->by_lambda[lambda] = &arm;
  }
  std::erase_if(lines, [](const PenaltyLine& line) { return line.by_lambda.size() < 3; });
  return lines;
}

/// One value per seed; a trial without one counts as undefined.
std::vector<Numbers> values_of(const StudyArm& arm, const std::string& metric) {
  std::vector<Numbers> values;
  for (const StudyTrial& trial : arm.trials) {
    if (trial.trained()) values.push_back({trial.metric(metric)});
  }
  return values;
}

Band band_of(const PenaltyLine& line, const std::string& metric, double shift) {
  Band band{line.name, {}, {}, {}, {}, 0};
  for (const auto& [lambda, arm] : line.by_lambda) {
    const std::vector<Numbers> values = values_of(*arm, metric);
    if (values.empty()) continue;
    const Band one = band_over("", {lambda * shift}, values);
    band.x.push_back(one.x[0]);
    band.middle.push_back(one.middle[0]);
    band.low.push_back(one.low[0]);
    band.high.push_back(one.high[0]);
    band.seeds = std::max(band.seeds, one.seeds);
  }
  return band;
}

const StudyArm* arm_without_penalty(const Study& study) {
  const auto found = std::ranges::find_if(
      study.arms, [](const StudyArm& arm) { return arm.swept.value("training.regularizer", "") == "none"; });
  return found == study.arms.end() ? nullptr : &*found;
}

/// The arm without a penalty has no lambda: all its seeds as short lines on the left.
void add_unpenalized(Picture& picture, Panel& panel, const std::vector<Numbers>& values, double at) {
  Numbers x;
  Numbers y;
  for (const Numbers& one : values) {
    x.push_back(at);
    y.push_back(one[0]);
  }
  panel.curves.push_back(picture.data("no penalty: place, value of each seed", {x, y}) + " " +
                         seed_style.plot());
  picture.add_entry("no penalty, each seed", seed_style);
}

void add_panel(Picture& picture, const Study& study, const std::vector<PenaltyLine>& lines,
               const std::string& metric, const std::string& name) {
  std::vector<Band> bands;
  std::vector<Numbers> values;
  double low = 1e300;
  double high = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // Ranges of lines with the same lambda stand side by side.
    bands.push_back(band_of(lines[i], metric, std::pow(1.3, static_cast<double>(i))));
    values.push_back(bands.back().low);
    values.push_back(bands.back().high);
    low = std::min(low, lines[i].by_lambda.begin()->first);
    high = std::max(high, lines[i].by_lambda.rbegin()->first);
  }
  const StudyArm* none = arm_without_penalty(study);
  const std::vector<Numbers> bare = none != nullptr ? values_of(*none, metric) : std::vector<Numbers>{};
  for (const Numbers& one : bare) values.push_back(one);
  const Limits limits = log_limits(values);
  const double first = low / (bare.empty() ? 2 : 20);
  Settings axis = log_axis('x', {first, high * 4});
  Panel& panel = picture.add_panel(
      {.x_name = "weight λ of the penalty", .y_name = name, .settings = axis + log_axis('y', limits)});
  if (!bare.empty()) {
    panel.settings.commands.push_back(fmt::format("set xtics add ('none' {})", number(low / 10)));
    add_unpenalized(picture, panel, bare, low / 10);
  }
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const Band& band = bands[i];
    const Style style = line_style(i);
    const std::string block =
        picture.data(fmt::format("{}: lambda (lines are shifted), median, smallest, largest of {}", band.name,
                                 count(band.seeds, "seed")),
                     {band.x, band.middle, clipped(band.low, limits), clipped(band.high, limits)});
    panel.curves.push_back(fmt::format("{} using 1:2:3:4 with yerrorbars pt {} ps 0.8 lw {:g} lc rgb '{}'",
                                       block, 2 * i + 5, style.width, style.color));
    panel.curves.push_back(fmt::format("{} using 1:2 {}", block, style.plot()));
  }
}

}  // namespace

Drawn draw_lambda(const Study& study) {
  const std::vector<PenaltyLine> lines = penalty_lines(study);
  if (lines.empty()) return {{}, "no penalty has three or more weights lambda"};
  std::vector<std::size_t> seeds;
  for (const PenaltyLine& line : lines) {
    for (const auto& [lambda, arm] : line.by_lambda)
      seeds.push_back(values_of(*arm, "best_val_total").size());
  }
  if (std::ranges::max(seeds) == 0) return {{}, "no trial with a penalty has ended"};
  Picture picture({.name = study.file_name + "_lambda",
                   .title = study.title("loss and instability by λ"),
                   .subtitle = study.subtitle(spread_text(seeds)),
                   .columns = 2,
                   .height = 290});
  add_panel(picture, study, lines, "best_val_total", "validation loss");
  add_panel(picture, study, lines, "instability_train_total", "training instability");
  std::vector<std::string> names;
  names.reserve(lines.size());
  for (const PenaltyLine& line : lines) names.push_back(line.name);
  add_legend(picture, names);
  return {{std::move(picture)}, ""};
}

}  // namespace lnn::figures
