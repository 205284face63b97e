"""ColourButton: shows a colour; a click chooses another."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QPushButton, QWidget

_SWATCH = QSize(32, 14)


class ColourButton(QPushButton):
    """A swatch to click.

    Signals:
        colour_changed: another colour was chosen.
    """

    colour_changed = Signal()

    def __init__(self, colour: str, parent: QWidget | None = None) -> None:
        """Show the colour "#rrggbb"."""
        super().__init__(parent)
        self._colour = colour
        self.setIconSize(_SWATCH)
        self.setAutoDefault(False)
        self.clicked.connect(self._on_clicked)
        self._show()

    @property
    def colour(self) -> str:
        """The colour as "#rrggbb"."""
        return self._colour

    def _show(self) -> None:
        swatch = QPixmap(_SWATCH)
        swatch.fill(QColor(self._colour))
        self.setIcon(QIcon(swatch))
        self.setToolTip(f"Colour {self._colour}: click to choose another")
        self.setAccessibleName(f"Colour {self._colour}")

    @Slot()
    def _on_clicked(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._colour), self, "Colour of the label")
        if chosen.isValid():
            self._colour = chosen.name()
            self._show()
            self.colour_changed.emit()
