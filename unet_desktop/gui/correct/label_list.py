"""LabelList: which label is painted."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from unet_desktop.gui.style.plain_text import plain_tip
from unet_desktop.labels import Label, LabelSet

_NUMBERED = 9
_WIDEST_NAME = 220
"""Pixels; a longer name would widen the panel beyond its dock. The tool tip says it whole."""


class LabelList(QWidget):
    """A button for each label, with its colour, its name and the key that chooses it.

    Signals:
        label_chosen(index): counted from 0.
    """

    label_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: LabelSet | None = None
        self._buttons: list[QPushButton] = []
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._group.idClicked.connect(self.label_chosen)

    def set_labels(self, labels: LabelSet | None) -> None:
        """Offer these labels."""
        if labels == self._labels:
            return
        self._labels = labels
        for button in self._buttons:
            self._group.removeButton(button)
            self._column.removeWidget(button)
            button.deleteLater()
        self._buttons = [self._button(index, label) for index, label in enumerate(labels or ())]

    def set_current(self, label: Label | None) -> None:
        """Mark this label as the one in use."""
        if label is not None and self._labels is not None and label in self._labels.labels:
            self._buttons[self._labels.labels.index(label)].setChecked(True)

    def _button(self, index: int, label: Label) -> QPushButton:
        key = f"{index + 1}   " if index < _NUMBERED else ""
        button = QPushButton(swatch(label.colour), "")
        name = button.fontMetrics().elidedText(label.name, Qt.TextElideMode.ElideRight, _WIDEST_NAME)
        button.setText(f"{key}{name}".replace("&", "&&"))  # Qt takes one for the mark of a key
        button.setProperty("role", "choice")
        button.setCheckable(True)
        button.setIconSize(QSize(16, 16))
        within = f", inside {label.inside}" if label.inside else ""
        where = f"\nIt lies inside {label.inside}" if label.inside else ""
        button.setToolTip(plain_tip(f"Paint {label.name}" + (f" ({index + 1})" if key else "") + where))
        button.setAccessibleName(f"Label {label.name}{within}")
        self._group.addButton(button, index)
        self._column.addWidget(button)
        return button


def swatch(colour: str) -> QIcon:
    """A square of that colour."""
    pixmap = QPixmap(32, 32)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(pixmap.rect().adjusted(2, 2, -2, -2), 6, 6)
    painter.end()
    return QIcon(pixmap)
