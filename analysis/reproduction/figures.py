#!/usr/bin/env python3
"""Draws the figures of a reproduction of paper A from RUN/results.h5 and RUN/plan.json.

    figures.py RUN --out DIR

Draws what the run has data for. A figure is three files in DIR: NAME.svg, NAME.dat (the numbers) and NAME.gp (how they
are drawn). `cd DIR && gnuplot NAME.gp` draws it again, after any change to colors, fonts or axes.

Needs gnuplot and, for python3, h5py and numpy (Debian: gnuplot-nox, python3-h5py, python3-numpy).
The folder drawing/ holds how: a module for each kind of figure, and what they share.
"""

import argparse
import sys
from pathlib import Path

from drawing.environment import make_folder, require_gnuplot, require_modules

require_modules()

from drawing.determinant import determinant_figures
from drawing.energy import energy_figures
from drawing.learned import lagrangian_figures, metric_figures
from drawing.losses import loss_figures
from drawing.run import read_experiments
from drawing.training import training_figures
from drawing.trajectories import geodesic_figures, trajectory_figures

KINDS = [loss_figures, determinant_figures, training_figures, trajectory_figures, geodesic_figures, energy_figures,
         lagrangian_figures, metric_figures]


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="figures.py", description=__doc__.split("\n\n")[0])
    parser.add_argument("run", type=Path, metavar="RUN", help="a run directory of lnn-sweep")
    parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="where the figures go")
    options = parser.parse_args(arguments)
    require_gnuplot()
    experiments = read_experiments(options.run)
    make_folder(options.out)
    figures = [figure for experiment in experiments for kind in KINDS for figure in kind(experiment)]
    for figure in figures:
        figure.write(options.out)
        print(options.out / f"{figure.name}.svg")
    if not figures:
        print(f"figures.py: nothing to draw (no trial of {options.run} has completed yet)", file=sys.stderr)


if __name__ == "__main__":
    main()
