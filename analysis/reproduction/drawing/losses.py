"""Loss and instability of every arm (figures 1, 2, 3, 5 of the paper)."""

import math

import numpy as np

from .axes import log_axis, log_limits
from .commands import quoted
from .figure import Figure
from .run import published
from .styles import GUIDE_STYLE, MEDIAN_STYLE, PAPER_STYLE, SEED_STYLE
from .words import seeds_with, words


def loss_figures(experiment):
    """Validation loss and training instability: every seed a point, each arm's median a bar, published values."""
    shown = {metric: name for metric, name in loss_metrics(experiment) if finite_values(experiment.arms, metric)}
    if len(experiment.arms) < 2 or not shown:
        return
    names = [arm_name(arm, shown) for arm in experiment.arms]
    subject = "loss and instability" if len(shown) == 2 else "loss"
    figure = Figure(f"{experiment.name}_loss", f"{experiment.title}: {subject}",
                    f"{seeds_with(experiment.arms, 'metrics')} per arm, {experiment.scale} scale",
                    columns=len(shown), height=80 + 26 * len(names), left=40 + 7.5 * max(map(len, names)), between=30)
    for metric, name in shown.items():
        add_dots(figure, experiment, metric, name, [""] * len(names) if figure.panels else names)
    yield figure


def loss_metrics(experiment):
    """Arms with different scales compare in the units of unscaled data only."""
    if any("scaling" in arm.swept for arm in experiment.arms):
        return [("best_val_total_normalized", "normalized validation loss"),
                ("instability_train_total_normalized", "normalized instability")]
    return [("best_val_total", "validation loss"), ("instability_train_total", "training instability")]


def add_dots(figure, experiment, metric, name, row_names):
    last = len(row_names) - 0.4
    tics = ", ".join(f"{quoted(text)} {row}" for row, text in enumerate(row_names))
    panel = figure.panel(name, "", [*log_axis("x", log_limits(all_marks(experiment, metric)), 4),
                                    f"set yrange [{last}:-0.6]", f"set ytics ({tics})",
                                    "set grid ytics lw 0.5 lc rgb '#bbbbbb' dt solid"])
    for loss in idle_loss(experiment.arms, metric):
        block = figure.data(f"{metric}: loss of predicting a = 0", [loss, loss], [-0.6, last])
        panel.curves.append(f"{block} {GUIDE_STYLE.plot()}")
        figure.add_entry("no acceleration predicted", GUIDE_STYLE)
    add_marks(figure, panel, experiment, metric)


def finite_values(arms, metric):
    return [value for arm in arms for trial in arm.trials if math.isfinite(value := trial.metric(metric))]


def arm_name(arm, shown):
    """The arm's name, and how many of its planned seeds have all values where some have not."""
    whole = min(len(finite_values([arm], metric)) for metric in shown)
    return words(arm.label) + ("" if whole == len(arm.trials) else f" ({whole} of {len(arm.trials)})")


def all_marks(experiment, metric):
    return [finite_values(experiment.arms, metric), idle_loss(experiment.arms, metric),
            *(published(experiment, arm, metric) for arm in experiment.arms)]


def idle_loss(arms, metric):
    """The loss of predicting no acceleration, where it is one number for all arms."""
    if not metric.startswith("best_val_total"):
        return []
    losses = [trial.metric("zero_acceleration_loss") * trial.metric(metric) / trial.metric("best_val_total")
              for arm in arms for trial in arm.trials]
    losses = [loss for loss in losses if math.isfinite(loss)]
    return [float(np.median(losses))] if losses and max(losses) < 1.02 * min(losses) else []


def add_marks(figure, panel, experiment, metric):
    points, medians, papers = [], [], []
    for row, arm in enumerate(experiment.arms):
        values = finite_values([arm], metric)
        offsets = (np.arange(len(values)) - (len(values) - 1) / 2) * min(0.12, 0.5 / max(1, len(values)))
        points += [(value, row + offset) for value, offset in zip(values, offsets)]
        medians += [(np.median(values), row)] if values else []
        papers += [(value, row) for value in published(experiment, arm, metric)]
    places = "".join(f" {row} {arm.label};" for row, arm in enumerate(experiment.arms))
    bars = f"using 1:($2-0.36):(0):(0.72) with vectors nohead lw {MEDIAN_STYLE.width} lc rgb '{MEDIAN_STYLE.color}'"
    for name, rows, style, plot in [("seed", points, SEED_STYLE, SEED_STYLE.plot()),
                                    ("published", papers, PAPER_STYLE, PAPER_STYLE.plot()),
                                    ("median", medians, MEDIAN_STYLE, bars)]:
        if rows:
            panel.curves.append(f"{figure.data(f'{metric}: {name}, row of{places}', *zip(*rows))} {plot}")
            figure.add_entry(name, style)
