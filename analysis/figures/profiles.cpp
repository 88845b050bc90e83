// What was learned against the truth: Lagrangian, determinant, metric tensor.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/figures/band.h"
#include "analysis/figures/kinds.h"
#include "analysis/figures/text.h"

namespace lnn::figures {
namespace {

/// A quantity along a coordinate: what is learned, and the truth.
struct Profile {
  std::string name;  ///< with its unit
  Numbers x;
  Numbers truth;
  std::vector<Band> learned;
};

/// Every `stride`th number from `first`, times a sign.
Numbers element(const Numbers& values, std::size_t first, std::size_t stride, double sign) {
  Numbers result;
  for (std::size_t i = first; i < values.size(); i += stride) result.push_back(sign * values[i]);
  return result;
}

/// Limits over the truth and the medians, at most three times as high as the truth alone.
Limits linear_limits(const Profile& profile) {
  const Limits range = range_of(profile.truth);
  const double span = std::max({range.span(), 0.5 * std::abs(range.low), 0.5 * std::abs(range.high), 1e-9});
  Limits limits = range;
  for (const Band& band : profile.learned) {
    for (const double value : band.middle) {
      if (!std::isfinite(value)) continue;
      const double kept = std::clamp(value, range.low - span, range.high + span);
      limits = {std::min(limits.low, kept), std::max(limits.high, kept)};
    }
  }
  return {limits.low - 0.1 * span, limits.high + 0.1 * span};
}

Limits logarithmic_limits(const Profile& profile) {
  std::vector<Numbers> values{profile.truth};
  for (const Band& band : profile.learned) values.push_back(band.middle);
  return log_limits(values, 1e5);
}

void add_profile(Picture& picture, const Profile& profile, const std::string& x_name, bool logarithmic) {
  const Limits limits = logarithmic ? logarithmic_limits(profile) : linear_limits(profile);
  const Limits x{profile.x.front(), profile.x.back()};
  Panel& panel =
      picture.add_panel({.x_name = x_name,
                         .y_name = profile.name,
                         .settings = logarithmic ? log_axis('x', x) + log_axis('y', limits)
                                                 : linear_axis('x', x, 6) + linear_axis('y', limits, 6)});
  add_ranges(picture, panel, profile.learned, limits);
  panel.curves.push_back(picture.data(profile.name + ": x, true", {profile.x, profile.truth}) +
                         " using 1:2 " + broad_style.plot());
  add_medians(picture, panel, profile.learned);
}

void add_profile_legend(Picture& picture, const std::vector<const StudyArm*>& arms) {
  picture.add_entry("true", broad_style);
  std::vector<std::string> names;
  for (const StudyArm* arm : arms) names.push_back(arms.size() > 1 ? words(arm->label) : "learned");
  add_legend(picture, names);
}

std::string fact(const store::ArrayGroup& group, const std::string& name) {
  const auto found = group.facts.find(name);
  return found == group.facts.end() ? "?" : plain(found->second);
}

std::string replaced_pi(const std::string& text) {
  return text == "pi rad" ? "π" : text;
}

Profile lagrangian_profile(const std::vector<const StudyArm*>& arms, const std::string& array,
                           const std::string& name) {
  const store::ArrayGroup& first =
      *arms[0]->completed_with("learned", "lagrangian")[0]->group("learned", "lagrangian");
  const store::DataArray& x = need_array(first, "theta2", {-1});
  const store::DataArray& truth = need_array(first, array + "_true", x.shape);
  Profile profile{with_unit(name, truth.unit), x.values, truth.values, {}};
  for (const StudyArm* arm : arms) {
    std::vector<Numbers> series;
    for (const StudyTrial* trial : arm->completed_with("learned", "lagrangian"))
      series.push_back(need_array(*trial->group("learned", "lagrangian"), array, x.shape).values);
    profile.learned.push_back(band_over(words(arm->label), x.values, series));
  }
  return profile;
}

/// "theta1, theta2" as words.
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(", ", begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 2;
  }
  return parts;
}

/// The metric along one coordinate, as it is stored.
struct Metric {
  std::vector<std::string> coordinates;
  const store::DataArray* along = nullptr;
  const store::DataArray* truth = nullptr;

