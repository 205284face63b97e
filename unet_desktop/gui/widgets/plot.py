"""One small plot with a legend above it, in the theme's colours."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from unet_desktop.gui.widgets.curve import Curve
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.points import Points

if TYPE_CHECKING:
    from unet_desktop.gui.widgets.plot_view import PlotView


class Plot(QWidget):
    """Curves over epochs.

    What draws them is made when the plot is first painted: loading pyqtgraph takes a tenth of the program's start, and
    few people start with a plot.
    """

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
        self._range: tuple[float | None, float | None, float] | None = None
        self._curves: dict[Curve, Points] = {}
        self._marks: dict[float, str] = {}
        self._view: PlotView | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self._legend)
        self._show_legend()

    def set_range(self, low: float | None, high: float | None, epochs: float) -> None:
        """Fix the axes: from epoch 0 to `epochs`; heights from `low` to `high`, or as the curves need."""
        self._range = (low, high, epochs)
        if self._view is not None:
            self._view.set_range(low, high, epochs)

    def set_curves(self, curves: dict[Curve, Points]) -> None:
        """Draw these curves, in this order from the back to the front."""
        changed = list(curves) != list(self._curves)
        self._curves = dict(curves)
        if changed:
            self._show_legend()
        if self._view is not None:
            self._view.set_curves(self._curves)

    def set_marks(self, marks: dict[float, str]) -> None:
        """Draw vertical lines at these places, each with a label at its foot."""
        self._marks = dict(marks)
        if self._view is not None:
            self._view.set_marks(self._marks)

    def make_view(self) -> None:
        """Make what draws the curves, unless it is there."""
        if self._view is not None:
            return
        from unet_desktop.gui.widgets.plot_view import PlotView

        view = PlotView()
        if self._range is not None:
            view.set_range(*self._range)
        view.set_curves(self._curves)
        view.set_marks(self._marks)
        self._view = view
        self._column.addWidget(view, 1)

    def _show_legend(self) -> None:
        parts = [f"<b>{html.escape(self._title)}</b>"] if self._title else []
        for curve in self._curves:
            if curve.name:
                mark = "╌╌" if curve.dashed else "━━"
                colour = curve.colour_on(self.palette()).name()
                # Non-breaking, so that a mark is never at the end of a line without its name.
                name = html.escape(curve.name).replace(" ", "&nbsp;")
                parts.append(f'<span style="color:{colour}">{mark}</span>&nbsp;{name}')
        self._legend.setText("&ensp; ".join(parts))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._view is None:  # not when it is shown: docks behind others count as shown
            QTimer.singleShot(0, self, self.make_view)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_legend()
