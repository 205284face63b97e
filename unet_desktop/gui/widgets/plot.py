"""One small plot with a legend above it, in the theme's colours."""

from __future__ import annotations

import html
from dataclasses import dataclass

import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from unet_desktop.gui.style.contrast import readable
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.points import Points


@dataclass(frozen=True, slots=True)
class Curve:
    """Look of a curve.

    Attributes:
        name: in the legend; empty for none.
        colour: None for the text's.
        faint, dashed: style of the line.
        dots: dots instead of a line.
        key: distinguishes curves without a name.
    """

    name: str
    colour: str | None
    faint: bool = False
    dashed: bool = False
    dots: bool = False
    key: str = ""


class _WholeNumbers(pyqtgraph.AxisItem):  # type: ignore[misc]
    """An axis with ticks at whole numbers only: there is no half epoch and no half case."""

    def tickSpacing(self, low: float, high: float, pixels: float) -> list[tuple[float, float]]:
        """Distance of the ticks and where they begin, for each level of ticks."""
        levels = super().tickSpacing(low, high, pixels)
        return [(spacing, start) for spacing, start in levels if spacing >= 1] or [(1.0, 0.0)]


class Plot(QWidget):
    """Curves over epochs; nothing in it can be dragged, so the wheel scrolls the panel."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        """Make an empty plot.

        Args:
            title: what its vertical axis shows.
            parent: the widget it is in.
        """
        super().__init__(parent)
        self._title = title
        self._legend = with_object_name(QLabel(), "legend")
        self._legend.setWordWrap(True)
        self._view = pyqtgraph.PlotWidget(axisItems={"bottom": _WholeNumbers("bottom")})
        self._curves: dict[Curve, pyqtgraph.PlotDataItem] = {}
        self._marks: list[pyqtgraph.InfiniteLine] = []
        self._view.setMinimumHeight(104)
        # A graphics view asks for 480 pixels; here it takes what is left.
        self._view.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._view.setMouseEnabled(False, False)
        self._view.setMenuEnabled(False)
        self._view.hideButtons()
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._view.getAxis("left").setWidth(34)
        self._view.getAxis("bottom").setHeight(18)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._legend)
        layout.addWidget(self._view, 1)
        self._apply_palette()

    def set_range(self, low: float | None, high: float | None, epochs: float) -> None:
        """Fix the axes: from epoch 0 to `epochs`; heights from `low` to `high`, or as the curves need."""
        box = self._view.getViewBox()
        self._view.setXRange(0, max(epochs, 1), padding=0.05)
        if low is None or high is None:
            box.enableAutoRange("y", True)
        else:
            self._view.setYRange(low, high, padding=0.04)

    def set_curves(self, curves: dict[Curve, Points]) -> None:
        """Draw these curves, in this order from the back to the front."""
        if list(curves) != list(self._curves):
            self._view.clear()
            self._curves = {curve: self._view.plot() for curve in curves}
            self._apply_palette()
        for curve, points in curves.items():
            self._curves[curve].setData(points.x, points.y)
            # A single epoch has no line yet: show it as a dot.
            self._curves[curve].setSymbol("o" if curve.dots or (len(points.x) == 1 and not curve.faint) else None)

    def set_marks(self, marks: dict[float, str]) -> None:
        """Draw vertical lines at these places, each with a label at its foot."""
        for mark in self._marks:
            self._view.removeItem(mark)
        self._marks = [
            pyqtgraph.InfiniteLine(at, label=text, labelOpts={"position": 0.06, "anchors": [(0, 1), (0, 1)]})
            for at, text in marks.items()
        ]
        for mark in self._marks:
            self._view.addItem(mark)
        self._apply_palette()

    def _apply_palette(self) -> None:
        palette = self.palette()
        quiet = palette.color(QPalette.ColorRole.PlaceholderText)
        self._view.setBackground(palette.color(QPalette.ColorRole.Base))
        for side in ("left", "bottom"):
            axis = self._view.getAxis(side)
            axis.setPen(pyqtgraph.mkPen(quiet, width=1))
            axis.setTextPen(quiet)
        self._view.showGrid(y=True, alpha=0.2)
        for curve, item in self._curves.items():
            colour = self._colour_of(curve)
            if curve.faint:
                colour.setAlphaF(0.35)
            style = Qt.PenStyle.DashLine if curve.dashed else Qt.PenStyle.SolidLine
            width = 1 if curve.faint else 2
            item.setPen(None if curve.dots else pyqtgraph.mkPen(colour, width=width, style=style))
            if curve.dots:
                colour.setAlphaF(0.55)  # what is read is the mean over them
            item.setSymbolBrush(colour)
            item.setSymbolPen(None)
            item.setSymbolSize(6)
        for mark in self._marks:
            mark.setPen(pyqtgraph.mkPen(quiet, width=1, style=Qt.PenStyle.DotLine))
            mark.label.setColor(quiet)
        self._legend.setText(self._legend_text())

    def _colour_of(self, curve: Curve) -> QColor:
        palette = self.palette()
        if curve.colour is None:
            return palette.color(QPalette.ColorRole.Text)
        return readable(QColor(curve.colour), palette)

    def _legend_text(self) -> str:
        parts = [f"<b>{html.escape(self._title)}</b>"] if self._title else []
        for curve in self._curves:
            if curve.name:
                mark = "╌╌" if curve.dashed else "━━"
                colour = self._colour_of(curve).name()
                # Non-breaking, so that a mark is never at the end of a line without its name.
                name = html.escape(curve.name).replace(" ", "&nbsp;")
                parts.append(f'<span style="color:{colour}">{mark}</span>&nbsp;{name}')
        return "&ensp; ".join(parts)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._apply_palette()
