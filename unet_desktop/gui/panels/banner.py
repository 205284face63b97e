"""Banner: some lines over the canvas, for what goes on being wrong or was found out on the way.

A dialog would come again and again, or stand in the way of the next picture.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget


class Banner(QFrame):
    """A sentence and a button; hidden while there is nothing to say.

    Signals:
        retry_requested: try again now.
    """

    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start hidden."""
        super().__init__(parent)
        self.setObjectName("banner")
        self._words = QLabel(wordWrap=True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)  # a file name may look like markup
        self._retry = QPushButton("Try again")
        self._close = QPushButton("Close")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._words, 1)
        row.addWidget(self._retry)
        row.addWidget(self._close)
        self._retry.clicked.connect(self.retry_requested)
        self._close.clicked.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def show_problem(self, sentence: str, *, retry: bool = False) -> None:
        """Say this until it is closed, recovered, or said better."""
        self._words.setText(sentence)
        self._retry.setVisible(retry)
        self._close.setVisible(not retry)
        self.setAccessibleName(sentence)
        self.show()
