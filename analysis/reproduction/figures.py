#!/usr/bin/env python3
"""Draws the figures of a reproduction of paper A from RUN/results.h5 and RUN/plan.json.

    figures.py RUN --out DIR

Draws what the run has data for. A figure is three files in DIR: NAME.svg, NAME.dat (the numbers) and NAME.gp (how they
are drawn). `cd DIR && gnuplot NAME.gp` draws it again, after any change to colors, fonts or axes.

Needs gnuplot and, for python3, h5py and numpy (Debian: gnuplot-nox, python3-h5py, python3-numpy).
"""

import argparse
import json
import math
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path


USER_ERROR, ENVIRONMENT_ERROR = 2, 3  # exit codes, as of lnn-sweep


def stop(exit_code, text):
    """Ends the program with what is wrong, why, and what to do."""
    print(f"figures.py: {text}", file=sys.stderr)
    sys.exit(exit_code)


try:
    import h5py
    import numpy as np
except ImportError as missing:
    stop(ENVIRONMENT_ERROR, f"{sys.executable} has no module {missing.name} (results.h5 is read with it). "
                            f"Install Debian's python3-{missing.name} and start this script with /usr/bin/python3.")

# ----------------------------------------------------------------------------------------------------------------------
# What a run holds
# ----------------------------------------------------------------------------------------------------------------------


@dataclass
class Trial:
    """One training of an arm: its network seed, and its group in results.h5 (None: no result)."""

    seed: int
    group: object

    @property
    def outcome(self):
        return self.group.attrs["outcome"] if self.group is not None else "missing"

    def metric(self, name):
        """A metric of a completed trial; NaN where it has none."""
        if self.outcome != "completed" or f"metrics/{name}" not in self.group:
            return math.nan
        return float(self.group[f"metrics/{name}"][()])

    def array(self, path):
        return np.asarray(self.group[path][...], dtype=float)

    def has(self, path):
        return self.group is not None and path in self.group


@dataclass
class Arm:
    """Trials that differ in the seed only, and what was swept to tell them from other arms."""

    label: str
    swept: dict
    trials: list = field(default_factory=list)

    def having(self, path):
        """Completed trials that hold this group or dataset."""
        return [trial for trial in self.trials if trial.outcome == "completed" and trial.has(path)]


@dataclass
class Experiment:
    """An experiment file's content, its arms in the file's order, and the run's scale."""

    definition: dict
    arms: list
    scale: str

    @property
    def name(self):
        return self.definition["name"]

    @property
    def title(self):
        return plain(self.definition.get("title", self.name))

    @property
    def compares_arms(self):
        """Section IV compares arms on one system; everything else is about a system and what was learned of it."""
        return self.definition.get("paper", {}).get("section", "").startswith("A, IV")

    def having(self, path):
        """Arms with completed trials that hold this group or dataset."""
        return [arm for arm in self.arms if arm.having(path)]

    def studied(self, path):
        """The same of an experiment that studies a system; none where arms are compared."""
        return [] if self.compares_arms else self.having(path)


def read_experiments(run):
    """All experiments of a run directory with the trials that results.h5 holds."""
    plan = read_plan(run / "plan.json")
    if not (run / "results.h5").is_file():
        stop(USER_ERROR, f"{run} has no results.h5 (no sweep has ended there yet). Run 'lnn-sweep collect {run}'.")
    try:
        trials = h5py.File(run / "results.h5", "r")["trials"]
    except (OSError, KeyError) as error:
        stop(USER_ERROR, f"{run}/results.h5 cannot be read ({error}). Run 'lnn-sweep collect {run}' to make it anew.")
    return [make_experiment(plan, definition, trials) for definition in plan["experiments"]]


def read_plan(file):
    if not file.is_file():
        stop(USER_ERROR, f"{file.parent} is not a run directory (it has no plan.json). Give the folder after "
                         "'lnn-sweep run --out'.")
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        stop(USER_ERROR, f"{file} is damaged ({error}). The command that made the run writes it again.")


