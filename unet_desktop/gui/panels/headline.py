"""Headline: the vertical cup-to-disc ratio, large, and how it changed."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from unet_desktop.gui.named import named
from unet_desktop.gui.panels.measure_text import TIPS, changes_text, vertical_text
from unet_desktop.masks.tally import Measurement


class Headline(QWidget):
    """One large figure; beside it its name and what it was before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nothing to tell."""
        super().__init__(parent)
        self._ratio = named(QLabel(), "vertical")
        self._ratio.setProperty("role", "figure")
        self._name = QLabel("vertical cup-to-disc ratio", wordWrap=True)
        self._changes = named(QLabel(wordWrap=True), "changes")
        self._changes.setProperty("role", "muted")
        self.setToolTip(TIPS["vertical"])
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._ratio, 0, 0, 2, 1)
        grid.addWidget(self._name, 0, 1)
        grid.addWidget(self._changes, 1, 1)
        grid.setColumnStretch(1, 1)

    def set_measurements(self, now: Measurement, opened: Measurement | None, accepted: Measurement | None) -> None:
        """Show the ratio and its change since the case was opened and since a prediction was accepted."""
        ratio = vertical_text(now)
        self._ratio.setText(ratio)
        self._ratio.setAccessibleName(f"Vertical cup-to-disc ratio {ratio}")
        self._changes.setText(changes_text(now, opened, accepted))
