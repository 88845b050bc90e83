"""Sign of the mass matrix's determinant over the angles (figure 4)."""

import math

from .axes import angle_axis
from .figure import Figure
from .styles import BLACK, COLORS
from .words import seeds_with, words

SIGNATURE = "learned/signature/wrong"
VELOCITIES = 9  # velocity panels of the bit mask


def determinant_figures(experiment):
    """Where det M has the wrong sign, over both angles: share over seeds and velocities, a panel for each arm."""
    arms = experiment.having(SIGNATURE)
    if experiment.name != "training_range" or not arms:
        return
    figure = Figure(f"{experiment.name}_determinant", f"{experiment.title}: wrong sign of det M",
                    f"share over {seeds_with(arms, SIGNATURE)} and {VELOCITIES} pairs of velocities, "
                    f"{experiment.scale} scale\nin percent: mean over the angles", columns=3, height=252, between=25)
    maps = [wrong_share(arm.having(SIGNATURE)) for arm in arms]
    top = round_up(max(share.max() for share in maps))
    figure.color_scale = "share of wrong signs"
    for index, (arm, share) in enumerate(zip(arms, maps)):
        add_map(figure, words(arm.label), share, top, index)
    yield figure


def wrong_share(trials):
    """Share of wrong signs at each pair of angles, [theta1][theta2]."""
    masks = [trial.array(SIGNATURE).astype(int) for trial in trials]
    wrong = sum((mask >> bit) & 1 for mask in masks for bit in range(VELOCITIES))
    return wrong / (VELOCITIES * len(masks))


def round_up(share):
    """The end of a scale from 0 that holds a share; 1 for an empty map."""
    return next((end for end in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if 0 < share <= end), 1.0)


def add_map(figure, name, share, top, index):
    first = index % figure.columns == 0
    step = 2 * math.pi / (len(share) - 1)
    panel = figure.panel("θ₁ [rad]", "θ₂ [rad]" if first else "", [
        "set size ratio 1", "set border 15", *angle_axis("x"), *angle_axis("y"),
        "" if first else "set ytics ('' 0, '' pi, '' 2*pi)",
        f"set palette defined (0 '#ffffff', 0.25 '{COLORS[5]}', 0.6 '{COLORS[0]}', 1 '{BLACK}')",
        f"set cbrange [0:{top:.6g}]"], f"{name}: {100 * share.mean():.2g} %")
    block = figure.matrix(f"{name}: share of wrong signs; a row is a theta2, a column a theta1", share.T)
    panel.curves.append(f"{block} using ($1*{step:.8g}):($2*{step:.8g}):3 with image")
