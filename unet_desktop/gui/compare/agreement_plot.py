"""AgreementPlot: vCDR differences against means, with the limits of agreement; a click on a dot opens its case."""

from __future__ import annotations

import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from unet_desktop.gui.style.contrast import readable
from unet_desktop.tasks.evaluation.result import Evaluation

_DOTS, _LINES = "#0072b2", "#d55e00"
"""Of Okabe and Ito 2008, as in the report."""


class AgreementPlot(QWidget):
    """A Bland-Altman plot.

    Signals:
        case_chosen(name): the dot of this picture was clicked.
    """

    case_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = pyqtgraph.PlotWidget()
        self._dots = pyqtgraph.ScatterPlotItem(size=8, hoverable=True, hoverSize=12, tip=_tip)
        self._lines: list[pyqtgraph.InfiniteLine] = []
        self._bands: list[pyqtgraph.LinearRegionItem] = []
        self._current = ""
        self._view.setMinimumHeight(150)
        self._view.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._view.setMouseEnabled(False, False)
        self._view.setMenuEnabled(False)
        self._view.hideButtons()
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.getAxis("left").setWidth(40)
        self._view.setLabel("bottom", "mean of both vCDRs")
        self._view.setAccessibleName("Differences of the vCDR against their means")
        self._view.addItem(self._dots)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        self._dots.sigClicked.connect(self._on_dots_clicked)
        self._apply_palette()

    def set_evaluation(self, evaluation: Evaluation | None) -> None:
        """Show the differences; hide the plot where there are no limits of agreement."""
        for item in (*self._lines, *self._bands):
            self._view.removeItem(item)
        self._lines, self._bands = [], []
        limits = None if evaluation is None else evaluation.limits
        self.setVisible(limits is not None)
        if evaluation is None or limits is None:
            self._dots.setData([], [])
            return
        cases = evaluation.measured
        across = [(case.first_vcdr + case.second_vcdr) / 2 for case in cases]
        self._dots.setData(across, [case.difference for case in cases], data=[case.name for case in cases])
        middle = (min(across) + max(across)) / 2
        at_left = 2 * sum(value > middle for value in across) > len(across)  # labels go where there are fewer dots
        for value, interval, name in (
            (limits.high, limits.high_interval, "+1.96 SD"),
            (limits.bias, limits.bias_interval, "mean"),
            (limits.low, limits.low_interval, "−1.96 SD"),
        ):
            self._add_band(interval)
            self._add_line(value, f"{name} {value:+.3f}".replace("-", "−"), dashed=name != "mean", at_left=at_left)
        self._apply_palette()

    def set_current(self, name: str) -> None:
        """Mark the dot of this picture."""
        self._current = name
        self._colour_dots()

    def dot_position(self, name: str) -> QPointF | None:
        """Position of a picture's dot in this widget, or None."""
        point = next((point for point in self._dots.points() if point.data() == name), None)
        if point is None:
            return None
        scene = self._view.getViewBox().mapViewToScene(point.pos())
        return QPointF(self._view.mapTo(self, self._view.mapFromScene(scene)))

    def _add_line(self, value: float, text: str, *, dashed: bool, at_left: bool) -> None:
        side = (0, 1) if at_left else (1, 1)
        options = {"position": 0.02 if at_left else 0.98, "anchors": [side, side]}
        line = pyqtgraph.InfiniteLine(value, angle=0, label=text, labelOpts=options)
        line.setProperty("dashed", dashed)
        self._view.addItem(line)
        self._lines.append(line)

    def _add_band(self, interval: tuple[float, float]) -> None:
        band = pyqtgraph.LinearRegionItem(interval, orientation="horizontal", movable=False)
        band.setZValue(-10)
        self._view.addItem(band)
        self._bands.append(band)

    def _apply_palette(self) -> None:
        palette = self.palette()
        quiet, text = palette.color(QPalette.ColorRole.PlaceholderText), palette.color(QPalette.ColorRole.Text)
        self._view.setBackground(palette.color(QPalette.ColorRole.Base))
        for side in ("left", "bottom"):
            axis = self._view.getAxis(side)
            axis.setPen(pyqtgraph.mkPen(quiet, width=1))
            axis.setTextPen(quiet)
            axis.enableAutoSIPrefix(False)
        self._view.showGrid(y=True, alpha=0.2)
        clear = QColor(palette.color(QPalette.ColorRole.Base))
        clear.setAlphaF(0.6)
        for line in self._lines:
            style = Qt.PenStyle.DashLine if line.property("dashed") else Qt.PenStyle.SolidLine
            line.setPen(pyqtgraph.mkPen(readable(QColor(_LINES), palette), width=1.5, style=style))
            line.label.setColor(text)
            line.label.fill = pyqtgraph.mkBrush(clear)
        shade = QColor(quiet)
        shade.setAlphaF(0.16)
        for band in self._bands:
            band.setBrush(shade)
            for edge in band.lines:
                edge.setPen(None)
        self._colour_dots()

    def _colour_dots(self) -> None:
        palette = self.palette()
        plain, current = readable(QColor(_DOTS), palette), palette.color(QPalette.ColorRole.Text)
        plain.setAlphaF(0.9)
        names = [point.data() for point in self._dots.points()]
        self._dots.setBrush([pyqtgraph.mkBrush(current if name == self._current else plain) for name in names] or plain)
        self._dots.setPen(None)

    def _on_dots_clicked(self, _item: object, points: list[pyqtgraph.SpotItem], _event: object) -> None:
        if len(points):
            self.case_chosen.emit(points[0].data())

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._apply_palette()


def _tip(x: float, y: float, data: str) -> str:
    return f"{data}: mean {x:.3f}, difference {y:+.3f}".replace("-", "−")
