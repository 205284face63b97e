"""SegmentFolderDialog: which pictures, with which model, to where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QWidget

from unet_desktop.errors import ImageError
from unet_desktop.gui.dialogs.form_dialog import FormDialog, quiet
from unet_desktop.gui.dialogs.path_field import PathField, problem_with_folder
from unet_desktop.gui.named import named
from unet_desktop.gui.panels.model_text import summary
from unet_desktop.images.listing import find_images
from unet_desktop.project.models import Model


@dataclass(frozen=True, slots=True)
class SegmentRequest:
    """A folder to segment.

    Attributes:
        folder: of pictures.
        model: the checkpoint.
        output: folder that masks and tables are written to; made when it is not there.
    """

    folder: Path
    model: Path
    output: Path


class SegmentFolderDialog(FormDialog):
    """Asks for a folder, a model and a place for the masks, which follows the folder until it is changed by hand."""

    def __init__(self, parent: QWidget | None, models: Sequence[Model]) -> None:
        """Offer these models, the first one chosen."""
        intro = (
            "Each picture of a folder gets a mask, and all measurements go into one table. The project stays as it is."
        )
        super().__init__(parent, "Segment a folder", "Segment", intro)
        self._folder = named(PathField("Folder with pictures"), "folder")
        self._model = named(QComboBox(), "model")
        self._output = named(PathField("Folder for the masks"), "output")
        self._found = quiet("")
        self._suggested: Path | None = None
        for model in models:
            self._model.addItem(summary(model, in_use=False).replace("\n", " · "), model.path)
        self._model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.form.addRow("&Pictures", self._folder)
        self.form.addRow("", self._found)
        self.form.addRow("&Model", self._model)
        self.form.addRow("Write &to", self._output)
        self._folder.path_changed.connect(self._on_folder_changed)
        self._output.path_changed.connect(self.check)
        self._folder.setFocus()
        self.check()

    def request(self) -> SegmentRequest:
        """What was asked for."""
        return SegmentRequest(
            self._folder.path() or Path(), Path(self._model.currentData() or ""), self._output.path() or Path()
        )

    def problem(self) -> str:
        """What is missing or wrong, as a sentence."""
        self._found.setText("")
        if not self._model.count():
            return "There is no model yet. Train one first."
        folder, output = self._folder.path(), self._output.path()
        problem = problem_with_folder(folder, "the folder with the pictures")
        if problem or folder is None:
            return problem
        try:
            count = len(find_images(folder))
        except ImageError as error:
            return str(error)
        self._found.setText("1 picture." if count == 1 else f"{count:,} pictures.")
        if output is None:
            return "Choose a folder for the masks."
        if output.resolve().is_relative_to(folder.resolve()):
            return "Write the masks to a folder outside the pictures' folder, or they would be taken for pictures."
        return f"{output} is a file. Choose a folder." if output.is_file() else ""

    @Slot()
    def _on_folder_changed(self) -> None:
        folder = self._folder.path()
        if self._output.path() == self._suggested:  # not changed by hand
            self._suggested = folder.with_name(f"{folder.name}-segmented") if folder and folder.name else None
            self._output.set_path(self._suggested)
        self.check()
