"""Plots drawn by matplotlib (extra "report"), one function for each kind, and their SVG.

Only matplotlib's objects are used, never pyplot, which keeps figures alive and may open windows.
"""

from __future__ import annotations

import io
import math
import os
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from unet_desktop.reports.colours import ON_WHITE, SERIES
from unet_desktop.reports.plots import AnyPlot, Axis, Density, Histogram, Mark, RimRing, Scatter, Strips
from unet_desktop.reports.printable import printable

# Keep matplotlib's list of fonts in the user's cache; by default it makes folders of its own in the home folder.
os.environ.setdefault(
    "MPLCONFIGDIR", str(Path(platformdirs.user_cache_dir("unet-desktop", appauthor=False), "matplotlib"))
)

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter, StrMethodFormatter

SCREEN = (460.0, 280.0)
"""Width and height of a plot in a page, points."""
PAPER = (360.0, 225.0)
"""The same on paper, where two plots are side by side: smaller, so that scaling leaves the text readable."""
_SQUARE = (190.0, 190.0)
"""Of plots that are round."""
FONT = "DejaVu Sans"
"""The family that text is measured with, and that the SVG names."""

_ROUND_STEPS = [1, 2, 2.5, 5, 10]
_DENSITY_LEVELS = 6
"""Shades of a density; more could not be told apart."""
_NOTE_SIZE = 10.0
_GOLDEN = 0.618034
_STYLE = {
    "svg.fonttype": "none",  # text stays text: searchable, read aloud, in the page's font
    "svg.hashsalt": "unet-desktop",  # otherwise ids differ each time
    "text.parse_math": False,  # a label may contain dollar signs
    "font.family": FONT,
    "font.size": 10.5,
    "text.color": ON_WHITE["ink"],
    "axes.labelsize": 11,
    "axes.labelcolor": ON_WHITE["ink"],
    "axes.edgecolor": ON_WHITE["muted"],
    "axes.facecolor": "none",
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "figure.facecolor": "none",
    "grid.color": ON_WHITE["grid"],
    "grid.linewidth": 1,
    "xtick.color": ON_WHITE["muted"],
    "ytick.color": ON_WHITE["muted"],
    "ytick.major.size": 0,
}
_lock = threading.Lock()

Tips = Mapping[str, Sequence[str]]
"""Id of a group in the SVG to the tip of each of its shapes, in order."""


def size_of(plot: AnyPlot, usual: tuple[float, float]) -> tuple[float, float]:
    """Return width and height of a plot, points, where most have the usual size."""
    return _SQUARE if isinstance(plot, RimRing) else usual


def draw_svg(plot: AnyPlot, size: tuple[float, float] = SCREEN) -> tuple[str, Tips]:
    """Draw a plot as SVG, in the colours of `ON_WHITE`; the same plot gives the same text.

    Args:
        plot: what to draw.
        size: width and height, points.
    """
    with _style():
        figure, tips = draw_figure(plot, size)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue(), tips


def draw_figure(plot: AnyPlot, size: tuple[float, float] = SCREEN) -> tuple[Figure, Tips]:
    """Draw a plot as a matplotlib figure."""
    figure = Figure((size[0] / 72, size[1] / 72), dpi=72, layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    match plot:
        case Histogram():
            return figure, _histogram(axes, plot)
        case Scatter():
            return figure, _scatter(axes, plot)
        case Density():
            return figure, _density(axes, plot)
        case Strips():
            return figure, _strips(axes, plot)
        case RimRing():
            return figure, _rim_ring(axes, plot)


@contextmanager
def _style() -> Iterator[None]:
    """Use the style of reports, whatever the user's own settings of matplotlib are.

    matplotlib keeps its style, Python its warnings for the whole process: one drawing at a time.
    """
    with _lock, matplotlib.style.context(["default", _STYLE]), warnings.catch_warnings():
        # The browser has other fonts, and the PDF replaces glyphs that its font lacks by escapes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _histogram(axes: Axes, plot: Histogram) -> Tips:
    # At least 4 high, so that the ticks are whole numbers.
    highest = max(*plot.counts, 4)
    _set_axes(axes, Axis(plot.title, plot.edges[0], plot.edges[-1]), Axis("pictures", 0.0, 1.08 * highest))
    axes.grid(visible=False, axis="x")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, steps=_ROUND_STEPS))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    bars = [(*ends, count) for ends, count in zip(pairwise(plot.edges), plot.counts, strict=True) if count]
    cells = [_cell(low, 0.0, high, count) for low, high, count in bars]
    axes.add_collection(
        PolyCollection(
            cells,
            facecolors=ON_WHITE["first"],
            edgecolors=ON_WHITE["sheet"],
            linewidths=1,
            alpha=0.85,
            gid="bars",
            clip_on=False,
        )
    )
    _draw_marks(axes, plot.marks)
    return {"bars": [f"{low:g} to {high:g}: {count:,}" for low, high, count in bars]}


