"""CombineChoice: what an outline does to the region that is there."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from unet_desktop.masks.reshape import Combine

_TEXTS = {
    Combine.ADD: ("Add", "The outline is added to the label"),
    Combine.SUBTRACT: ("Subtract", "The outline is taken from the label (the right button or Ctrl does so at once)"),
    Combine.REPLACE: ("Replace", "The label becomes the outline and nothing else"),
}


class CombineChoice(QWidget):
    """Three buttons of which one is down.

    Signals:
        combine_chosen(Combine): another one was chosen.
    """

    combine_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with adding."""
        super().__init__(parent)
        self._buttons: dict[Combine, QPushButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for combine, (text, tip) in _TEXTS.items():
            button = QPushButton(text)
            button.setCheckable(True)
            button.setProperty("role", "choice")
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, chosen=combine: self.combine_chosen.emit(chosen))
            group.addButton(button)
            row.addWidget(button)
            self._buttons[combine] = button
        self.set_combine(Combine.ADD)

    def set_combine(self, combine: Combine) -> None:
        """Show this one as chosen; asks for nothing."""
        self._buttons[combine].setChecked(True)
