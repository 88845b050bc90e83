"""How the program stops when something is wrong."""

import sys

USER_ERROR, ENVIRONMENT_ERROR = 2, 3  # exit codes, as of lnn-sweep


def stop(exit_code, text):
    """Ends the program with what is wrong, why, and what to do."""
    print(f"figures.py: {text}", file=sys.stderr)
    sys.exit(exit_code)