def make_experiment(plan, definition, groups):
    if not re.fullmatch(r"\w+", definition["name"]):
        stop(USER_ERROR, f"plan.json has an experiment {definition['name']!r} (no name for a file). Rename it.")
    arms = {}
    for planned in plan["trials"]:
        for member in planned["members"]:
            if member["experiment"] != definition["name"]:
                continue
            arm = arms.setdefault(member["label"], Arm(member["label"], member["swept"]))
            arm.trials.append(Trial(member["seed"], groups.get(planned["id"])))
    for arm in arms.values():
        arm.trials.sort(key=lambda trial: trial.seed)
    in_order = sorted(arms.values(), key=lambda arm: place_in_file(definition, arm.swept))
    return Experiment(definition, in_order, plan["scale"])


def place_in_file(definition, swept):
    """Where an arm stands in the experiment file: the plan lists the longest trials first."""
    choices = {"case": [case["label"] for case in definition.get("cases", [])]}
    choices |= definition.get("zip", {}) | definition.get("grid", {})
    return [values.index(swept[key]) if swept.get(key) in values else len(values) for key, values in choices.items()]


def published(experiment, arm, metric):
    """The paper's values for an arm, from the tables of the experiment file that name all that the arm sweeps."""
    for table in experiment.definition.get("tables", []):
        for entry in table.get("published", []):
            if entry["where"] == arm.swept and metric in entry:
                return entry[metric] if isinstance(entry[metric], list) else [entry[metric]]
    return []


def best_trial(arms, path):
    """The completed trial with this group whose validation loss, without penalty, is lowest."""
    trials = [(trial.metric("best_val_base"), arm, trial) for arm in arms for trial in arm.having(path)]
    _, arm, trial = min(trials, key=lambda entry: entry[0] if math.isfinite(entry[0]) else math.inf)
    return arm, trial


# ----------------------------------------------------------------------------------------------------------------------
# Words
# ----------------------------------------------------------------------------------------------------------------------

WORDS = {"gelu": "GeLU", "softplus": "Softplus", "sylvester": "Sylvester", "dyt": "DyT", "delta": "δ =", "pi": "π",
         "theta": "θ", "phi": "φ"}
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
PHRASES = {"quadratic_term 1.0": "with term", "quadratic_term 0.0": "without term"}


def words(label):
    """A label for people, ready for gnuplot: names of functions as the paper writes them, Greek letters."""
    for phrase, better in PHRASES.items():
        label = label.replace(phrase, better)
    return plain(re.sub(r"[A-Za-z]+", lambda word: WORDS.get(word[0], word[0]), label))


def plain(text):
    """Text that gnuplot's enhanced mode prints as it is."""
    return re.sub(r"([_^{}@&~\\])", r"\\\1", re.sub(r"\s+", " ", text))


def quoted(text):
    """A gnuplot string; in single quotes nothing is substituted."""
    return "'" + text.replace("'", "''") + "'"


def symbol(name):
    """A coordinate's symbol: theta1 becomes a Greek letter with a subscript."""
    letters, digits = re.fullmatch(r"(.*?)(\d*)", name).groups()
    return WORDS.get(letters, plain(letters)) + digits.translate(SUBSCRIPTS)


def with_unit(text, unit):
    unit = unit.replace("kg^2 m^4", "kg² m⁴").replace("m^2", "m²")
    return text if unit == "1" else f"{text} [{unit}]"


def count(number, noun):
    return f"{number} {noun}" + ("" if number == 1 else "s")


def seeds(numbers):
    """How many seeds a figure shows: "4 seeds", or "1 to 4 seeds" where the arms differ."""
    low, high = min(numbers), max(numbers)
    return count(high, "seed") if low == high else f"{low} to {high} seeds"


def seeds_with(arms, path):
    return seeds([len(arm.having(path)) for arm in arms])


def spread(number):
    """How the subtitle explains lines and bands."""
    return "one seed" if number == "1 seed" else f"median and range of {number}"


# ----------------------------------------------------------------------------------------------------------------------
# Figures of gnuplot
# ----------------------------------------------------------------------------------------------------------------------

WIDTH = 640  # pixels of 1/96 inch: 17 cm, a page's text width
FONT = 15  # pixels; sub- and superscripts are 0.8 of it: 9 points
LINE = 21  # height of a line of text
FOOTER = 50  # height of a color scale

BLACK, GRAY = "#000000", "#666666"
# Okabe and Ito's colors, which color-blind readers tell apart (without yellow: too light for lines); each has its dash
# and mark, for print without color.
COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
DASHES = ["solid", "(14,5)", "(14,4,3,4)", "(4,4)", "(20,4,4,4,4,4)", "(9,9)"]


