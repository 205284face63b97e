"""Sections of a panel: a heading with what belongs under it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


def add_section(column: QVBoxLayout, title: str, *parts: QWidget) -> None:
    """Put a heading and the parts under what stands in the column already."""
    heading = QLabel(title)
    heading.setProperty("role", "heading")
    if column.count():
        column.addSpacing(8)
    column.addWidget(heading)
    for part in parts:
        column.addWidget(part)
