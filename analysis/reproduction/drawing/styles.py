"""Lines and marks that stay apart in print and for color-blind readers."""

from dataclasses import dataclass

from .commands import on_screen

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