@dataclass(frozen=True)
class Style:
    """A line with its dash, or a mark (gnuplot's point type) if it has one."""

    color: str
    width: float = 2
    dash: str = "solid"
    mark: int = 0

    def plot(self):
        look = f"lw {self.width} lc rgb '{self.color}'"
        return f"with points pt {self.mark} ps 0.9 {look}" if self.mark else f"with lines {look} dt {self.dash}"

    def sample(self, tag, x, y):
        """The style beside its name in a legend; x and y in pixels from the upper left."""
        if self.mark:
            return (f"set label {tag} '' at {on_screen(x + 24, y)} "
                    f"point pt {self.mark} ps 0.9 lw {self.width} lc rgb '{self.color}'")
        return (f"set arrow {tag} from {on_screen(x, y)} to {on_screen(x + 36, y)} nohead "
                f"lw {self.width} lc rgb '{self.color}' dt {self.dash}")


def line_style(index):
    """The style of the arm at this place."""
    return Style(COLORS[index % 6], dash=DASHES[index % 6])


TRUE_STYLE = Style(BLACK, width=2.5)
BROAD_STYLE = Style(BLACK, width=5)  # under lines that would hide it
LEARNED_STYLE = Style(COLORS[1], dash="(8,4)")
GUIDE_STYLE = Style(GRAY, width=1.5, dash="(3,4)")
SEED_STYLE = Style(COLORS[0], width=1.5, mark=6)
PAPER_STYLE = Style(COLORS[1], width=2.5, mark=2)
MEDIAN_STYLE = Style(BLACK, width=3.5)


@dataclass
class Panel:
    """One pair of axes: their names, gnuplot settings, a title, and what `plot` lists."""

    x_name: str
    y_name: str
    settings: list
    title: str = ""
    curves: list = field(default_factory=list)


class Figure:
    """Panels in a grid under a title, a subtitle and one legend; its data are blocks of one file."""

    def __init__(self, name, title, subtitle, columns=1, height=230, left=90, between=90):
        self.name, self.columns, self.height, self.left, self.between = name, columns, height, left, between
        self.title, self.subtitle = title, subtitle
        self.panels, self.legend, self.blocks = [], [], []
        self.color_scale = ""  # title of a color scale under the panels

    def panel(self, x_name, y_name, settings, title=""):
        self.panels.append(Panel(x_name, y_name, settings, title))
        return self.panels[-1]

    def data(self, meaning, *columns):
        """Adds columns of numbers, without the rows that have an undefined one; returns how gnuplot names them."""
        rows = np.column_stack([np.asarray(column, dtype=float) for column in columns])
        rows = rows[np.all(np.isfinite(rows), axis=1)]
        return self._block(meaning, rows)

    def matrix(self, meaning, values):
        return self._block(meaning, values) + " matrix"

    def _block(self, meaning, rows):
        lines = [" ".join(f"{value:.6g}" for value in row) for row in rows] or ["nan nan nan nan"]
        self.blocks.append(f"# {' '.join(meaning.split())}\n" + "\n".join(lines) + "\n")
        return f"data index {len(self.blocks) - 1}"

    def add_entry(self, text, style):
        """Adds a line to the legend, once."""
        if (text, style) not in self.legend:
            self.legend.append((text, style))

    def add_legend(self, names):
        """The legend of lines that take the styles in order."""
        if len(names) > 1 or self.legend:
            for index, name in enumerate(names):
                self.add_entry(name, line_style(index))

    def write(self, folder):
        """Writes data and script and lets gnuplot draw."""
        (folder / f"{self.name}.dat").write_text("\n\n".join(self.blocks), encoding="utf-8")
        (folder / f"{self.name}.gp").write_text(self._script(), encoding="utf-8")
        draw(folder, f"{self.name}.gp")

    def _script(self):
        heading, header = self._heading()
        total = header + math.ceil(len(self.panels) / self.columns) * self.height + (FOOTER if self.color_scale else 0)
        script = [f"# Draws {self.name}.svg from {self.name}.dat.",
                  f"set terminal svg size {WIDTH},{total} font 'Arial,{FONT}' enhanced background '#ffffff'",
                  "set encoding utf8", f"set output '{self.name}.svg'", f"data = '{self.name}.dat'",
                  f"x(pixels) = pixels / {WIDTH}.0  # from the left",
                  f"y(pixels) = 1 - pixels / {total}.0  # from the top",
                  "set tics nomirror out scale 0.6", "set xtics offset 0,0.4", "set border 3 lw 1", "unset key",
                  "set multiplot", *heading]
        for index, panel in enumerate(self.panels):
            script += ["", *self._place(panel, index, header), *panel.settings]
            script.append(self._color_box(total) if index == 0 and self.color_scale else "unset colorbox")
            script += ["plot " + ", \\\n     ".join(panel.curves), "unset label", "unset arrow"]
        return "\n".join(script + ["", "unset multiplot", ""])

    def _heading(self):
        """Commands for title, subtitle and legend, and the pixels that they take."""
        lines = [(line, FONT + 2) for line in textwrap.wrap(self.title, 72)]
        lines += [(part, FONT) for line in self.subtitle.split("\n") for part in textwrap.wrap(line, 84)]
        commands, y = [], 18 - LINE
        for tag, (line, size) in enumerate(lines, start=1):
            y += LINE
            commands.append(label(tag, 10, y, line, "left", size))
        x = WIDTH
        for tag, (text, style) in enumerate(self.legend, start=10):
            width = 60 + 8 * len(re.sub(r"[_^{}]", "", text))
            if x + width > WIDTH:
                x, y = 10, y + LINE
            commands += [style.sample(tag, x, y), label(100 + tag, x + 42, y, text)]
            x += width
        return commands, y + 14

    def _place(self, panel, index, header):
        """Margins of a panel, its title and the names of its axes."""
        row, column = divmod(index, self.columns)
        width = (WIDTH - self.left - 20 - self.between * (self.columns - 1)) / self.columns
        left = self.left + column * (width + self.between)
        top = header + row * self.height + (32 if panel.title else 12)
        bottom = header + (row + 1) * self.height - (52 if panel.x_name else 32)
        return [f"set lmargin at screen x({left:.1f}); set rmargin at screen x({left + width:.1f})",
                f"set tmargin at screen y({top:.1f}); set bmargin at screen y({bottom:.1f})",
                label(201, left + width / 2, top - 14, panel.title, "center"),
                label(202, left + width / 2, bottom + 40, panel.x_name, "center"),
                label(203, left - 70, (top + bottom) / 2, panel.y_name, "center rotate by 90")]

    def _color_box(self, total):
        """Commands for a color scale under the panels, its title on the left."""
        return (f"set colorbox horizontal user origin x(230), y({total - 28}) size x(380), 1 - y(14); "
                f"set cbtics offset 0,0.4; {label(204, 210, total - 35, self.color_scale, 'right')}")


