"""ImportResultsDialog: which project a folder run's results come into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QWidget

from unet_desktop.gui.widgets.copy_choice import CopyChoice
from unet_desktop.gui.widgets.form_dialog import FormDialog
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.path_field import PathField, problem_with_new_folder


@dataclass(frozen=True, slots=True)
class ImportResultsRequest:
    """Where results are imported.

    Attributes:
        root: the project's folder.
        is_new: make the project there first.
        copy: copy the pictures, or refer to them.
    """

    root: Path
    is_new: bool
    copy: bool


class ImportResultsDialog(FormDialog):
    """Asks for the open project or a new one."""

    def __init__(self, parent: QWidget | None, output: Path, project: Path | None) -> None:
        """Make the form.

        Args:
            parent: the window it opens over.
            output: folder of the results.
            project: folder of the open project, where its labels are the model's; None otherwise.
        """
        intro = (
            "Each segmented picture becomes a case with its mask as the model's proposal, to be corrected or accepted. "
            "Existing cases get the new proposal; masks drawn by people are left unchanged."
        )
        super().__init__(parent, "Import results for correction", "Import", intro)
        self._project = project
        self._into = with_object_name(QComboBox(), "into")
        self._root = with_object_name(PathField("New folder for the project"), "root")
        self._copy = CopyChoice()
        if project is not None:
            self._into.addItem(f"The open project, {project.name}", project)
        self._into.addItem("A new project")
        self._root.set_path(output.with_name(f"{output.name}-project"))
        self.form.addRow("&Into", self._into)
        self.form.addRow("&Folder", self._root)
        self.form.addRow("", self._copy)
        self._into.currentIndexChanged.connect(self._on_into_changed)
        self._root.path_changed.connect(self.check)
        self._on_into_changed()

    def request(self) -> ImportResultsRequest:
        """What the user asked for."""
        open_one = self._into.currentData()
        if open_one is not None:
            return ImportResultsRequest(Path(open_one), is_new=False, copy=self._copy.copy)
        return ImportResultsRequest(self._root.path() or Path(), is_new=True, copy=self._copy.copy)

    def problem(self) -> str:
        """What is missing or wrong, as a sentence."""
        if self._into.currentData() is not None:
            return ""
        root = self._root.path()
        return "Choose a new folder for the project." if root is None else problem_with_new_folder(root)

    @Slot()
    def _on_into_changed(self) -> None:
        self.form.setRowVisible(self._root, self._into.currentData() is None)
        self.check()
        self.adjustSize()  # one row more would squeeze the others
