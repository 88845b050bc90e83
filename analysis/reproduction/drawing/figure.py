"""A figure: panels, legend and data, and the gnuplot script that draws them."""

import math
import re
import subprocess
import textwrap
from dataclasses import dataclass, field

import numpy as np

from .commands import FONT, label
from .errors import ENVIRONMENT_ERROR, stop
from .styles import line_style

WIDTH = 640  # pixels of 1/96 inch: 17 cm, a page's text width
LINE = 21  # height of a line of text
FOOTER = 50  # height of a color scale


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


def draw(folder, script):
    done = subprocess.run(["gnuplot", script], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        stop(ENVIRONMENT_ERROR, f"gnuplot could not draw {folder / script} ({done.stderr.strip()}). "
                                   "gnuplot 5.2 or newer is needed.")
