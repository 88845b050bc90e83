#include "analysis/figures/band.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/figures/text.h"
#include "base/error.h"

namespace lnn::figures {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double median(Numbers values) {
  std::ranges::sort(values);
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

void add_range(Picture& picture, Panel& panel, const Band& band, const Style& style, Limits limits) {
  if (std::ranges::equal(band.low, band.high)) return;
  Numbers low = clipped(band.low, limits);
  for (std::size_t i = 0; i < low.size(); ++i) {
    if (!std::isfinite(band.low[i])) low[i] = std::numeric_limits<double>::quiet_NaN();  // no seed is left
  }
  const std::string block =
      picture.data(fmt::format("{}: x, smallest, largest of {}", band.name, count(band.seeds, "seed")),
                   {band.x, low, clipped(band.high, limits)});
  panel.curves.push_back(fmt::format(
      "{} using 1:2:3 with filledcurves fc rgb '{}' fs transparent solid 0.18 noborder", block, style.color));
}

void add_median(Picture& picture, Panel& panel, const Band& band, const Style& style) {
  const std::string block = picture.data(
      fmt::format("{}: x, median of {}", band.name, count(band.seeds, "seed")), {band.x, band.middle});
  panel.curves.push_back(fmt::format("{} using 1:2 {}", block, style.plot()));
}

}  // namespace

Band band_over(std::string name, Numbers x, std::span<const Numbers> series) {
  invariant(!series.empty(), "a band needs a seed");
  Band band{std::move(name), std::move(x), {}, {}, {}, series.size()};
  for (std::size_t i = 0; i < band.x.size(); ++i) {
    Numbers values;
    for (const Numbers& one : series)
      values.push_back(i < one.size() && std::isfinite(one[i]) ? one[i] : infinity);
    band.middle.push_back(median(values));
    band.low.push_back(std::ranges::min(values));
    band.high.push_back(std::ranges::max(values));
  }
  return band;
}

Band thinned(const Band& band, std::size_t points) {
  const std::size_t group = (band.x.size() + points - 1) / std::max<std::size_t>(1, points);
  if (group <= 1) return band;
  Band result{band.name, {}, {}, {}, {}, band.seeds};
  for (std::size_t begin = 0; begin < band.x.size(); begin += group) {
    const std::size_t size = std::min(group, band.x.size() - begin);
    const auto part = [&](const Numbers& values) { return std::span(values).subspan(begin, size); };
    const auto middles = part(band.middle);
    result.x.push_back(band.x[begin + size / 2]);
    result.middle.push_back(median(Numbers(middles.begin(), middles.end())));
    result.low.push_back(std::ranges::min(part(band.low)));
    result.high.push_back(std::ranges::max(part(band.high)));
  }
  return result;
}

Numbers clipped(Numbers values, Limits limits) {
  for (double& value : values) value = std::isnan(value) ? value : std::clamp(value, limits.low, limits.high);
  return values;
}

void add_one_band(Picture& picture, Panel& panel, const Band& band, const Style& style, Limits limits) {
  add_range(picture, panel, band, style, limits);
  add_median(picture, panel, band, style);
}

void add_ranges(Picture& picture, Panel& panel, const std::vector<Band>& bands, Limits limits) {
  for (std::size_t i = 0; i < bands.size(); ++i) add_range(picture, panel, bands[i], line_style(i), limits);
}

void add_medians(Picture& picture, Panel& panel, const std::vector<Band>& bands) {
  for (std::size_t i = 0; i < bands.size(); ++i) add_median(picture, panel, bands[i], line_style(i));
}

void add_bands(Picture& picture, Panel& panel, const std::vector<Band>& bands, Limits limits) {
  add_ranges(picture, panel, bands, limits);
  add_medians(picture, panel, bands);
}

void add_legend(Picture& picture, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) picture.add_entry(names[i], line_style(i));
}

}  // namespace lnn::figures
