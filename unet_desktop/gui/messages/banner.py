"""Banner: some lines over the canvas, for lasting problems and results of jobs.

A dialog would come again and again, or hide the next picture.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from unet_desktop.gui.widgets.object_name import with_object_name


class Banner(QFrame):
    """A sentence and buttons; hidden while there is nothing to say.

    Signals:
        retry_requested: try again now.
    """

    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._words = with_object_name(QLabel(wordWrap=True), "sentence")
        self._words.setTextFormat(Qt.TextFormat.PlainText)  # a file name may look like markup
        self._retry = with_object_name(QPushButton("Try again"), "try_again")
        self._close = QPushButton("Close")
        self._open = QPushButton("Open folder")
        self._folder: Path | None = None
        self._is_result = False
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._words, 1)
        row.addWidget(self._open)
        row.addWidget(self._retry)
        row.addWidget(self._close)
        self._retry.clicked.connect(self.retry_requested)
        self._close.clicked.connect(self.hide)
        self._open.clicked.connect(self._on_open_clicked)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence it shows."""
        return self._words.text()

    def show_problem(self, sentence: str, *, retry: bool = False) -> None:
        """Show this sentence until the user closes it or another one replaces it."""
        self._folder, self._is_result = None, False
        self._open.hide()
        self._set_calm(False)
        self._words.setText(sentence)
        self._retry.setVisible(retry)
        self._close.setVisible(not retry)
        self.setAccessibleName(sentence)
        self.show()

    def show_result(self, text: str, folder: Path | None, clean: bool) -> None:
        """Show a job's result, with a button for the folder it wrote to; calm colours if nothing needs attention."""
        self.show_problem(text)
        self._set_calm(clean)
        self._folder, self._is_result = folder, True
        self._open.setVisible(folder is not None)

    def hide_result(self) -> None:
        """Hide the result of the last job; problems stay."""
        if self._is_result:
            self.hide()

    def _set_calm(self, calm: bool) -> None:
        """Use calm colours instead of those of a warning."""
        self.setProperty("calm", calm)
        for part in (self, self._words):
            self.style().unpolish(part)
            self.style().polish(part)

    def _on_open_clicked(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
