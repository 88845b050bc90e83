"""Statistics over seeds: the median as a line, smallest to largest as a shaded band."""

from dataclasses import dataclass

import numpy as np

from .styles import COLORS, line_style
from .words import count


@dataclass
class Band:
    """Median, smallest and largest over seeds at each x. An undefined value counts as infinitely large, so that a seed
    that stopped pulls the median up instead of leaving it."""

    x: object
    middle: object
    low: object
    high: object
    seeds: int

    @staticmethod
    def over(x, series):
        rows = np.full((len(series), len(x)), np.inf)
        for row, values in zip(rows, series):
            row[:len(values)] = np.where(np.isfinite(values), values, np.inf)
        ordered = np.sort(rows, axis=0)
        middle = (ordered[(len(rows) - 1) // 2] + ordered[len(rows) // 2]) / 2
        return Band(np.asarray(x), middle, ordered[0], ordered[-1], len(series))


def add_ranges(figure, panel, named_bands, limits):
    """Shades what lies between smallest and largest, cut at the limits of the axis; styles go by order."""
    for index, (name, band) in enumerate(named_bands):
        if band.seeds > 1:
            block = figure.data(f"{name}: x, smallest, largest of {band.seeds} seeds", band.x,
                                np.clip(band.low, *limits), np.clip(band.high, *limits))
            panel.curves.append(f"{block} using 1:2:3 with filledcurves fc rgb '{COLORS[index % 6]}' "
                                "fs transparent solid 0.18 noborder")


def add_medians(figure, panel, named_bands):
    for index, (name, band) in enumerate(named_bands):
        block = figure.data(f"{name}: x, median of {count(band.seeds, 'seed')}", band.x, band.middle)
        panel.curves.append(f"{block} using 1:2 {line_style(index).plot()}")
