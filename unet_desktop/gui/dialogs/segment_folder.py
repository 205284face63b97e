"""SegmentFolderDialog: which pictures, with which model, to where, and what is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from unet_desktop.errors import ImageError
from unet_desktop.gui.dialogs.form_dialog import FormDialog, quiet
from unet_desktop.gui.dialogs.output_choice import OutputChoice
from unet_desktop.gui.dialogs.path_field import PathField, problem_with_folder
from unet_desktop.gui.named import named
from unet_desktop.gui.panels.model_text import summary
from unet_desktop.gui.panels.progress import duration
from unet_desktop.images.listing import find_images
from unet_desktop.project.models import Model
from unet_desktop.tasks.folders.ledger import NAME as LEDGER
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.request import Request

_GOES_ON = "Pictures that an earlier run has done there stay as they are."


@dataclass(frozen=True, slots=True)
class Own:
    """The open project's own pictures.

    Attributes:
        root: the project's folder.
        pictures: their files, in the order of the cases.
    """

    root: Path
    pictures: Sequence[Path]


class SegmentFolderDialog(FormDialog):
    """Asks for pictures, a model and a place for the masks, which follows the pictures until it is changed by hand."""

    def __init__(
        self,
        parent: QWidget | None,
        models: Sequence[Model],
        own: Own | None = None,
        outputs: Outputs | None = None,
        pace: float = 0.0,
    ) -> None:
        """Offer these.

        Args:
            parent: the window it stands over.
            models: to choose from, the first one chosen.
            own: the open project's pictures, if there are any.
            outputs: what was ticked the last time.
            pace: pictures a second of the last run; 0 if there was none.
        """
        intro = "Each picture gets a mask, and all measurements go into one table. The project stays as it is."
        super().__init__(parent, "Segment pictures", "Segment", intro)
        self._own, self._pace = own, pace
        self._source = named(QComboBox(), "source")
        self._folder = named(PathField("Folder with pictures"), "folder")
        self._recursive = named(QCheckBox("Also look into its sub-folders"), "recursive")
        self._model = named(QComboBox(), "model")
        self._output = named(PathField("Folder for the masks"), "output")
        self._outputs = named(OutputChoice(), "outputs")
        self._found, self._goes_on = quiet(""), quiet("")
        self._suggested: Path | None = None
        self._source.addItem("A folder of pictures")
        if own is not None and own.pictures:
            self._source.addItem(f"This project's pictures ({len(own.pictures):,})")
        if outputs is not None:
            self._outputs.set_outputs(outputs)
        for model in models:
            self._model.addItem(summary(model, in_use=False).replace("\n", " · "), model.path)
        self._model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._lay_out()
        self._folder.setFocus()
        self.check()

    def request(self) -> Request:
        """What was asked for."""
        folder = self._folder.path() or Path()
        own = self._own if self._of_project() else None
        return Request(
            sources=(folder,) if own is None else tuple(own.pictures),
            output=self._output.path() or Path(),
            model=Path(self._model.currentData() or ""),
            outputs=self._outputs.outputs(),
            recursive=own is None and self._recursive.isChecked(),
        )

    def title(self) -> str:
        """What is segmented, in a word: the folder's name or the project's."""
        if self._of_project() and self._own is not None:
            return self._own.root.name
        return (self._folder.path() or Path()).name

    def problem(self) -> str:
        """What is missing or wrong, as a sentence."""
        self._found.setText("")
        if not self._model.count():
            return "There is no model yet. Train one first."
        folder, output = self._folder.path(), self._output.path()
        if self._of_project() and self._own is not None:
            self._found.setText(self._counted(len(self._own.pictures)))
        elif problem := self._problem_with_pictures(folder):
            return problem
        if output is None:
            return "Choose a folder for the masks."
        if not self._of_project() and folder is not None and output.resolve().is_relative_to(folder.resolve()):
            return "Write the masks to a folder outside the pictures' folder, or they would be taken for pictures."
        self._goes_on.setText(_GOES_ON if (output / LEDGER).is_file() else "")
        if output.is_file():
            return f"{output} is a file. Choose a folder."
        return self._outputs.problem()

    def _problem_with_pictures(self, folder: Path | None) -> str:
        problem = problem_with_folder(folder, "the folder with the pictures")
        # Sub-folders are not counted while somebody types: "/" alone would be a walk over the whole disk.
        if problem or folder is None or self._recursive.isChecked():
            return problem
        try:
            self._found.setText(self._counted(len(find_images(folder))))
        except ImageError as error:
            return str(error)
        return ""

    def _counted(self, count: int) -> str:
        pictures = "1 picture." if count == 1 else f"{count:,} pictures."
        if self._pace <= 0:
            return pictures
        return f"{pictures} At the last run's pace this takes about {duration(max(1.0, count / self._pace))}."

    def _of_project(self) -> bool:
        return self._source.currentIndex() == 1

    def _lay_out(self) -> None:
        self.form.addRow("Pi&ctures", self._source)
        self.form.addRow("", self._folder)
        self.form.addRow("", self._recursive)
        self.form.addRow("", self._found)
        self.form.addRow("&Model", self._model)
        self.form.addRow("Write &to", self._output)
        self.form.addRow("", self._goes_on)
        self.form.addRow("Results", self._outputs)
        self._source.currentIndexChanged.connect(self._on_source_changed)
        self._folder.path_changed.connect(self._on_folder_changed)
        self._recursive.toggled.connect(self.check)
        self._output.path_changed.connect(self.check)
        self._outputs.outputs_changed.connect(self.check)
        self._on_source_changed()

    @Slot()
    def _on_source_changed(self) -> None:
        for widget in (self._folder, self._recursive):
            self.form.setRowVisible(widget, not self._of_project())
        self.form.setRowVisible(self._source, self._source.count() > 1)
        self._on_folder_changed()

    @Slot()
    def _on_folder_changed(self) -> None:
        folder = self._own.root if self._of_project() and self._own is not None else self._folder.path()
        if self._output.path() == self._suggested:  # not changed by hand
            self._suggested = folder.with_name(f"{folder.name}-segmented") if folder and folder.name else None
            self._output.set_path(self._suggested)
        self.check()
