"""PressureChoice: whether a pen that is pressed lightly paints with a smaller brush."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget


class PressureChoice(QWidget):
    """One box to tick.

    Signals:
        pressure_chosen(bool): it was ticked, or not.
    """

    pressure_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start ticked."""
        super().__init__(parent)
        self._box = QCheckBox("Pen pressure changes the size")
        self._box.setToolTip("With a pen: the lighter it is pressed, the smaller the brush. A mouse is not affected.")
        self._box.setChecked(True)
        self._box.toggled.connect(self.pressure_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._box)

    def set_pressure(self, pressure: bool) -> None:
        """Show whether it does; asks for nothing."""
        blocked = self._box.blockSignals(True)
        self._box.setChecked(pressure)
        self._box.blockSignals(blocked)
