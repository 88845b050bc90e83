"""Trains a tiny sweep of two experiments and draws its figures.

    figures_test.py LNN_SWEEP

Exits with 77 (CTest: skipped) where gnuplot or one of Python's modules is missing.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2]
SKIPPED = 77
EXPECTED = ["training_range_loss", "training_range_determinant", "sphere_training", "sphere_rollout1",
            "sphere_rollout2", "sphere_rollout3", "sphere_rollout4", "sphere_energy", "sphere_metric"]


def launch(*words, **options):
    # The source tree stays as it is: no compiled Python beside the script.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, env=environment, **options)


def draw(run, out):
    return launch(sys.executable, SOURCES / "analysis/reproduction/figures.py", run, "--out", out)


def blocks(file):
    """The data blocks of a figure: {comment up to its comma: rows of numbers}."""
    found = {}
    for block in file.read_text(encoding="utf-8").split("\n\n\n"):
        comment, *rows = block.strip().splitlines()
        found[comment.removeprefix("# ").split(",")[0]] = [[float(number) for number in row.split()] for row in rows]
    return found


def train(run):
    """Two arms of one experiment and one of another, with one seed each, and short rollouts."""
    files = [SOURCES / f"experiments/{name}.json" for name in ("training_range", "sphere")]
    # With Adam at this rate, two epochs suffice for arms to differ and for det M to have wrong signs.
    settings = ["network.seed=1", "training.optimizer=adam", "training.learning_rate=0.3", "rollout.t_end=0.5",
                "rollout.max_steps=500"]
    done = launch(lnn_sweep, "run", *files, "--out", run, "--scale", "smoke", "--quiet",
                  "--only", "delta 0", "--only", "delta pi/4", "--only", "GeLU",
                  *(word for setting in settings for word in ("--set", setting)))
    assert done.returncode == 0, done.stderr


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.run_folder, cls.out = cls.folder / "run", cls.folder / "new" / "figures"
        train(cls.run_folder)
        cls.drawing = draw(cls.run_folder, cls.out)
        assert cls.drawing.returncode == 0, cls.drawing.stderr
        tables = launch(lnn_sweep, "table", cls.run_folder, "--format", "json").stdout
        cls.rows = [row for table in json.loads(tables)["tables"] for row in table["rows"]]

    def measured(self, metric):
        """A metric by arm, as lnn-sweep's own tables have it."""
        return {row["labels"][0]: row["cells"][metric]["mean"] for row in self.rows
                if metric in row["cells"] and row["cells"][metric]["count"]}

    def data(self, name):
        return blocks(self.out / f"{name}.dat")

    def test_draws_what_the_run_has_data_for(self):
        self.assertEqual({Path(line) for line in self.drawing.stdout.split()},
                         {self.out / f"{name}.svg" for name in EXPECTED})
        self.assertEqual({file.name for file in self.out.iterdir()},
                         {f"{name}.{kind}" for name in EXPECTED for kind in ("svg", "dat", "gp")})

    def test_every_picture_has_its_title_and_numbers(self):
        for name in EXPECTED:
            title = "Range of training positions" if name.startswith("training_range") else "Geodesics on the sphere"
            picture = xml.etree.ElementTree.parse(self.out / f"{name}.svg").getroot()
            self.assertIn(title, " ".join("".join(picture.itertext()).split()), name)
            self.assertTrue(any(self.data(name).values()), name)

    def test_points_are_the_losses_of_the_tables(self):
        losses = self.measured("best_val_total")
        self.assertGreater(abs(losses["delta 0"] - losses["delta pi/4"]), 1e-3)
        points = self.data("training_range_loss")["best_val_total: seed"]
        for (value, row), (arm, expected_row) in zip(points, [("delta 0", 0), ("delta pi/4", 1)], strict=True):
            self.assertAlmostEqual(value, losses[arm], delta=1e-5 * losses[arm])
            self.assertEqual(row, expected_row)

    def test_maps_hold_the_wrong_signs_of_the_tables(self):
        shares = self.measured("wrong_determinant_share")
        maps = self.data("training_range_determinant")
        for arm, name in [("delta 0", "δ = 0"), ("delta pi/4", "δ = π/4")]:
            values = [value for row in maps[f"{name}: share of wrong signs; a row is a theta2"] for value in row]
            self.assertGreater(shares[arm], 0)
            self.assertAlmostEqual(sum(values) / len(values), shares[arm], delta=1e-5 * shares[arm])

    def test_training_curve_reaches_the_best_loss(self):
        (curve,) = [rows for name, rows in self.data("sphere_training").items() if name.startswith("GeLU")]
        best = self.measured("best_val_total")["GeLU, eigenvalue"]
        self.assertEqual([epoch for epoch, _ in curve], [1, 2])
        self.assertAlmostEqual(min(loss for _, loss in curve), best, delta=1e-5 * best)

    def test_a_script_draws_its_figure_again(self):
        again = self.folder / "again"
        again.mkdir()
        for kind in ("dat", "gp"):
            shutil.copy(self.out / f"sphere_metric.{kind}", again)
        self.assertEqual(launch("gnuplot", "sphere_metric.gp", cwd=again).returncode, 0)
        self.assertEqual((again / "sphere_metric.svg").read_bytes(), (self.out / "sphere_metric.svg").read_bytes())

    def test_refuses_a_folder_that_is_no_run(self):
        done = draw(SOURCES / "experiments", self.folder / "none")
        self.assertEqual(done.returncode, 2)
        self.assertIn("is not a run directory", done.stderr)
        self.assertFalse((self.folder / "none").exists())

    def test_names_the_command_that_makes_missing_results(self):
        run = self.folder / "uncollected"
        run.mkdir()
        shutil.copy(self.run_folder / "plan.json", run)
        done = draw(run, self.folder / "none")
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"lnn-sweep collect {run}", done.stderr)


if __name__ == "__main__":
    if shutil.which("gnuplot") is None or not all(map(importlib.util.find_spec, ("h5py", "numpy"))):
        print(f"skipped: no gnuplot, or {sys.executable} has no h5py or numpy "
              "(packages gnuplot-nox, python3-h5py, python3-numpy)")
        sys.exit(SKIPPED)
    lnn_sweep = sys.argv.pop(1)
    unittest.main()
