"""PlotView: the axes and curves of a plot, drawn by pyqtgraph."""

from __future__ import annotations

import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QSizePolicy

from unet_desktop.gui.widgets.curve import Curve
from unet_desktop.gui.widgets.points import Points


class _WholeNumbers(pyqtgraph.AxisItem):  # type: ignore[misc]
    """An axis with ticks at whole numbers only: there is no half epoch and no half case."""

    def tickSpacing(self, low: float, high: float, pixels: float) -> list[tuple[float, float]]:
        """Distance of the ticks and where they begin, for each level of ticks."""
        levels = super().tickSpacing(low, high, pixels)
        return [(spacing, start) for spacing, start in levels if spacing >= 1] or [(1.0, 0.0)]


class PlotView(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """Nothing in it can be dragged, so the wheel scrolls the panel."""

    def __init__(self) -> None:
        self._curves: dict[Curve, pyqtgraph.PlotDataItem] = {}
        self._marks: list[pyqtgraph.InfiniteLine] = []
        self._is_made = False
        super().__init__(axisItems={"bottom": _WholeNumbers("bottom")})
        self._is_made = True
        self.setMinimumHeight(104)
        # A graphics view asks for 480 pixels; here it takes what is left.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMouseEnabled(False, False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.getAxis("left").setWidth(34)
        self.getAxis("bottom").setHeight(18)
        self._apply_palette()

    def set_range(self, low: float | None, high: float | None, epochs: float) -> None:
        """Fix the axes: from epoch 0 to `epochs`; heights from `low` to `high`, or as the curves need."""
        self.setXRange(0, max(epochs, 1), padding=0.05)
        if low is None or high is None:
            self.getViewBox().enableAutoRange("y", True)
        else:
            self.setYRange(low, high, padding=0.04)

    def set_curves(self, curves: dict[Curve, Points]) -> None:
        """Draw these curves, in this order from the back to the front."""
        if list(curves) != list(self._curves):
            self.clear()
            self._curves = {curve: self.plot() for curve in curves}
            self._apply_palette()
        for curve, points in curves.items():
            self._curves[curve].setData(points.x, points.y)
            # A single epoch has no line yet: show it as a dot.
            self._curves[curve].setSymbol("o" if curve.dots or (len(points.x) == 1 and not curve.faint) else None)

    def set_marks(self, marks: dict[float, str]) -> None:
        """Draw vertical lines at these places, each with a label at its foot."""
        for mark in self._marks:
            self.removeItem(mark)
        self._marks = [
            pyqtgraph.InfiniteLine(at, label=text, labelOpts={"position": 0.06, "anchors": [(0, 1), (0, 1)]})
            for at, text in marks.items()
        ]
        for mark in self._marks:
            self.addItem(mark)
        self._apply_palette()

    def _apply_palette(self) -> None:
        palette = self.palette()
        quiet = palette.color(QPalette.ColorRole.PlaceholderText)
        self.setBackground(palette.color(QPalette.ColorRole.Base))
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pyqtgraph.mkPen(quiet, width=1))
            axis.setTextPen(quiet)
        self.showGrid(y=True, alpha=0.2)
        for curve, item in self._curves.items():
            colour = curve.colour_on(palette)
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

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if self._is_made and event.type() == QEvent.Type.PaletteChange:
            self._apply_palette()
