"""CheatSheet: all keys and mouse actions at a glance, over the window, until the next key or click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel

MOUSE = (
    ("Paint, drag a handle, place a point", "Left button"),
    ("Erase or subtract", "Right button, or Ctrl held"),
    ("Straight line", "Shift held"),
    ("Zoom to the pointer", "Wheel or pinch"),
    ("Size of the tool", "Ctrl+Wheel"),
    ("Pan", "Space or middle button"),
    ("Finish a shape", "Double click"),
    ("Whole picture", "Double middle click"),
)
KEYBOARDS = (
    ("A sign that is not on your keyboard", "The key where a US one has it"),
    ("A digit or sign that needs Shift", "With Shift, or by its place"),
)
_COLUMN = 330
"""Least width of a column of the sheet, in logical pixels."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its rows of (what, keys)."""

    heading: str
    rows: tuple[tuple[str, str], ...]


class CheatSheet(QWidget):
    """Covers the window and has the keyboard until the next key or click."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAccessibleName("Keys and mouse")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area = QScrollArea(widgetResizable=True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(40, 32, 40, 32)
        outer.addWidget(self._area)
        window.installEventFilter(self)
        self.hide()

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show these and the mouse actions, in as many columns as fit."""
        self.setGeometry(self._window.rect())
        count = max(1, (self.width() - 100) // _COLUMN)
        sheet = QWidget()
        row = QHBoxLayout(sheet)
        row.setContentsMargins(22, 16, 22, 16)
        row.setSpacing(32)
        for column in columns(
            [Section("Mouse and pen", MOUSE), *sections, Section("Other keyboards", KEYBOARDS)], count
        ):
            row.addLayout(_column(column), 1)
        self._area.setWidget(sheet)
        self.raise_()
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), QColor(0, 0, 0, 150))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride:  # the key closes the sheet and calls nothing
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self.hide()
        return False


def columns(sections: Sequence[Section], count: int) -> list[list[Section]]:
    """Divide the sections, in order, into at most that many columns of about the same length."""
    length = sum(len(section.rows) + 2 for section in sections) / count
    filled: list[list[Section]] = [[]]
    height = 0.0
    for section in sections:
        rows = len(section.rows) + 2
        if filled[-1] and height + rows / 2 > length and len(filled) < count:
            filled.append([])
            height = 0.0
        filled[-1].append(section)
        height += rows
    return filled


def _column(sections: Sequence[Section]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(0, 1)
    for section in sections:
        head = PlainLabel(section.heading)
        head.setProperty("role", "heading")
        head.setContentsMargins(0, 8 if grid.rowCount() > 1 else 0, 0, 2)
        grid.addWidget(head, grid.rowCount(), 0, 1, 2)
        for what, keys in section.rows:
            line = grid.rowCount()
            grid.addWidget(PlainLabel(what), line, 0)
            pressed = PlainLabel(keys)
            pressed.setProperty("role", "muted")
            grid.addWidget(pressed, line, 1, Qt.AlignmentFlag.AlignRight)
    grid.setRowStretch(grid.rowCount(), 1)
    return grid
