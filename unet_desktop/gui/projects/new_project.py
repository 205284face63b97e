"""NewProjectDialog: name, place, labels and, if wanted, the first pictures of a project."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from unet_desktop.errors import LabelError
from unet_desktop.gui.projects.label_table import LabelTable
from unet_desktop.gui.widgets.copy_choice import CopyChoice
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.path_field import PathField, problem_with_folder, problem_with_new_folder
from unet_desktop.labels import TEMPLATES, LabelSet
from unet_desktop.plurals import name_some

_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
"""Characters that some file system refuses in a folder's name: a project may move to another computer."""
_MAX_NAMES = 3


@dataclass(frozen=True, slots=True)
class NewProjectRequest:
    """A project to make.

    Attributes:
        root: its folder, new or empty.
        name: what people read.
        labels: what its masks are made of.
        images: a folder of pictures to import at once, single pictures and folders, or None.
        copy: copy these pictures, or refer to them.
    """

    root: Path
    name: str
    labels: LabelSet
    images: Path | tuple[Path, ...] | None
    copy: bool


class NewProjectDialog(FormDialog):
    """Asks for a new project; the chosen place gets a folder with the project's name."""

    def __init__(self, parent: QWidget | None = None, images: Sequence[Path] = ()) -> None:
        """With the optic disc and cup, in the documents' folder.

        Args:
            parent: the window it opens over.
            images: a folder to import at first; single pictures, or several folders, cannot be exchanged here.
        """
        super().__init__(parent, "New project", "Create project")
        self._name = with_object_name(QLineEdit(), "name")
        self._name.setPlaceholderText("e.g. Glaucoma clinic 2026")
        self._place = with_object_name(PathField("Place for the project's folder"), "place")
        self._root = muted_label("")
        self._template = with_object_name(QComboBox(), "template")
        self._template.addItems(list(TEMPLATES))
        self._preview = QLabel()
        self._table = LabelTable()
        self._images = with_object_name(
            PathField("Folder with pictures", "Optional: import a folder at once"), "images"
        )
        self._copy = CopyChoice()
        self._fixed = tuple(images) if len(images) > 1 or any(not path.is_dir() for path in images) else ()
        self._lay_out()
        if images and not self._fixed:
            self._images.set_path(images[0])
            self._name.setText(_NOT_IN_NAMES.sub(" ", images[0].name).strip())
            self._name.selectAll()
        self._place.set_path(
            Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())
        )
        self._name.textChanged.connect(self.check)
        self._place.path_changed.connect(self.check)
        self._template.currentTextChanged.connect(self._on_template_changed)
        self._table.labels_changed.connect(self.check)
        self._images.path_changed.connect(self.check)
        self._on_template_changed()

    def request(self) -> NewProjectRequest:
        """What was asked for.

        Raises:
            LabelError: the labels do not fit together; the dialog cannot be accepted then.
        """
        return NewProjectRequest(
            self._project_root(), self._name.text().strip(), self._labels(), self._chosen_images(), self._copy.copy
        )

    def _chosen_images(self) -> Path | tuple[Path, ...] | None:
        return self._fixed or self._images.path()

    def problem(self) -> str:
        """A sentence about what is missing or wrong; empty when nothing is."""
        name = self._name.text().strip()
        if not name:
            return "Give the project a name."
        if _NOT_IN_NAMES.search(name) or name.endswith("."):
            return 'The name is also used for the folder, so it cannot contain < > : " / \\ | ? * or end with a dot.'
        if self._place.path() is None:
            return "Choose a location for the project's folder."
        images = self._images.path()
        problem = problem_with_new_folder(self._project_root())
        if not problem and images is not None:
            problem = problem_with_folder(images, "the folder with the pictures")
        if problem:
            return problem
        if self._template_labels() is None and not self._table.all_named:
            return "Give each label a name."
        try:
            self._labels()
        except LabelError as error:
            return str(error)
        return ""

    def check(self) -> None:
        """Show the problem, and where the project will be."""
        super().check()
        self._root.setText(f"Its folder: {self._project_root()}" if self._name.text().strip() else "")
        self._copy.setEnabled(bool(self._chosen_images()))

    def _project_root(self) -> Path:
        return (self._place.path() or Path()) / self._name.text().strip()

    def _labels(self) -> LabelSet:
        return self._template_labels() or self._table.labels()

    def _template_labels(self) -> LabelSet | None:
        return TEMPLATES[self._template.currentText()]

    def _lay_out(self) -> None:
        self._preview.setTextFormat(Qt.TextFormat.RichText)
        self.form.addRow("&Name", self._name)
        self.form.addRow("Create &in", self._place)
        self.form.addRow("", self._root)
        self.form.addRow("&Labels", self._template)
        self.form.addRow("", self._preview)
        self.form.addRow(self._table)
        self.form.addRow("&Pictures", self._images)
        if self._fixed:
            self.form.setRowVisible(self._images, False)
            names = name_some([path.name for path in self._fixed], _MAX_NAMES)
            self.form.addRow("Pictures", with_object_name(muted_label(names), "fixed"))
        self.form.addRow("", self._copy)

    @Slot()
    def _on_template_changed(self) -> None:
        labels = self._template_labels()
        self.form.setRowVisible(self._table, labels is None)
        self.form.setRowVisible(self._preview, labels is not None)
        if labels is not None:
            self._preview.setText(_preview_html(labels))
        self.check()
        self.adjustSize()


def _preview_html(labels: LabelSet) -> str:
    parts = []
    for label in labels:
        inside = f", inside {html.escape(label.inside)}" if label.inside else ""
        parts.append(f'<span style="color:{label.colour}">■</span>&nbsp;{html.escape(label.name)}{inside}')
    return "&emsp;".join(parts)