def _scatter(axes: Axes, plot: Scatter) -> Tips:
    _set_axes(axes, plot.x, plot.y)
    for low, high in plot.bands:
        low, high = max(low, plot.y.low), min(high, plot.y.high)
        if low < high:
            axes.axhspan(low, high, facecolor=(ON_WHITE["muted"], 0.16), edgecolor="none", zorder=0.4, clip_on=False)
    if plot.identity:
        ends = (max(plot.x.low, plot.y.low), min(plot.x.high, plot.y.high))
        axes.plot(ends, ends, color=ON_WHITE["muted"], linewidth=1.2, dashes=(4, 3), clip_on=False)
    inside = [plot.x.holds(x) and plot.y.holds(y) for x, y in plot.points]
    points = [point for point, drawn in zip(plot.points, inside, strict=True) if drawn]
    _draw_dots(axes, points, "first", 5.2, "points")
    _draw_marks(axes, plot.marks)
    return {"points": [tip for tip, drawn in zip(plot.tips, inside, strict=True) if drawn]} if plot.tips else {}


def _density(axes: Axes, plot: Density) -> Tips:
    _set_axes(axes, plot.x, plot.y)
    counts = np.array(plot.counts)
    rows, columns = counts.shape
    across = np.linspace(plot.x.low, plot.x.high, columns + 1)
    up = np.linspace(plot.y.low, plot.y.high, rows + 1)
    levels = np.ceil(_DENSITY_LEVELS * np.log1p(counts) / np.log1p(counts.max()) - 1e-9)
    tips = {}
    for level in range(1, _DENSITY_LEVELS + 1):
        places = np.argwhere(levels == level)
        cells = [_cell(across[column], up[row], across[column + 1], up[row + 1]) for row, column in places]
        axes.add_collection(
            PolyCollection(
                cells,
                facecolors=ON_WHITE["first"],
                edgecolors="none",
                antialiaseds=False,
                alpha=0.1 + 0.85 * level / _DENSITY_LEVELS,
                gid=f"level{level}",
                clip_on=False,
            )
        )
        tips[f"level{level}"] = [f"{counts[row, column]:,}" for row, column in places]
    return tips


def _strips(axes: Axes, plot: Strips) -> Tips:
    groups = [(name, sorted(filter(math.isfinite, values))) for name, values in plot.groups]
    everything = [value for _, values in groups for value in values]
    _set_axes(axes, Axis("", -0.5, max(len(groups), 1) - 0.5), Axis.around(plot.title, everything))
    axes.grid(visible=False, axis="x")
    axes.set_xticks(range(len(groups)), [printable(name) for name, _ in groups])
    tips = {}
    for place, (name, values) in enumerate(groups):
        # Spread sideways by a fixed rule, not at random: the same values make the same drawing.
        aside = [place + 0.08 + 0.26 * ((number * _GOLDEN) % 1.0) for number in range(len(values))]
        gid = f"group{place}"
        _draw_dots(axes, list(zip(aside, values, strict=True)), SERIES[place % len(SERIES)], 4.0, gid)
        tips[gid] = [f"{name}: {value:.4g}" for value in values]
        if values:
            line = {"color": ON_WHITE["ink"], "linewidth": 1, "clip_on": False}
            axes.bxp(
                [_box(values)],
                positions=[place - 0.14],
                widths=0.26,
                showcaps=False,
                showfliers=False,
                manage_ticks=False,
                boxprops=line,
                whiskerprops=line,
                medianprops=line | {"linewidth": 2.2},
            )
    return tips


