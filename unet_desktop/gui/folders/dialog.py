"""SegmentFolderDialog: which pictures, with which model, to where, and what is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from unet_desktop.errors import ImageError
from unet_desktop.gui.widgets.durations import duration
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.model_text import summary
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.output_choice import OutputChoice
from unet_desktop.gui.widgets.path_field import PathField, problem_with_folder
from unet_desktop.images.listing import find_images
from unet_desktop.plurals import quantity
from unet_desktop.project.models import Model
from unet_desktop.tasks.folders.ledger import NAME as LEDGER
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.request import Request

_RESUMES = "Pictures already finished there by an earlier run are left unchanged."


@dataclass(frozen=True, slots=True)
class ProjectPictures:
    """The pictures of the open project.

    Attributes:
        root: the project's folder.
        pictures: their files, in the order of the cases.
    """

    root: Path
    pictures: Sequence[Path]


class PictureSource(QWidget):
    """A folder of pictures, or those of the open project.

    Signals:
        source_changed: another one is chosen or typed.
    """

    source_changed = Signal()

    def __init__(self, own: ProjectPictures | None, parent: QWidget | None = None) -> None:
        """Choose a folder; offer the project's pictures where it has any."""
        super().__init__(parent)
        self._own = own
        self._which = with_object_name(QComboBox(), "source")
        self._folder = with_object_name(PathField("Folder with pictures"), "folder")
        self._recursive = with_object_name(QCheckBox("Also look into its subfolders"), "recursive")
        self._which.addItem("A folder of pictures")
        if own is not None and own.pictures:
            self._which.addItem(f"This project's pictures ({len(own.pictures):,})")
        self._which.setVisible(self._which.count() > 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._which, self._folder, self._recursive):
            column.addWidget(widget)
        self.setFocusProxy(self._folder)
        self._which.currentIndexChanged.connect(self._on_which_changed)
        self._folder.path_changed.connect(self.source_changed)
        self._recursive.toggled.connect(self.source_changed)

    @property
    def own(self) -> ProjectPictures | None:
        """The project's pictures, if they are chosen."""
        return self._own if self._which.currentIndex() == 1 else None

    @property
    def place(self) -> Path | None:
        """The chosen folder, or that of the project; None while none is given."""
        return self._folder.path() if self.own is None else self.own.root

    @property
    def paths(self) -> tuple[Path, ...]:
        """What to segment: the folder, or each of the project's pictures."""
        return (self._folder.path() or Path(),) if self.own is None else tuple(self.own.pictures)

    @property
    def recursive(self) -> bool:
        """Whether to look into subfolders."""
        return self.own is None and self._recursive.isChecked()

    def check(self) -> tuple[str, int | None]:
        """Return what is wrong, as a sentence or empty, and the number of pictures where it is known."""
        if self.own is not None:
            return "", len(self.own.pictures)
        folder = self._folder.path()
        problem = problem_with_folder(folder, "the folder with the pictures")
        # Subfolders are not counted while somebody types: "/" alone would be a walk over the whole disk.
        if problem or folder is None or self.recursive:
            return problem, None
        try:
            return "", len(find_images(folder))
        except ImageError as error:
            return str(error), None

    @Slot()
    def _on_which_changed(self) -> None:
        for widget in (self._folder, self._recursive):
            widget.setVisible(self.own is None)
        self.source_changed.emit()


class SegmentFolderDialog(FormDialog):
    """Asks for pictures, a model and a folder for the masks; the folder follows the pictures until it is changed."""

    def __init__(
        self,
        parent: QWidget | None,
        models: Sequence[Model],
        own: ProjectPictures | None = None,
        outputs: Outputs | None = None,
        pace: float = 0.0,
    ) -> None:
        """Make the form.

        Args:
            parent: the window it opens over.
            models: to choose from; the first one is chosen.
            own: the open project's pictures, if it has any.
            outputs: the boxes that were ticked the last time.
            pace: pictures a second of the last run; 0 if there was none.
        """
        intro = "Each picture gets a mask, and all measurements go into one table. The project stays as it is."
        super().__init__(parent, "Segment pictures", "Segment", intro)
        self._pace = pace
        self._source = with_object_name(PictureSource(own), "pictures")
        self._model = with_object_name(QComboBox(), "model")
        self._output = with_object_name(PathField("Folder for the masks"), "output")
        self._outputs = with_object_name(OutputChoice(), "outputs")
        self._found, self._resumes = muted_label(""), muted_label("")
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
        """What the user asked for."""
        return Request(
            sources=self._source.paths,
            output=self._output.path() or Path(),
            model=Path(self._model.currentData() or ""),
            outputs=self._outputs.outputs(),
            recursive=self._source.recursive,
        )

    def title(self) -> str:
        """What is segmented: the name of the folder or of the project."""
        return (self._source.place or Path()).name

    def problem(self) -> str:
        """What is missing or wrong, as a sentence."""
        self._found.setText("")
        if not self._model.count():
            return "There is no model yet. Train one first."
        problem, count = self._source.check()
        if count is not None:
            self._found.setText(self._count_text(count))
        place, output = self._source.place, self._output.path()
        if problem or place is None:
            return problem
        if output is None:
            return "Choose a folder for the masks."
        if output.resolve().is_relative_to(place.resolve()):
            return "Write the masks to a folder outside the pictures' folder, or they would be taken for pictures."
        try:
            self._resumes.setText(_RESUMES if (output / LEDGER).is_file() else "")
            is_file = output.is_file()
        except OSError as error:  # such as a name that is too long
            return f"{output} cannot be used ({error.strerror}). Choose another folder."
        return f"{output} is a file. Choose a folder." if is_file else self._outputs.problem()

    def _count_text(self, count: int) -> str:
        pictures = f"{quantity(count, 'picture')}."
        if self._pace <= 0:
            return pictures
        return f"{pictures} At the last run's pace this takes about {duration(max(1.0, count / self._pace))}."

    def _lay_out(self) -> None:
        self.form.addRow("Pict&ures", self._source)
        self.form.addRow("", self._found)
        self.form.addRow("&Model", self._model)
        self.form.addRow("Write &to", self._output)
        self.form.addRow("", self._resumes)
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
