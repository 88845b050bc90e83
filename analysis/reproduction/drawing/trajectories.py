"""True and learned trajectories (figures 10, 13, 14)."""

from dataclasses import dataclass

import numpy as np

from .axes import linear_axis
from .figure import Figure
from .rollouts import add_chaos_time, coordinates, solver_text, time_label
from .run import best_trial, is_lorentzian
from .styles import LEARNED_STYLE, TRUE_STYLE
from .words import symbol, with_unit, words


def trajectory_figures(experiment):
    """True and learned trajectory of each test of the best trial, a coordinate a panel."""
    arms = experiment.studied("rollouts")
    if not arms:
        return
    arm, trial = best_trial(arms, "rollouts")
    for test in sorted(trial.group["rollouts"], key=int):
        rollout = trial.group[f"rollouts/{test}"]
        figure = Figure(f"{experiment.name}_rollout{test}", f"{experiment.title}: test {test}",
                        best_text(experiment, arms, arm, trial) + solver_text(rollout), height=150)
        for column, (name, unit) in enumerate(coordinates(rollout)):
            last = column + 1 == rollout["q_true"].shape[1]
            add_trajectory(figure, rollout, Quantity("q", column, with_unit(symbol(name), unit)),
                           time_label(trial) if last else "")
        yield figure


def geodesic_figures(experiment):
    """Relativistic systems: depth z and time dilation dt/d(proper time) of the best trial, a test a panel."""
    arms = experiment.studied("rollouts")
    if not arms:
        return
    arm, trial = best_trial(arms, "rollouts")
    if not is_lorentzian(trial):
        return
    names = [name for name, _ in coordinates(trial.group["rollouts/1"])]
    quantities = {"depth": Quantity("q", names.index("z"), "z"),
                  "time_dilation": Quantity("v", names.index("t"), "dt/dτ")}
    for name, quantity in quantities.items():
        figure = Figure(f"{experiment.name}_{name}", f"{experiment.title}: {quantity.name} along each test",
                        best_text(experiment, arms, arm, trial), columns=2, height=210)
        for test in sorted(trial.group["rollouts"], key=int):
            rollout = trial.group[f"rollouts/{test}"]
            add_trajectory(figure, rollout, quantity, time_label(trial), f"test {test}", tics=5)
        yield figure


def best_text(experiment, arms, arm, trial):
    """Which trial is shown, and out of how many."""
    number = sum(len(one.having("rollouts")) for one in arms)
    name = f"{words(arm.label)}, " if len(experiment.arms) > 1 else ""
    choice = f" (lowest loss of {number})" if number > 1 else ""
    return f"{name}seed {trial.seed}{choice}, {experiment.scale} scale"


@dataclass
class Quantity:
    """A column of the positions ("q") or velocities ("v") of a rollout, and its name."""

    kind: str
    column: int
    name: str


def add_trajectory(figure, rollout, quantity, x_name, title="", tics=8):
    """A quantity of one test over time; the axis follows the true trajectory, with some room beyond."""
    t = rollout["t"][:]
    true, model = (rollout[f"{quantity.kind}_{whose}"][:, quantity.column] for whose in ("true", "model"))
    limits = axis_around(true, model)
    panel = figure.panel(x_name, quantity.name, [*linear_axis("y", limits, 4),
                                                 *linear_axis("x", (t[0], 2 * t[-1] - t[-2]), tics)], title)
    panel.curves.append(f"{figure.data(f'{quantity.name}: t, true', t, true)} {TRUE_STYLE.plot()}")
    panel.curves.append(f"{figure.data(f'{quantity.name}: t, learned', t, model)} {LEARNED_STYLE.plot()}")
    figure.add_entry("true", TRUE_STYLE)
    figure.add_entry("learned", LEARNED_STYLE)
    add_chaos_time(figure, panel, rollout, limits)


def axis_around(true, model):
    span = max(np.ptp(true), 1e-6)
    bottom, top = true.min() - 0.5 * span, true.max() + 0.5 * span
    values = np.concatenate([true, np.clip(model[np.isfinite(model)], bottom, top)])
    return values.min() - 0.08 * span, values.max() + 0.08 * span
