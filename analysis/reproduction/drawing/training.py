"""Loss over the epochs of training (figures 9 and 17)."""

import numpy as np

from .axes import linear_axis, log_axis, log_limits
from .bands import Band, add_medians, add_ranges
from .figure import Figure
from .styles import GUIDE_STYLE
from .words import seeds, spread, words

HISTORY = "history/val_total"


def training_figures(experiment):
    """Validation loss over epochs: an arm a line, a swept initialization a panel."""
    arms = [arm for arm in experiment.arms if trained(arm)]
    swept = {key for arm in arms for key in arm.swept}
    if not arms or (experiment.compares_arms and swept != {"network.activation", "network.initialization"}):
        return
    panels = {}
    for arm in arms:
        panels.setdefault(arm.swept.get("network.initialization", ""), []).append(arm)
    number = seeds([len(trained(arm)) for arm in arms])
    figure = Figure(f"{experiment.name}_training", f"{experiment.title}: validation loss in training",
                    f"{spread(number)}, {experiment.scale} scale", height=270)
    limits = log_limits([history for arm in arms for history in histories(arm)])
    for initialization, members in panels.items():
        add_training_panel(figure, initialization, members, limits)
    yield figure


def trained(arm):
    """Trials that trained to their end, be it a loss that is no number."""
    return [trial for trial in arm.trials if trial.outcome in ("completed", "diverged") and trial.has(HISTORY)]


def histories(arm):
    return [trial.array(HISTORY) for trial in trained(arm)]


def add_training_panel(figure, initialization, arms, limits):
    epochs = max(len(history) for arm in arms for history in histories(arm))
    panel = figure.panel("epoch", "validation loss", [*log_axis("y", limits), *linear_axis("x", (0, epochs), 8)],
                         f"{words(initialization)} initialization" if initialization else "")
    names = [words(arm.label.removesuffix(f", {initialization}")) for arm in arms]
    bands = list(zip(names, [Band.over(np.arange(1, epochs + 1), histories(arm)) for arm in arms]))
    add_ranges(figure, panel, bands, limits)
    add_medians(figure, panel, bands)
    add_phases(figure, panel, trained(arms[0])[0], limits)
    figure.add_legend(names)


def add_phases(figure, panel, trial, limits):
    """Vertical lines where a new training phase begins."""
    starts = np.flatnonzero(np.diff(trial.array("history/phase"))) + 1 if trial.has("history/phase") else []
    for start in starts:
        panel.curves.append(f"{figure.data('a new phase begins', [start, start], limits)} {GUIDE_STYLE.plot()}")
    if len(starts):
        figure.add_entry("new phase", GUIDE_STYLE)
