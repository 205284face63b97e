"""ModelNotes: what people write about a model, kept a moment after they wrote it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

SAVE_AFTER = 800
"""Milliseconds without a key after which the text is kept."""


class ModelNotes(QPlainTextEdit):
    """A few lines of text about the model that is shown.

    Signals:
        edited(path, text): keep this text beside this model.
    """

    edited = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """About no model."""
        super().__init__(parent)
        self.setObjectName("notes")
        self.setAccessibleName("Notes on the model")
        self.setPlaceholderText("Notes on this model …")
        self.setTabChangesFocus(True)
        self.setMinimumHeight(44)
        self._model: Path | None = None
        self._kept = ""
        self._timer = QTimer(self, singleShot=True, interval=SAVE_AFTER)
        self._timer.timeout.connect(self.keep)
        self.textChanged.connect(self._timer.start)

    def show_notes(self, model: Path | None, text: str) -> None:
        """Show the notes on this model; what was written about another is kept first.

        The same model's text stays as it is being written.
        """
        if model == self._model and self.toPlainText() != self._kept:
            return
        self.keep()
        self._model, self._kept = model, text
        if self.toPlainText() != text:
            self.setPlainText(text)
        self._timer.stop()

    def keep(self) -> None:
        """Have the text kept now, if it changed."""
        self._timer.stop()
        text = self.toPlainText()
        if self._model is not None and text != self._kept:
            self._kept = text
            self.edited.emit(self._model, text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Who goes elsewhere is done."""
        super().focusOutEvent(event)
        self.keep()

    def hideEvent(self, event: QHideEvent) -> None:
        """So is who closes the window."""
        super().hideEvent(event)
        self.keep()
