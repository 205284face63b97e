"""BrushSize: the brush's diameter, by slider and number."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from unet_desktop.gui.tool_options import LARGEST, SMALLEST

_STEPS = 200


class BrushSize(QWidget):
    """A slider that is fine for small brushes and coarse for large ones, and the number in image pixels.

    Signals:
        diameter_chosen(int): image pixels.
    """

    diameter_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start small."""
        super().__init__(parent)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, _STEPS)
        self._slider.setAccessibleName("Brush size")
        self._number = QSpinBox()
        self._number.setRange(SMALLEST, LARGEST)
        self._number.setSuffix(" px")
        self._number.setAccessibleName("Brush size in image pixels")
        self.setToolTip("Diameter in image pixels ([ and ], or Ctrl and the wheel)")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(QLabel("Size"))
        row.addWidget(self._slider, 1)
        row.addWidget(self._number)
        self._slider.valueChanged.connect(self._on_slider_value_changed)
        self._number.valueChanged.connect(self.diameter_chosen)

    def set_diameter(self, diameter: int) -> None:
        """Show this diameter; asks for nothing."""
        for part, value in ((self._slider, _place(diameter)), (self._number, diameter)):
            blocked = part.blockSignals(True)
            part.setValue(value)
            part.blockSignals(blocked)

    def _on_slider_value_changed(self, place: int) -> None:
        self.diameter_chosen.emit(round(SMALLEST * (LARGEST / SMALLEST) ** (place / _STEPS)))


def _place(diameter: int) -> int:
    return round(_STEPS * math.log(diameter / SMALLEST) / math.log(LARGEST / SMALLEST))
