"""What was learned against the truth: Lagrangian, determinant, metric tensor (figures 6, 19)."""

from dataclasses import dataclass

import numpy as np

from .axes import linear_axis, log_axis, log_limits
from .bands import Band, add_medians, add_ranges
from .figure import Figure
from .run import is_lorentzian
from .styles import BROAD_STYLE
from .words import seeds_with, spread, symbol, with_unit, words


def lagrangian_figures(experiment):
    """Learned Lagrangian and determinant of the mass matrix along a slice, against the truth."""
    path = "learned/lagrangian"
    arms = experiment.studied(path)
    if not arms:
        return
    facts = arms[0].having(path)[0].group[path].attrs
    figure = Figure(f"{experiment.name}_lagrangian", f"{experiment.title}: learned Lagrangian",
                    f"{spread(seeds_with(arms, path))}, {experiment.scale} scale\nat θ₁ = π, dθ₁/dt = "
                    f"{facts['velocity_theta1']}, dθ₂/dt = {facts['velocity_theta2']}", columns=2, height=270)
    for dataset, name in [("lagrangian", "L"), ("determinant", "det M")]:
        profile = Profile(name, f"{path}/theta2", f"{path}/{dataset}", f"{path}/{dataset}_true")
        add_profile(figure, arms, profile, "θ₂ [rad]", logarithmic=False)
    finish_profiles(figure, arms)
    yield figure


def metric_figures(experiment):
    """Diagonal of the learned metric tensor along one coordinate, against the truth."""
    path = "learned/metric_tensor"
    arms = experiment.studied(path)
    if not arms:
        return
    trial = arms[0].having(path)[0]
    names = trial.group[path].attrs["coordinates"].split(", ")
    along = next(name for name in names if name in trial.group[path])
    x_name = with_unit(symbol(along), trial.group[f"{path}/{along}"].attrs["unit"])
    remark = "up to one factor" + ("; wrong signs not shown" if is_lorentzian(trial) else "")
    figure = Figure(f"{experiment.name}_metric", f"{experiment.title}: learned metric tensor",
                    f"{spread(seeds_with(arms, path))}, {experiment.scale} scale; {remark}", columns=2, height=240)
    for index, name in enumerate(names):
        sign = -1 if trial.array(f"{path}/g_true")[0, index, index] < 0 else 1
        profile = Profile(("-" if sign < 0 else "") + f"g_{{{symbol(name)}{symbol(name)}}}", f"{path}/{along}",
                          f"{path}/g", f"{path}/g_true", (slice(None), index, index), sign)
        add_profile(figure, arms, profile, x_name, logarithmic=is_lorentzian(trial))
    finish_profiles(figure, arms)
    yield figure


@dataclass
class Profile:
    """A learned quantity along a coordinate and its truth: datasets, which element, and the sign it is shown with."""

    name: str
    along: str
    learned: str
    true: str
    element: object = ...
    sign: int = 1

    def values(self, trial, dataset):
        return self.sign * trial.array(dataset)[self.element]

    def band(self, arm, x):
        return Band.over(x, [self.values(trial, self.learned) for trial in arm.having(self.learned)])


def add_profile(figure, arms, profile, x_name, logarithmic):
    first = arms[0].having(profile.learned)[0]
    x, true = first.array(profile.along), profile.values(first, profile.true)
    bands = [(words(arm.label), profile.band(arm, x)) for arm in arms]
    medians = [band.middle for _, band in bands]
    limits = log_limits([true, *medians], 1e5) if logarithmic else axis_over(true, medians)
    axes = ([*log_axis("x", (x[0], x[-1])), *log_axis("y", limits)] if logarithmic else
            [*linear_axis("x", (x[0], x[-1]), 6), *linear_axis("y", limits, 6)])
    panel = figure.panel(x_name, with_unit(profile.name, first.group[profile.true].attrs["unit"]), axes)
    add_ranges(figure, panel, bands, limits)
    panel.curves.append(f"{figure.data(f'{profile.name}: x, true', x, true)} {BROAD_STYLE.plot()}")
    add_medians(figure, panel, bands)


def axis_over(true, medians):
    """A linear axis over the truth and the medians, at most three times as high as the truth alone."""
    span = max(np.ptp(true), 0.5 * np.abs(true).max())
    medians = np.concatenate(medians)
    values = np.clip(medians[np.isfinite(medians)], true.min() - span, true.max() + span)
    values = np.concatenate([true, values])
    return values.min() - 0.1 * span, values.max() + 0.1 * span


def finish_profiles(figure, arms):
    figure.add_entry("true", BROAD_STYLE)
    figure.add_legend([words(arm.label) for arm in arms] if len(arms) > 1 else ["learned"])
