"""EyeChoice: which eye the picture shows, told and set with one click."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QWidget

from unet_desktop.gui.named import named
from unet_desktop.gui.panels.measure_text import EYES, GUESSED
from unet_desktop.images.eye import Eye

_BUTTONS = {
    Eye.RIGHT: ("OD", "Right eye (oculus dexter): its nasal side lies at the picture’s right"),
    Eye.UNKNOWN: ("?", "Not known: without the eye nasal and temporal cannot be told apart"),
    Eye.LEFT: ("OS", "Left eye (oculus sinister): its nasal side lies at the picture’s left"),
}
"""In the order in which one sees them when facing the patient."""


class EyeChoice(QWidget):
    """The eye in words, and three buttons.

    Signals:
        eye_chosen(Eye): the user says so.
    """

    eye_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nothing is open."""
        super().__init__(parent)
        self._text = named(QLabel(), "eye")
        self._text.setWordWrap(True)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self._text, 1)
        for number, (eye, (text, tip)) in enumerate(_BUTTONS.items()):
            button = named(QPushButton(text), f"eye.{eye or 'unknown'}")
            button.setProperty("role", "choice")
            button.setCheckable(True)
            button.setToolTip(tip)
            button.setAccessibleName(EYES[eye])
            button.setFixedWidth(button.fontMetrics().horizontalAdvance(text) + 20)
            self._group.addButton(button, number)
            row.addWidget(button)
        self._group.idClicked.connect(lambda number: self.eye_chosen.emit(list(_BUTTONS)[number]))
        self.set_eye(Eye.UNKNOWN, Eye.UNKNOWN)

    def set_eye(self, noted: Eye, guess: Eye) -> None:
        """Show what is noted of the case and, where nothing is, what was guessed; asks for nothing."""
        guessed = noted is Eye.UNKNOWN and guess in GUESSED
        self._text.setText(GUESSED[guess] if guessed else EYES[noted])
        self._text.setToolTip(
            "Guessed from the picture; click OD or OS to set it" if guessed else "Which eye the picture shows"
        )
        self._group.button(list(_BUTTONS).index(noted)).setChecked(True)
