"""CopyDialog: for which reader to write a copy, and where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from unet_desktop.errors import UserError
from unet_desktop.file_names import fold
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.path_field import PathField
from unet_desktop.person import clean_name
from unet_desktop.project.workbooks import FoundWorkbook
from unet_desktop.tasks.backup.archive import SUFFIX, as_backup
from unet_desktop.tasks.backup.write import check_target

_INTRO = (
    "A reader who works elsewhere gets one file with the pictures and the reader's own masks, and nothing of "
    "anybody else. What comes back is brought in with Collect copies."
)


class CopyDialog(FormDialog):
    """Asks for a reader, a file, and whether pictures go into it."""

    def __init__(self, parent: QWidget | None, root: Path, found: Sequence[FoundWorkbook]) -> None:
        """Offer these readers; another name makes a new one."""
        super().__init__(parent, "Copy for a reader", "Write", _INTRO)
        self._root, self._found = root, list(found)
        self._proposed_file: Path | None = None
        self._reader = with_object_name(QComboBox(), "copy_reader")
        self._reader.setEditable(True)
        self._reader.addItems([one.workbook.title for one in self._found])
        self._reader.setCurrentIndex(-1)
        self._file = with_object_name(PathField("Copy for a reader", new_file=f"Copy (*{SUFFIX})"), "copy_file")
        self._pictures = with_object_name(QCheckBox("With the pictures"), "copy_pictures")
        self._pictures.setChecked(True)
        self.form.addRow("&Reader", self._reader)
        self.form.addRow("&File", self._file)
        self.form.addRow("", self._pictures)
        self.form.addRow("", muted_label("A new reader gets the cases assigned to this name or, if none is, all."))
        self._reader.editTextChanged.connect(self._on_reader_changed)
        self._file.path_changed.connect(self.check)
        self._on_reader_changed()

    def reader(self) -> str:
        """The reader's name."""
        return clean_name(self._reader.currentText())

    def workbook(self) -> FoundWorkbook | None:
        """The reading that is copied; None for a new reader."""
        return next((one for one in self._found if fold(one.workbook.title) == fold(self.reader())), None)

    def target(self) -> Path:
        """The file to write."""
        return as_backup(self._file.path() or Path())

    @property
    def with_pictures(self) -> bool:
        """Whether pictures go into it."""
        return self._pictures.isChecked()

    def problem(self) -> str:
        """What is missing or wrong, as a sentence."""
        if not self.reader():
            return "Choose a reader, or enter the name of a new one."
        path = self._file.path()
        if path is None or not path.name:
            return "Choose a file."
        if not path.is_absolute() or not path.parent.is_dir():
            return f"There is no folder {path.parent}."
        found = self.workbook()
        try:
            check_target(self._root, self.target(), replace_other=True)
            if found is not None:
                check_target(found.root, self.target())
            elif self.target().exists():
                return f"{self.target()} exists already. Choose another name."
        except UserError as error:
            return str(error)
        return ""

    def _on_reader_changed(self) -> None:
        safe = "".join(letter if letter.isalnum() or letter in " -_" else "_" for letter in self.reader())
        if self._file.path() in {None, self._proposed_file}:
            self._proposed_file = self._root.parent / f"{self._root.name} for {safe}{SUFFIX}" if safe else None
            self._file.set_path(self._proposed_file)
        self.check()