def on_screen(x, y):
    """A place in pixels from the upper left; the script turns them into gnuplot's shares of the figure."""
    return f"screen x({x:.1f}), y({y:.1f})"


def label(tag, x, y, text, how="left", size=FONT):
    return f"set label {tag} {quoted(text)} at {on_screen(x, y)} {how} font ',{size}'"


def draw(folder, script):
    done = subprocess.run(["gnuplot", script], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        stop(ENVIRONMENT_ERROR, f"gnuplot could not draw {folder / script} ({done.stderr.strip()}). "
                                   "gnuplot 5.2 or newer is needed.")


def log_limits(values, largest_ratio=1e8):
    """Limits of a logarithmic axis around positive numbers: at least a factor of four apart, and not more than this."""
    numbers = np.concatenate([np.ravel(value) for value in values])
    numbers = numbers[np.isfinite(numbers) & (numbers > 0)]
    if len(numbers) == 0:
        return 0.1, 10.0
    high = numbers.max() * 1.3
    low = max(numbers.min() / 1.3, high / largest_ratio)
    widen = max(1.0, math.sqrt(4 * low / high))
    return low / widen, high * widen


def linear_axis(axis, limits, tics):
    """Settings of a linear axis with about as many tics, at multiples of 1, 2 or 5 times a power of ten."""
    low, high = limits
    rough = (high - low) / tics
    power = 10.0**math.floor(math.log10(rough))
    step = min((digit * power for digit in (1, 2, 5, 10)), key=lambda step: abs(math.log(step / rough)))
    return [f"unset log {axis}", f"set {axis}range [{low:.6g}:{high:.6g}]", f"set {axis}tics {step:.6g}"]


def log_axis(axis, limits, numbers=5):
    """Settings of a logarithmic axis with numbers at 1, 2 and 5 on a short one, at some powers of ten on a long one."""
    low, high = limits
    decades = math.log10(high / low)
    numbered = [1, 2, 5] if decades < 1.6 else [1]
    step = math.ceil(decades / numbers)
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    tics = [log_tic(digit, power, digit in numbered and power % step == 0)
            for power in exponents for digit in range(1, 10) if low <= digit * 10.0**power <= high]
    return [f"set log {axis}", f"set {axis}range [{low:.6g}:{high:.6g}]", f"set {axis}tics ({', '.join(tics)})"]


def log_tic(digit, power, numbered):
    """A tic with its number, or a small one without."""
    return f"{quoted(tic_number(digit, power))} {digit}e{power}" if numbered else f"'' {digit}e{power} 1"


def angle_axis(axis):
    """Settings of an axis over a full turn."""
    return [f"unset log {axis}", f"set {axis}range [0:2*pi]", f"set {axis}tics ('0' 0, 'π' pi, '2π' 2*pi)"]


def tic_number(digit, power):
    if -3 <= power <= 2:
        return f"{digit * 10.0**power:.3f}".rstrip("0").rstrip(".")
    return f"10^{{{power}}}" if digit == 1 else f"{digit}·10^{{{power}}}"


# ----------------------------------------------------------------------------------------------------------------------
# Spread over seeds
# ----------------------------------------------------------------------------------------------------------------------


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


# ----------------------------------------------------------------------------------------------------------------------
# Losses and instability of every arm (figures 1, 2, 3, 5 of the paper)
# ----------------------------------------------------------------------------------------------------------------------


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


# ----------------------------------------------------------------------------------------------------------------------
# Sign of the mass matrix's determinant (figure 4)
# ----------------------------------------------------------------------------------------------------------------------

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


# ----------------------------------------------------------------------------------------------------------------------
# Training curves (figures 9 and 17)
# ----------------------------------------------------------------------------------------------------------------------

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


# ----------------------------------------------------------------------------------------------------------------------
# Rollouts (figures 10, 13, 14): trajectories and energy
# ----------------------------------------------------------------------------------------------------------------------


def coordinates(rollout):
    """Names and units of the coordinates: "theta1 [rad], theta2 [rad]"."""
    return re.findall(r"(\w+) \[([^\]]*)\]", rollout["q_true"].attrs["unit"])


def is_lorentzian(trial):
    return json.loads(trial.group["config"][()])["network"].get("signature") == "lorentzian"


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


def add_chaos_time(figure, panel, rollout, limits):
    """A vertical line where true trajectories 1e-8 apart have parted."""
    chaos = float(rollout.attrs["chaos_time"])
    if math.isfinite(chaos):
        panel.curves.append(f"{figure.data('chaos time', [chaos, chaos], limits)} {GUIDE_STYLE.plot()}")
        figure.add_entry("chaos: a shift of 10⁻⁸ has grown to 0.1", GUIDE_STYLE)


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


# ----------------------------------------------------------------------------------------------------------------------
# What was learned (figures 6, 19; metric tensors)
# ----------------------------------------------------------------------------------------------------------------------


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


# ----------------------------------------------------------------------------------------------------------------------
# The program
# ----------------------------------------------------------------------------------------------------------------------

KINDS = [loss_figures, determinant_figures, training_figures, trajectory_figures, geodesic_figures, energy_figures,
         lagrangian_figures, metric_figures]


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="figures.py", description=__doc__.split("\n\n")[0])
    parser.add_argument("run", type=Path, metavar="RUN", help="a run directory of lnn-sweep")
    parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="where the figures go")
    options = parser.parse_args(arguments)
    if shutil.which("gnuplot") is None:
        stop(ENVIRONMENT_ERROR, "There is no gnuplot (it draws the figures). Install Debian's gnuplot-nox.")
    experiments = read_experiments(options.run)
    make_folder(options.out)
    figures = [figure for experiment in experiments for kind in KINDS for figure in kind(experiment)]
    for figure in figures:
        figure.write(options.out)
        print(options.out / f"{figure.name}.svg")
    if not figures:
        print(f"figures.py: nothing to draw (no trial of {options.run} has completed yet)", file=sys.stderr)


def make_folder(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        stop(ENVIRONMENT_ERROR, f"{folder} cannot be made ({error.strerror}). Choose another --out.")


if __name__ == "__main__":
    main()
