"""ModelNotes: notes on a model, saved a moment after the last key."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

SAVE_AFTER = 800
"""Milliseconds after the last key until the text is saved."""


class ModelNotes(QPlainTextEdit):
    """A few lines of text about one model.

    Signals:
        edited(path, text): save this text beside this model.
    """

    edited = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notes")
        self.setAccessibleName("Notes on the model")
        self.setPlaceholderText("Notes on this model …")
        self.setTabChangesFocus(True)
        self.setMinimumHeight(44)
        self._model: Path | None = None
        self._saved = ""
        self._timer = QTimer(self, singleShot=True, interval=SAVE_AFTER)
        self._timer.timeout.connect(self.keep)
        self.textChanged.connect(self._timer.start)

    def show_notes(self, model: Path | None, text: str) -> None:
        """Show the notes on this model; notes on another are saved first.

        The same model's text stays as it is being written.
        """
        if model == self._model and self.toPlainText() != self._saved:
            return
        self.keep()
        self._model, self._saved = model, text
        if self.toPlainText() != text:
            self.setPlainText(text)
        self._timer.stop()

    def keep(self) -> None:
        """Have the text saved now, if it changed."""
        self._timer.stop()
        text = self.toPlainText()
        if self._model is not None and text != self._saved:
            self._saved = text
            self.edited.emit(self._model, text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Save when the keyboard goes elsewhere."""
        super().focusOutEvent(event)
        self.keep()

    def hideEvent(self, event: QHideEvent) -> None:
        """Save when the panel is hidden or the window closes."""
        super().hideEvent(event)
        self.keep()
