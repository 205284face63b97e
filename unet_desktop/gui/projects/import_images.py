"""ImportImagesDialog: the pictures to import, and masks of other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from unet_desktop.errors import ImageError
from unet_desktop.gui.widgets.copy_choice import CopyChoice
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.mask_answers import MaskAnswers
from unet_desktop.gui.widgets.mask_preview import MaskPreviewPanel
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.path_field import PathField, problem_with_folder
from unet_desktop.images.listing import find_images, list_others
from unet_desktop.labels import LabelSet
from unet_desktop.masks.pairs import find_masks_among
from unet_desktop.plurals import quantity
from unet_desktop.tasks.import_images import ImportPreview, preview_import
from unet_desktop.tasks.mask_options import FIND_OUT, MaskOptions

_MAX_NAMES = 3


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Pictures to import.

    Attributes:
        source: their folder.
        copy: copy them into the project, or refer to them.
        masks: a folder of masks with the pictures' names, or None.
        recursive: look into subfolders.
        options: what was chosen about the masks.
    """

    source: Path
    copy: bool
    masks: Path | None
    recursive: bool
    options: MaskOptions = FIND_OUT


class ImportImagesDialog(FormDialog):
    """Asks for a folder of pictures and, if there are any, the folder of their masks."""

    def __init__(self, parent: QWidget | None, labels: LabelSet, source: Path | None = None) -> None:
        """Ask for a project with these labels; `source` is the folder that is shown at first."""
        super().__init__(parent, "Import pictures", "Import")
        self._source = with_object_name(PathField("Folder with pictures"), "source")
        self._recursive = with_object_name(QCheckBox("Also look into its subfolders"), "recursive")
        self._found = muted_label("")
        self._copy = CopyChoice()
        self._masks = with_object_name(PathField("Folder with masks", "Optional"), "masks")
        names = _name_labels(labels)
        self.form.addRow("&Pictures", self._source)
        self.form.addRow("", self._recursive)
        self.form.addRow("", self._found)
        self.form.addRow("", self._copy)
        self.form.addRow("&Masks", self._masks)
        explained = muted_label(
            f"A mask has its picture's name: photo.jpg and photo.png, or photo_mask.tif. It becomes {names}. "
            "Masks and pictures may lie in the same folder."
        )
        explained.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.form.addRow("", explained)
        self._labels = labels
        self._preview = MaskPreviewPanel()
        self._answers = MaskAnswers(labels)
        self._answered_for: tuple[Path | None, Path | None, bool] | None = None
        self.form.addRow("", self._preview)
        self.form.addRow("", self._answers)
        self._preview.previewed.connect(self._on_previewed)
        self._answers.answered.connect(self.check)
        self._source.path_changed.connect(self.check)
        self._masks.path_changed.connect(self.check)
        self._recursive.toggled.connect(self.check)
        self._source.set_path(source)
        self._source.setFocus()
        self.check()

    def request(self) -> ImportRequest:
        """The user's choices."""
        return ImportRequest(
            self._source.path() or Path(),
            self._copy.copy,
            self._masks.path(),
            self._recursive.isChecked(),
            self._answers.options if self._masks.path() is not None else FIND_OUT,
        )

    def check(self) -> None:
        """Show the problem, or how the masks will be understood."""
        folders = (self._source.path(), self._masks.path(), self._recursive.isChecked())
        if folders != self._answered_for:
            self._answered_for = folders
            self._answers.forget()
        super().check()
        request = self.request()
        masks = None if self._folder_problem() else request.masks
        if self.form.isRowVisible(self._preview) != (masks is not None):
            self.form.setRowVisible(self._preview, masks is not None)
            self.adjustSize()
        if masks is not None:
            look = partial(
                preview_import,
                request.source,
                masks,
                self._labels,
                recursive=request.recursive,
                options=request.options,
            )
            self._preview.look_at((request.source, masks, request.recursive, request.options), look)
        else:
            self._preview.clear()

    def done(self, result: int) -> None:
        """Close, and stop the preview."""
        self._preview.shutdown()
        super().done(result)

    def problem(self) -> str:
        """A sentence about what is missing or wrong; empty when nothing is."""
        return self._folder_problem() or (self._answers.missing if self._masks.path() is not None else "")

    def _on_previewed(self, preview: ImportPreview) -> None:
        self._answers.ask(preview)
        super().check()
        self.adjustSize()

    def _folder_problem(self) -> str:
        self._found.setText("")
        source, masks = self._source.path(), self._masks.path()
        problem = problem_with_folder(source, "the folder with the pictures")
        if problem or source is None:
            return problem
        # Subfolders are not counted while somebody types: "/" alone would be a walk over the whole disk.
        if not self._recursive.isChecked():
            try:
                found, others = find_images(source), list_others(source)[0]
            except ImageError as error:
                return str(error)
            self._found.setText(
                _count_text(len(found), len(find_masks_among(found)), masks is not None) + _others_text(others)
            )
        return problem_with_folder(masks, "the folder with the masks") if masks is not None else ""


def _name_labels(labels: LabelSet) -> str:
    names = [label.name for label in labels]
    rest = len(names) - _MAX_NAMES
    more = "" if rest <= 0 else " or 1 more label" if rest == 1 else f" or one of {rest} more labels"
    return ", ".join(names[:_MAX_NAMES]) + more


def _others_text(others: Sequence[Path]) -> str:
    if not others:
        return ""
    names = ", ".join(path.name for path in others[:_MAX_NAMES]) + (", ..." if len(others) > _MAX_NAMES else "")
    what = quantity(len(others), "file of another kind is", "files of other kinds are")
    return f" {what} passed over ({names})."


def _count_text(files: int, masks: int, asked: bool) -> str:
    pictures = quantity(files - masks, "picture")
    if not masks:
        return f"{pictures}."
    beside = quantity(masks, "mask")
    how = "" if asked else " To import the masks, too, choose the same folder below."
    return f"{pictures}, and {beside} beside them.{how}"
