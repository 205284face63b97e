"""Plots as a test reads them: titles and names from the legend, numbers from pyqtgraph's items."""

from __future__ import annotations

import re

import pyqtgraph
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel, QWidget

from unet_desktop.gui.widgets.plot import Plot


def title(plot: Plot) -> str:
    """The title in the legend; empty without one."""
    return _legend(plot)[0]


def curve_names(plot: Plot) -> list[str]:
    """Names of the curves in the legend, from the back to the front."""
    return _legend(plot)[1:]


def curve_points(plot: Plot) -> list[tuple[list[float], list[float]]]:
    """x and y of each curve that is drawn, from the back to the front."""
    drawn = []
    for item in _view(plot).listDataItems():
        x, y = item.getData()
        drawn.append(([] if x is None else list(x), [] if y is None else list(y)))
    return drawn


def marks(plot: Plot) -> dict[float, str]:
    """Place and label of each vertical line."""
    lines = [item for item in _view(plot).getPlotItem().items if isinstance(item, pyqtgraph.InfiniteLine)]
    return {line.value(): line.label.format for line in lines}


def plot_named(widget: QWidget, name: str) -> Plot:
    """The plot of this title in a widget."""
    (found,) = [plot for plot in widget.findChildren(Plot) if title(plot) == name]
    return found


def bottom_axis(plot: Plot) -> pyqtgraph.AxisItem:
    return _view(plot).getAxis("bottom")


def _view(plot: Plot) -> pyqtgraph.PlotWidget:
    plot.make_view()  # as after it was painted
    return plot.findChild(pyqtgraph.PlotWidget)


def _legend(plot: Plot) -> list[str]:
    """The title, then the name after each mark."""
    document = QTextDocument()
    document.setHtml(plot.findChild(QLabel, "legend").text())
    return [entry.strip() for entry in re.split("╌╌|━━", document.toPlainText())]
