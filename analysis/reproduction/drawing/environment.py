"""What must be installed, and a folder to write to."""

import importlib
import shutil
import sys

from .errors import ENVIRONMENT_ERROR, stop


def require_modules():
    """Stops where Python lacks a module; called before the modules of this package that import it."""
    try:
        for module in ("h5py", "numpy"):
            importlib.import_module(module)
    except ImportError as missing:
        stop(ENVIRONMENT_ERROR, f"{sys.executable} has no module {missing.name} (results.h5 is read with it). "
                                f"Install Debian's python3-{missing.name} and start this script with /usr/bin/python3.")


def require_gnuplot():
    if shutil.which("gnuplot") is None:
        stop(ENVIRONMENT_ERROR, "There is no gnuplot (it draws the figures). Install Debian's gnuplot-nox.")


def make_folder(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        stop(ENVIRONMENT_ERROR, f"{folder} cannot be made ({error.strerror}). Choose another --out.")
