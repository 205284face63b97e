"""Dialogs driven by a test: find their parts, type into them, read what they say."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop.gui.widgets.form_dialog import FormDialog
from unet_desktop.gui.widgets.path_field import PathField


def shown(qtbot: QtBot, dialog: FormDialog) -> FormDialog:
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def type_path(qtbot: QtBot, dialog: QWidget, name: str, path: Path | str) -> None:
    line = part(part(dialog, PathField, name), QLineEdit, "line")
    line.clear()
    qtbot.keyClicks(line, str(path))


def texts(dialog: QWidget) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def problem(dialog: QWidget) -> str:
    return part(dialog, QLabel, "problem").text()


def can_be_accepted(dialog: QWidget) -> bool:
    return part(dialog, QPushButton, "accept").isEnabled()
