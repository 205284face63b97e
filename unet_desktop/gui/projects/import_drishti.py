"""ImportDrishtiDialog: the published Drishti-GS1 folders become a project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QWidget

from unet_desktop.gui.widgets.copy_choice import CopyChoice
from unet_desktop.gui.widgets.form_dialog import FormDialog
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.path_field import PathField, problem_with_folder, problem_with_new_folder

_INTRO = (
    "Makes a project of the Drishti-GS1 photographs and their expert markings: a pixel belongs to the disc or the cup "
    "where at least 3 of the 4 experts marked it."
)


@dataclass(frozen=True, slots=True)
class DrishtiRequest:
    """Photographs to make a project of.

    Attributes:
        source: the folder with `Training` (or `Test`) in it, or that folder itself.
        root: a new or empty folder for the project.
        copy: copy the photographs, or refer to them.
    """

    source: Path
    root: Path
    copy: bool


class ImportDrishtiDialog(FormDialog):
    """Asks where the photographs are and where to make the project."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Propose a project in the documents' folder."""
        super().__init__(parent, "Import Drishti-GS1", "Import", _INTRO)
        self._source = with_object_name(PathField("Folder that contains Training"), "source")
        self._root = with_object_name(PathField("New folder for the project"), "root")
        self._copy = CopyChoice()
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self._root.set_path(Path(documents or Path.home()) / "Drishti-GS1")
        self.form.addRow("&Drishti-GS1 folder", self._source)
        self.form.addRow("&New project folder", self._root)
        self.form.addRow("", self._copy)
        self._source.path_changed.connect(self.check)
        self._root.path_changed.connect(self.check)
        self._source.setFocus()
        self.check()

    def request(self) -> DrishtiRequest:
        """The user's choices."""
        return DrishtiRequest(self._source.path() or Path(), self._root.path() or Path(), self._copy.copy)

    def problem(self) -> str:
        """A sentence about what is missing or wrong; empty when nothing is."""
        source, root = self._source.path(), self._root.path()
        problem = problem_with_folder(source, "the folder that contains Training")
        if problem or source is None:
            return problem
        if not any((source / part / "Images").is_dir() for part in ("", "Training", "Test")):
            return f"{source} is not laid out like Drishti-GS1. Choose the folder that contains Training."
        return "Choose a new folder for the project." if root is None else problem_with_new_folder(root)
