#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/figures/picture.h"

/// Statistics over seeds: the median as a line, smallest to largest as a shaded band.
namespace lnn::figures {

/// Median, smallest and largest over seeds at each x. An undefined value counts as infinitely large, so that
/// a seed that stopped pulls the median up instead of leaving it.
struct Band {
  std::string name;  ///< plain
  Numbers x;
  Numbers middle;
  Numbers low;
  Numbers high;
  std::size_t seeds = 0;
};

/// Series shorter than x end in undefined values. Precondition: a series, none longer than x.
Band band_over(std::string name, Numbers x, std::span<const Numbers> series);

/// At most about `points` places of a long band: of neighbors the median of the medians, the smallest and the
/// largest, so that no spike is lost.
Band thinned(const Band& band, std::size_t points);

/// Draws ranges, then medians; styles go by order. Ranges are cut at the limits of the axis.
void add_bands(Picture& picture, Panel& panel, const std::vector<Band>& bands, Limits limits);

/// One band in a style of its own.
void add_one_band(Picture& picture, Panel& panel, const Band& band, const Style& style, Limits limits);

/// The two halves of add_bands(), for a line between them.
void add_ranges(Picture& picture, Panel& panel, const std::vector<Band>& bands, Limits limits);
void add_medians(Picture& picture, Panel& panel, const std::vector<Band>& bands);

/// Legend entries in the order of the styles; nothing for a single name in an empty legend's stead.
void add_legend(Picture& picture, const std::vector<std::string>& names);

Numbers clipped(Numbers values, Limits limits);

}  // namespace lnn::figures
