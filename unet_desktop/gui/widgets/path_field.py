"""PathField: a folder, or a file to write, to type, drop or browse for; and what can be wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from unet_desktop.gui.widgets.object_name import with_object_name


class PathField(QWidget):
    """A field for the path of a folder or of a file to write, and a button to choose it.

    Signals:
        path_changed: the path is another, complete or not.
    """

    path_changed = Signal()

    def __init__(
        self, title: str, placeholder: str = "", parent: QWidget | None = None, *, new_file: str = "", or_file: str = ""
    ) -> None:
        """Make an empty field.

        Args:
            title: of the file dialog, e.g. "Folder with pictures".
            placeholder: shown while the field is empty.
            parent: the widget it is in.
            new_file: kind of a file to write, as file dialogs name it ("CSV (*.csv)"); empty for a folder.
            or_file: kind of files that may be chosen instead of a folder, with a button of their own; empty for none.
        """
        super().__init__(parent)
        self._title, self._new_file = title, new_file
        self._line = with_object_name(QLineEdit(), "line")
        self._line.setPlaceholderText(placeholder)
        self._line.setClearButtonEnabled(True)
        self._line.setMinimumWidth(240)
        browse = with_object_name(QPushButton("Browse…"), "browse")
        browse.setAutoDefault(False)  # Return in the line must not open the file dialog
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line, 1)
        layout.addWidget(browse)
        if or_file:
            self._kind = or_file
            file = with_object_name(QPushButton("File…"), "file")
            file.setAutoDefault(False)
            layout.addWidget(file)
            file.clicked.connect(self._on_file_clicked)
        self.setFocusProxy(self._line)
        self._line.textChanged.connect(self.path_changed)
        browse.clicked.connect(self._on_browse_clicked)

    def path(self) -> Path | None:
        """The path, with ~ and a dropped file:// address resolved; None while the field is empty."""
        text = self._line.text().strip()
        if text.startswith("file:"):
            text = QUrl(text).toLocalFile()
        return Path(text).expanduser() if text else None

    def set_path(self, path: Path | None) -> None:
        """Show this path."""
        self._line.setText("" if path is None else str(path))

    @Slot()
    def _on_file_clicked(self) -> None:
        start = self.path()
        chosen, _ = QFileDialog.getOpenFileName(self, self._title, "" if start is None else str(start), self._kind)
        if chosen:
            self.set_path(Path(chosen))

    @Slot()
    def _on_browse_clicked(self) -> None:
        start = self.path()
        place = "" if start is None else str(start)
        if self._new_file:
            options = QFileDialog.Option.DontConfirmOverwrite  # whoever uses the field decides about that
            chosen, _ = QFileDialog.getSaveFileName(self, self._title, place, self._new_file, options=options)
        else:
            chosen = QFileDialog.getExistingDirectory(self, self._title, place)
        if chosen:
            self.set_path(Path(chosen))


def problem_with_folder(path: Path | None, what: str) -> str:
    """What is wrong with a folder to read from, as a sentence; empty when nothing is.

    Args:
        path: what was given.
        what: e.g. "the folder with the pictures".
    """
    if path is None:
        return f"Choose {what}."
    try:
        if path.is_dir():
            return ""
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})."
    return f"{path} is not a folder." if path.exists() else f"There is no folder {path}."


def problem_with_new_folder(path: Path) -> str:
    """Why no project can be made there, as a sentence; empty when it can."""
    try:
        if not path.is_absolute():
            return f"Enter an absolute path: {path} is relative."
        if path.is_dir():
            return f"{path} is not empty. Choose another name or location." if any(path.iterdir()) else ""
        if path.exists():
            return f"{path} is a file. Choose another name or location."
        existing = next(parent for parent in path.parents if parent.exists())
        if not existing.is_dir() or not os.access(existing, os.W_OK):
            return f"You cannot create files in {existing}. Choose another location."
    except OSError as error:
        return f"{path} cannot be used ({error.strerror}). Choose another location."
    return ""
