"""Sections of a panel: a heading and the widgets under it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel


def add_section(column: QVBoxLayout, title: str, *parts: QWidget) -> None:
    """Add a heading and the parts to the column."""
    heading = PlainLabel(title)
    heading.setProperty("role", "heading")
    if column.count():
        column.addSpacing(8)
    column.addWidget(heading)
    for part in parts:
        column.addWidget(part)
