"""What a run holds: experiments, their arms, and the trials of each arm."""

import json
import math
import re
from dataclasses import dataclass, field

import h5py
import numpy as np

from .errors import USER_ERROR, stop
from .words import plain


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


def is_lorentzian(trial):
    return json.loads(trial.group["config"][()])["network"].get("signature") == "lorentzian"
