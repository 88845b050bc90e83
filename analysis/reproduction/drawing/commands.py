"""Pieces of gnuplot commands: strings, places and labels."""

FONT = 15  # pixels; sub- and superscripts are 0.8 of it: 9 points


def quoted(text):
    """A gnuplot string; in single quotes nothing is substituted."""
    return "'" + text.replace("'", "''") + "'"


def on_screen(x, y):
    """A place in pixels from the upper left; the script turns them into gnuplot's shares of the figure."""
    return f"screen x({x:.1f}), y({y:.1f})"


def label(tag, x, y, text, how="left", size=FONT):
    return f"set label {tag} {quoted(text)} at {on_screen(x, y)} {how} font ',{size}'"
