"""Tolerance: how far a pixel's colour may differ from the one that the wand was pressed on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from unet_desktop.gui.tool_options import HIGHEST_TOLERANCE, LOWEST_TOLERANCE


class Tolerance(QWidget):
    """A slider and the number.

    Signals:
        tolerance_chosen(int): percent of the range from black to white.
    """

    tolerance_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start at the strictest."""
        super().__init__(parent)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setAccessibleName("Tolerance")
        self._number = QSpinBox()
        self._number.setSuffix(" %")
        self._number.setAccessibleName("Tolerance in percent")
        self.setToolTip("How far colours may differ; drag to the right or left on the picture to change it")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(QLabel("Tolerance"))
        row.addWidget(self._slider, 1)
        row.addWidget(self._number)
        for part in (self._slider, self._number):
            part.setRange(LOWEST_TOLERANCE, HIGHEST_TOLERANCE)
            part.valueChanged.connect(self.tolerance_chosen)

    def set_tolerance(self, tolerance: int) -> None:
        """Show this tolerance; asks for nothing."""
        for part in (self._slider, self._number):
            blocked = part.blockSignals(True)
            part.setValue(tolerance)
            part.blockSignals(blocked)