def _rim_ring(axes: Axes, plot: RimRing) -> Tips:
    axes.set(xlim=(-1.42, 1.42), ylim=(-1.42, 1.42), aspect="equal")
    axes.set_axis_off()
    angles = np.arange(len(plot.shares)) * (2 * np.pi / len(plot.shares))
    circle = np.column_stack([np.sin(angles), np.cos(angles)])
    cup = circle * np.array(plot.shares)[:, None]
    for curve, colour, width in ((circle, plot.disc, 1.2), (cup, plot.cup, 1.8)):
        shape = PolyCollection([curve], facecolors=[(colour, 0.22)], edgecolors=[colour], linewidths=width)
        shape.set_clip_on(False)
        axes.add_collection(shape)
    for hour, is_thin in enumerate(plot.thin):
        turn = 2 * np.pi * hour / len(plot.thin)
        across, up = float(np.sin(turn)), float(np.cos(turn))
        axes.plot([0.12 * across, across], [0.12 * up, up], color=(ON_WHITE["muted"], 0.35), linewidth=0.7)
        if is_thin:
            arc = turn + np.linspace(-np.pi, np.pi, 9) / len(plot.thin)
            axes.plot(np.sin(arc), np.cos(arc), color=ON_WHITE["second"], linewidth=3.2, solid_capstyle="butt")
        text: dict[str, Any] = {"ha": "center", "va": "center_baseline", "clip_on": False}
        text |= {"color": ON_WHITE["ink"], "fontweight": "bold"} if is_thin else {"color": ON_WHITE["muted"]}
        axes.text(1.14 * across, 1.14 * up, f"{hour or len(plot.thin)}", fontsize=8.5, **text)
    for hour, letter in plot.letters:
        turn = 2 * np.pi * hour / len(plot.thin)
        place = (1.36 * float(np.sin(turn)), 1.36 * float(np.cos(turn)))
        axes.text(*place, letter, fontsize=10.5, fontweight="bold", ha="center", va="center_baseline", clip_on=False)
    return {}


def _box(values: Sequence[float]) -> dict[str, Any]:
    names = ("whislo", "q1", "med", "q3", "whishi")
    return dict(zip(names, np.percentile(values, (5, 25, 50, 75, 95)), strict=True))


def _set_axes(axes: Axes, x: Axis, y: Axis) -> None:
    axes.set(xlim=(x.low, x.high), ylim=(y.low, y.high), xlabel=printable(x.title), ylabel=printable(y.title))
    for axis, most in ((axes.xaxis, 8), (axes.yaxis, 6)):
        axis.set_major_locator(MaxNLocator(most, steps=_ROUND_STEPS))
        axis.set_major_formatter(ScalarFormatter(useOffset=False))
    # Clipping would change nothing: everything drawn is inside.
    for line in (*axes.get_xgridlines(), *axes.get_ygridlines()):
        line.set_clip_on(False)


def _draw_dots(axes: Axes, points: Sequence[tuple[float, float]], colour: str, size: float, gid: str) -> None:
    x, y = [point[0] for point in points], [point[1] for point in points]
    axes.plot(x, y, "o", color=ON_WHITE[colour], markersize=size, markeredgewidth=0, alpha=0.65, gid=gid, clip_on=False)


def _draw_marks(axes: Axes, marks: Sequence[Mark]) -> None:
    """Draw a line at each value, with its text where there is room."""
    for mark in marks:
        ends = axes.get_ylim() if mark.axis == "y" else axes.get_xlim()
        if not ends[0] <= mark.value <= ends[1]:
            continue
        line: dict[str, Any] = {"color": ON_WHITE["second"], "linewidth": 1.4, "clip_on": False}
        line |= {"dashes": (4, 3)} if mark.dashed else {}
        place: dict[str, Any]
        if mark.axis == "y":
            axes.axhline(mark.value, **line)
            place = {"xy": (1, mark.value), "xycoords": ("axes fraction", "data"), "xytext": (-4, 4), "ha": "right"}
        else:
            axes.axvline(mark.value, **line)
            left = mark.value > (ends[0] + 2 * ends[1]) / 3
            place = {"xy": (mark.value, 1), "xycoords": ("data", "axes fraction"), "xytext": (-5 if left else 5, -10)}
            place["ha"] = "right" if left else "left"
        ground = {"facecolor": (ON_WHITE["sheet"], 0.8), "edgecolor": "none", "pad": 1}
        axes.annotate(printable(mark.text), textcoords="offset points", fontsize=_NOTE_SIZE, bbox=ground, **place)


def _cell(left: float, bottom: float, right: float, top: float) -> list[tuple[float, float]]:
    return [(left, bottom), (right, bottom), (right, top), (left, top)]
