"""RatioPanel: the cup-to-disc ratios of the open mask."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from unet_desktop.masks.measure import CupToDisc


class RatioPanel(QWidget):
    """The vertical ratio large, the others beside it; hidden for labels without a cup in a disc."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with nothing measured."""
        super().__init__(parent)
        self._vertical = QLabel()
        self._vertical.setProperty("role", "figure")
        self._vertical.setAccessibleName("Vertical cup-to-disc ratio")
        self._others = QLabel()
        self._others.setProperty("role", "muted")
        self._name = QLabel("vertical\ncup-to-disc ratio")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.addWidget(self._vertical, 0, 0)
        grid.addWidget(self._name, 0, 1)
        grid.addWidget(self._others, 1, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.set_ratio(None)

    def set_ratio(self, ratio: CupToDisc | None) -> None:
        """Show these; None or NaN where nothing can be measured."""
        known = ratio is not None and not math.isnan(ratio.vertical)
        for part in (self._vertical, self._name):
            part.setVisible(known)
        if ratio is not None and known:
            self._vertical.setText(f"{ratio.vertical:.2f}")
            self._others.setText(f"horizontal {ratio.horizontal:.2f}, area {ratio.area:.2f}")
        else:
            self._vertical.setText("")
            self._others.setText("Draw disc and cup to measure them." if ratio is not None else "")
