"""Text of people and files in widgets: shown as it is, whatever it looks like.

Qt takes text that begins like HTML for HTML, and would open the pictures that it names.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget


class PlainLabel(QLabel):
    """A label that never takes its text for HTML."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, wrap: bool = False) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setText(text)


def plain_tip(text: str | Iterable[str]) -> str:
    """Return a tool tip that Qt shows as this text, or as these lines."""
    text = text if isinstance(text, str) else "\n".join(text)
    looks_like_html = "<" in text or "&lt;" in text  # for Qt, both do
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>" if looks_like_html else text


def show_plain(box: QMessageBox) -> None:
    """Let a message box take none of its texts for HTML; call it when they are set."""
    box.setTextFormat(Qt.TextFormat.PlainText)
    for label in box.findChildren(QLabel):
        label.setTextFormat(Qt.TextFormat.PlainText)
