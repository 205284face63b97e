"""Dialogs of backups: where to write one, and where to restore one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QWidget

from unet_desktop.errors import UserError
from unet_desktop.files import first_free
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.path_field import PathField, problem_with_folder, problem_with_new_folder
from unet_desktop.plurals import quantity
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.backup.archive import SUFFIX, FileList, as_backup
from unet_desktop.tasks.backup.write import check_target

_KIND = f"Backup (*{SUFFIX})"
_INTRO = (
    "The whole project becomes one file: pictures, masks with their earlier states, trail, models and the readers' "
    "work, with a list of digests by which it is checked when it is restored."
)


class BackUpDialog(FormDialog):
    """Asks for a file, and whether pictures go into it."""

    def __init__(self, parent: QWidget | None, root: Path, name: str) -> None:
        """Suggest a file beside the project's folder."""
        super().__init__(parent, "Back up the project", "Back up", _INTRO)
        self._root = root
        self._file = with_object_name(PathField("Backup", new_file=_KIND), "backup_file")
        safe = "".join(letter if letter.isalnum() or letter in " -_" else "_" for letter in name) or "project"
        self._file.set_path(root.parent / f"{safe} {datetime.now().astimezone():%Y-%m-%d}{SUFFIX}")
        self._pictures = with_object_name(QCheckBox("With the pictures"), "with_pictures")
        self._pictures.setChecked(True)
        self._pictures.setToolTip("Without them the file is small, for a site that has the pictures")
        self._hint = muted_label("Best on another drive.")
        self.form.addRow("&File", self._file)
        self.form.addRow("", self._pictures)
        self.form.addRow("", self._hint)
        self._file.path_changed.connect(self.check)
        self.check()

    def target(self) -> Path:
        """The file to write."""
        return as_backup(self._file.path() or Path())

    @property
    def with_pictures(self) -> bool:
        """Whether pictures go into it."""
        return self._pictures.isChecked()

    def problem(self) -> str:
        """What is missing or wrong, as a sentence."""
        path = self._file.path()
        if path is None or not path.name:
            return "Choose a file."
        if not path.is_absolute():
            return f"Enter an absolute path: {path} is relative."
        if not path.parent.is_dir():
            return f"There is no folder {path.parent}."
        try:
            check_target(self._root, self.target())
        except UserError as error:
            return str(error)
        return ""


class RestoreDialog(FormDialog):
    """Says what is in a backup, and asks where the project shall be."""

    def __init__(self, parent: QWidget | None, source: Path, held: FileList) -> None:
        """Suggest a folder beside the backup.

        Args:
            parent: the window.
            source: the backup.
            held: what it holds.
        """
        who = f" by {held.who}" if held.who else ""
        size = f"{held.size / 1e6:,.0f} MB" if held.size >= 1e6 else "less than 1 MB"
        intro = (
            f"The backup of {escape_controls(held.project)} was made on {held.made[:10]}{escape_controls(who)}: "
            f"{quantity(len(held.files), 'file')}, {size}. Every file is compared with its digest; if one is damaged, "
            "nothing is restored."
        )
        super().__init__(parent, "Restore a backup", "Restore", intro)
        self._held = held
        self._folder = with_object_name(PathField("Folder for the project"), "restore_folder")
        beside = source.parent / source.stem
        self._folder.set_path(first_free(lambda number: beside if number == 1 else Path(f"{beside} {number}")))
        self._pictures = with_object_name(
            PathField("Folder with the pictures", "Optional: search it and its subfolders"), "restore_pictures"
        )
        self.form.addRow("New &folder", self._folder)
        self.form.addRow("&Pictures in", self._pictures)
        self.form.setRowVisible(self._pictures, not held.pictures)
        self._folder.path_changed.connect(self.check)
        self._pictures.path_changed.connect(self.check)
        self.check()

    def folder(self) -> Path:
        """Where the project shall be."""
        return self._folder.path() or Path()

    def pictures(self) -> Path | None:
        """Where to look for pictures that are not in the backup."""
        return None if self._held.pictures else self._pictures.path()

    def problem(self) -> str:
        """What is missing or wrong, as a sentence."""
        path = self._folder.path()
        if path is None:
            return "Choose a new folder for the project."
        problem = problem_with_new_folder(path)
        if not problem and self.pictures() is not None:
            problem = problem_with_folder(self.pictures(), "the folder with the pictures")
        return problem
