"""What a rollout holds, for all figures over its time."""

import math
import re

import numpy as np

from .run import is_lorentzian
from .styles import GUIDE_STYLE


def coordinates(rollout):
    """Names and units of the coordinates: "theta1 [rad], theta2 [rad]"."""
    return re.findall(r"(\w+) \[([^\]]*)\]", rollout["q_true"].attrs["unit"])


def time_label(trial):
    return "proper time τ" if is_lorentzian(trial) else "time [s]"


def solver_text(rollout):
    """Why the solver stopped early, for the title; empty when it reached the end."""
    outcome = rollout.attrs["outcome"]
    if outcome == "completed":
        return ""
    finite = np.isfinite(rollout["q_model"][:, 0])
    reached = f" at t = {rollout['t'][:][finite].max():.3g}" if finite.any() else ""
    return f"; the solver stopped{reached}: {outcome.replace('_', ' ')}"


def add_chaos_time(figure, panel, rollout, limits):
    """A vertical line where true trajectories 1e-8 apart have parted."""
    chaos = float(rollout.attrs["chaos_time"])
    if math.isfinite(chaos):
        panel.curves.append(f"{figure.data('chaos time', [chaos, chaos], limits)} {GUIDE_STYLE.plot()}")
        figure.add_entry("chaos: a shift of 10⁻⁸ has grown to 0.1", GUIDE_STYLE)
