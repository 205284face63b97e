"""CompareReadersDialog: whom to compare the project's masks with."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from unet_desktop.gui.jobs.comparison import CompareRequest, Other
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.mask_answers import MaskAnswers
from unet_desktop.gui.widgets.mask_preview import MaskPreviewPanel
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.path_field import PathField, problem_with_folder
from unet_desktop.labels import LabelSet
from unet_desktop.project.layout import Layout
from unet_desktop.tasks.evaluation.preview import preview_comparison
from unet_desktop.tasks.import_preview import ImportPreview
from unet_desktop.tasks.mask_options import FIND_OUT

_TEXTS = {
    Other.FOLDER: (
        "A folder of masks",
        "Masks with the pictures' names, of this or another program; subfolders are searched.",
    ),
    Other.PREDICTIONS: ("The model's predictions", "What models predicted for this project's cases."),
    Other.PROJECT: ("Another project", "The masks that people drew or accepted there."),
}


class CompareReadersDialog(FormDialog):
    """Asks for the other reader; the project's own masks are the second one."""

    def __init__(
        self,
        parent: QWidget | None,
        *,
        root: Path,
        labels: LabelSet,
        masks: int,
        predictions: int,
        validation: int,
    ) -> None:
        """Make the form.

        Args:
            parent: the window it opens over.
            root: of the open project.
            labels: of the open project.
            masks: number of cases with masks.
            predictions: number of those that have a prediction too.
            validation: number of those on which no model was trained; 0 where that is unknown.
        """
        intro = (
            "The project's masks are compared with those of another reader, picture by picture: overlap, boundaries, "
            "measurements, limits of agreement. Nothing is changed."
        )
        super().__init__(parent, "Compare two readers", "Compare", intro)
        self._root, self._masks, self._predictions = root, masks, predictions
        self._other = with_object_name(QComboBox(), "other")
        self._path = with_object_name(PathField("Folder of the other reader"), "path")
        self._hint = muted_label("")
        self._validation_only = with_object_name(
            QCheckBox(f"Only the validation cases ({validation:,})"), "validation_only"
        )
        self._validation_only.setToolTip("No model of this project was trained on them")
        self._preview = MaskPreviewPanel()
        self._answers = MaskAnswers(labels)
        self._answered_for: tuple[Other, Path | None, bool] | None = None
        for other, (text, _) in _TEXTS.items():
            self._other.addItem(text, other.value)
        self.form.addRow("Compare &with", self._other)
        self.form.addRow("&Folder", self._path)
        self.form.addRow("", self._hint)
        self.form.addRow("", self._validation_only)
        self.form.addRow("", self._preview)
        self.form.addRow("", self._answers)
        self.form.setRowVisible(self._validation_only, validation > 0)
        self._preview.previewed.connect(self._on_previewed)
        self._answers.answered.connect(self.check)
        self._validation_only.toggled.connect(self.check)
        self._other.currentIndexChanged.connect(self._on_other_changed)
        self._path.path_changed.connect(self.check)
        self._on_other_changed()

    def request(self) -> CompareRequest:
        """What the user asked for."""
        path = None if self._choice is Other.PREDICTIONS else self._path.path()
        options = self._answers.options if self._choice is Other.FOLDER else FIND_OUT
        return CompareRequest(self._choice, path, self._validation_only.isChecked(), options)

    def check(self) -> None:
        """Show the problem, or how the masks of a folder will be read."""
        asked = (self._choice, self._path.path(), self._validation_only.isChecked())
        if asked != self._answered_for:
            self._answered_for = asked
            self._answers.forget()
        super().check()
        request = self.request()
        masks = request.path if request.other is Other.FOLDER and not self._reader_problem() else None
        if masks is not None and Layout(masks).manifest.is_file():
            masks = None  # a project's masks are the program's own
        if self.form.isRowVisible(self._preview) != (masks is not None):
            self.form.setRowVisible(self._preview, masks is not None)
            self.adjustSize()
        if masks is None:
            self._preview.clear()
            return
        validation_only, options = request.validation_only, request.options
        look = partial(preview_comparison, self._root, masks, validation_only=validation_only, options=options)
        self._preview.look_at((masks, validation_only, options), look)

    def done(self, result: int) -> None:
        """Close, and stop the preview."""
        self._preview.shutdown()
        super().done(result)

    def _on_previewed(self, preview: ImportPreview) -> None:
        self._answers.ask(preview)
        super().check()
        self.adjustSize()

    def problem(self) -> str:
        """What is missing or wrong, as a sentence."""
        return self._reader_problem() or (self._answers.missing if self._choice is Other.FOLDER else "")

    def _reader_problem(self) -> str:
        if not self._masks:
            return "This project has no masks yet. Correct or accept some cases first."
        if self._choice is Other.PREDICTIONS:
            return "" if self._predictions else "No case has both a mask and a prediction."
        path = self._path.path()
        problem = problem_with_folder(path, "the other reader's folder")
        if problem or path is None:
            return problem
        if self._choice is Other.PROJECT:
            if not Layout(path).manifest.is_file():
                return f"{path} is not a project's folder."
            return "That is this project itself." if path.resolve() == self._root.resolve() else ""
        return ""

    @property
    def _choice(self) -> Other:
        return Other(self._other.currentData())

    @Slot()
    def _on_other_changed(self) -> None:
        self.form.setRowVisible(self._path, self._choice is not Other.PREDICTIONS)
        self._hint.setText(_TEXTS[self._choice][1])
        self.check()
