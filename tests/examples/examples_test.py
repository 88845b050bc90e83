"""Trains a tiny sweep and runs the examples on it; checks what they print against the program's own export.

    examples_test.py LNN_SWEEP

Exits with 77 (CTest: skipped) where h5py or pandas is missing.
"""

import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2]
SKIPPED = 77


def launch(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.run_folder, cls.flat = Path(folder.name) / "run", Path(folder.name) / "flat"
        launch(lnn_sweep, "run", SOURCES / "experiments/activations.json", "--out", cls.run_folder, "--scale", "smoke",
               "--quiet", "--only", "default", "--set", "network.seed=1", "--set", "rollout.t_end=0.1")
        launch(lnn_sweep, "export", cls.run_folder, "--out", cls.flat)

    def test_read_results_prints_the_loss_of_every_arm_and_the_best_learning_curve(self):
        import pandas

        printed = launch(sys.executable, SOURCES / "examples/read_results.py", self.run_folder / "results.h5")
        trials = pandas.read_csv(self.flat / "trials.csv")
        trials = trials[trials.outcome == "completed"]
        self.assertGreater(len(trials), 1)
        for label, loss in zip(trials.label, trials.best_val_total):
            line = next(line for line in printed.splitlines() if label in line)
            self.assertIn(f"{loss:.6f}", line)
        best = trials.loc[trials.best_val_total.idxmin()]
        self.assertIn(f"({best.id}): val_total [1] by epoch", printed)
        epochs = pandas.read_csv(self.flat / "epochs.csv")
        last = epochs[epochs.id == best.id].val_total.iloc[-1]
        self.assertIn(f"{last:.6f}", printed.splitlines()[-1])


if __name__ == "__main__":
    missing = [name for name in ("h5py", "pandas") if importlib.util.find_spec(name) is None]
    if missing:
        print(f"skipped: Python has no {' and no '.join(missing)} (Debian: apt install "
              f"{' '.join('python3-' + name for name in missing)})")
        sys.exit(SKIPPED)
    lnn_sweep = Path(sys.argv.pop(1)).resolve()
    unittest.main()
