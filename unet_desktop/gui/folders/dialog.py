"""SegmentFolderDialog: which pictures, with which model, to where, and what is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QWidget

from unet_desktop.gui.folders.output_choice import OutputChoice
from unet_desktop.gui.folders.picture_source import Own, PictureSource
from unet_desktop.gui.widgets.durations import duration
from unet_desktop.gui.widgets.form_dialog import FormDialog, quiet
from unet_desktop.gui.widgets.model_text import summary
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.path_field import PathField
from unet_desktop.project.models import Model
from unet_desktop.tasks.folders.ledger import NAME as LEDGER
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.request import Request

_GOES_ON = "Pictures that an earlier run has done there stay as they are."


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
        self._pace = pace
        self._source = with_object_name(PictureSource(own), "pictures")
        self._model = with_object_name(QComboBox(), "model")
        self._output = with_object_name(PathField("Folder for the masks"), "output")
        self._outputs = with_object_name(OutputChoice(), "outputs")
        self._found, self._goes_on = quiet(""), quiet("")
        self._suggested: Path | None = None
        if outputs is not None:
            self._outputs.set_outputs(outputs)
        for model in models:
            self._model.addItem(summary(model, in_use=False).replace("\n", " · "), model.path)
        self._model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._lay_out()
        self._source.setFocus()
        self.check()

    def request(self) -> Request:
        """What was asked for."""
        return Request(
            sources=self._source.paths,
            output=self._output.path() or Path(),
            model=Path(self._model.currentData() or ""),
            outputs=self._outputs.outputs(),
            recursive=self._source.recursive,
        )

    def title(self) -> str:
        """What is segmented, in a word: the folder's name or the project's."""
        return (self._source.place or Path()).name

    def problem(self) -> str:
        """What is missing or wrong, as a sentence."""
        self._found.setText("")
        if not self._model.count():
            return "There is no model yet. Train one first."
        problem, count = self._source.look()
        if count is not None:
            self._found.setText(self._counted(count))
        place, output = self._source.place, self._output.path()
        if problem or place is None:
            return problem
        if output is None:
            return "Choose a folder for the masks."
        if output.resolve().is_relative_to(place.resolve()):
            return "Write the masks to a folder outside the pictures' folder, or they would be taken for pictures."
        self._goes_on.setText(_GOES_ON if (output / LEDGER).is_file() else "")
        return f"{output} is a file. Choose a folder." if output.is_file() else self._outputs.problem()

    def _counted(self, count: int) -> str:
        pictures = "1 picture." if count == 1 else f"{count:,} pictures."
        if self._pace <= 0:
            return pictures
        return f"{pictures} At the last run's pace this takes about {duration(max(1.0, count / self._pace))}."

    def _lay_out(self) -> None:
        self.form.addRow("Pi&ctures", self._source)
        self.form.addRow("", self._found)
        self.form.addRow("&Model", self._model)
        self.form.addRow("Write &to", self._output)
        self.form.addRow("", self._goes_on)
        self.form.addRow("Results", self._outputs)
        self._source.source_changed.connect(self._on_source_changed)
        self._output.path_changed.connect(self.check)
        self._outputs.outputs_changed.connect(self.check)

    @Slot()
    def _on_source_changed(self) -> None:
        place = self._source.place
        if self._output.path() == self._suggested:  # not changed by hand
            self._suggested = place.with_name(f"{place.name}-segmented") if place and place.name else None
            self._output.set_path(self._suggested)
        self.check()