  std::size_t n() const { return coordinates.size(); }
  std::vector<std::int64_t> shape() const {
    return {along->shape[0], static_cast<std::int64_t>(n()), static_cast<std::int64_t>(n())};
  }
};

Metric metric_of(const store::ArrayGroup& group) {
  Metric metric;
  const auto found = group.facts.find("coordinates");
  if (found != group.facts.end()) metric.coordinates = split(found->second);
  for (const std::string& name : metric.coordinates) {
    if (std::ranges::find(group.arrays, name, &store::DataArray::name) != group.arrays.end())
      metric.along = &need_array(group, name, {-1});
  }
  if (metric.along == nullptr) need_array(group, "coordinate", {-1});  // says what is missing
  metric.truth = &need_array(group, "g_true", metric.shape());
  return metric;
}

Profile metric_profile(const std::vector<const StudyArm*>& arms, const Metric& metric, std::size_t i) {
  const std::size_t at = i * metric.n() + i;
  const std::size_t stride = metric.n() * metric.n();
  const double sign = metric.truth->values.at(at) < 0 ? -1 : 1;
  const std::string index = symbol(metric.coordinates[i]);
  Profile profile{
      with_unit(fmt::format("{}g_{{{}{}}}", sign < 0 ? "-" : "", index, index), metric.truth->unit),
      metric.along->values,
      element(metric.truth->values, at, stride, sign),
      {}};
  for (const StudyArm* arm : arms) {
    std::vector<Numbers> series;
    for (const StudyTrial* trial : arm->completed_with("learned", "metric_tensor")) {
      const store::DataArray& g = need_array(*trial->group("learned", "metric_tensor"), "g", metric.shape());
      series.push_back(element(g.values, at, stride, sign));
    }
    profile.learned.push_back(band_over(words(arm->label), profile.x, series));
  }
  return profile;
}

}  // namespace

Drawn draw_lagrangian(const Study& study) {
  if (study.compares_arms()) return {{}, "it compares arms on one system; its tables have the errors"};
  const auto arms = study.arms_with("learned", "lagrangian");
  if (arms.empty()) return {{}, "its system has no two free angles, or no trial has completed"};
  const store::ArrayGroup& first =
      *arms[0]->completed_with("learned", "lagrangian")[0]->group("learned", "lagrangian");
  Picture picture({.name = study.file_name + "_lagrangian",
                   .title = study.title("learned Lagrangian and det M"),
                   .subtitle = study.subtitle(spread_text(numbers_with(arms, "learned", "lagrangian"))) +
                               fmt::format("\nup to one factor; at θ₁ = {}, dθ₁/dt = {}, dθ₂/dt = {}",
                                           replaced_pi(fact(first, "theta1")), fact(first, "velocity_theta1"),
                                           fact(first, "velocity_theta2")),
                   .columns = 2,
                   .height = 290});
  add_profile(picture, lagrangian_profile(arms, "lagrangian", "L"), "θ₂ [rad]", false);
  add_profile(picture, lagrangian_profile(arms, "determinant", "det M"), "θ₂ [rad]", false);
  add_profile_legend(picture, arms);
  return {{std::move(picture)}, ""};
}

Drawn draw_metric(const Study& study) {
  if (study.compares_arms()) return {{}, "it compares arms on one system; its tables have the errors"};
  const auto arms = study.arms_with("learned", "metric_tensor");
  if (arms.empty()) return {{}, "its motion is no geodesic, or no trial has completed"};
  const StudyTrial& trial = *arms[0]->completed_with("learned", "metric_tensor")[0];
  const Metric metric = metric_of(*trial.group("learned", "metric_tensor"));
  const bool logarithmic = trial.lorentzian();
  Picture picture({.name = study.file_name + "_metric",
                   .title = study.title("learned metric tensor"),
                   .subtitle = study.subtitle(spread_text(numbers_with(arms, "learned", "metric_tensor"))) +
                               "; up to one factor" + (logarithmic ? "; wrong signs not shown" : ""),
                   .columns = 2,
                   .height = 240});
  const std::string x_name = with_unit(symbol(metric.along->name), metric.along->unit);
  for (std::size_t i = 0; i < metric.n(); ++i)
    add_profile(picture, metric_profile(arms, metric, i), x_name, logarithmic);
  add_profile_legend(picture, arms);
  return {{std::move(picture)}, ""};
}

}  // namespace lnn::figures
