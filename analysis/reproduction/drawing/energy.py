"""Error of the energy over the time of rollouts."""

import numpy as np

from .axes import linear_axis, log_axis, log_limits
from .bands import Band, add_medians, add_ranges
from .figure import Figure
from .rollouts import add_chaos_time, time_label
from .words import seeds_with, spread, words


def energy_figures(experiment):
    """Relative error of the energy over time of all seeds, a test a panel, an arm a line."""
    arms = experiment.studied("rollouts")
    if not arms:
        return
    first = arms[0].having("rollouts")[0]
    bands = {test: energy_bands(arms, test) for test in sorted(first.group["rollouts"], key=int)}
    every = [band for by_arm in bands.values() for _, band in by_arm]
    remark = ("" if all(np.isfinite(band.high).all() for band in every) else
              "\na seed whose solver has stopped counts as infinitely wrong from there on")
    figure = Figure(f"{experiment.name}_energy", f"{experiment.title}: error of the energy",
                    f"|E - E_{{true}}| / |E_{{true}}(0)|, {spread(seeds_with(arms, 'rollouts'))}, "
                    f"{experiment.scale} scale{remark}", columns=2)
    figure.add_legend([words(arm.label) for arm in arms])
    limits = log_limits([band.middle[1:] for band in every], 1e7)
    for test, by_arm in bands.items():
        end = by_arm[0][1].x[-1]
        panel = figure.panel(time_label(first), "relative error",
                             [*log_axis("y", limits), *linear_axis("x", (0, 1.002 * end), 5)], f"test {test}")
        add_ranges(figure, panel, by_arm, limits)
        add_medians(figure, panel, by_arm)
        add_chaos_time(figure, panel, first.group[f"rollouts/{test}"], limits)
    yield figure


def energy_bands(arms, test):
    """The arms' names and errors in a test."""
    path = f"rollouts/{test}"
    times = arms[0].having(path)[0].array(f"{path}/t")
    return [(words(arm.label), Band.over(times, [energy_error(trial.group[path]) for trial in arm.having(path)]))
            for arm in arms]


def energy_error(rollout):
    """|E - E_true| / |E_true(0)|; exact zeros, which a logarithmic axis cannot show, become the float32 resolution."""
    true, model = rollout["energy_true"][:].astype(float), rollout["energy_model"][:].astype(float)
    return np.maximum(np.abs(model - true) / abs(true[0]), 6e-8)
