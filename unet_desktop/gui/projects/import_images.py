"""ImportImagesDialog: the pictures to import, and masks of other programs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from unet_desktop.errors import ImageError, MaskError
from unet_desktop.formats.recognise import find_annotation_files
from unet_desktop.gui.widgets.copy_choice import CopyChoice
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.mask_answers import MaskAnswers
from unet_desktop.gui.widgets.mask_preview import MaskPreviewPanel
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.path_field import PathField, problem_with_folder
from unet_desktop.images.listing import find_images, list_others
from unet_desktop.labels import LabelSet
from unet_desktop.masks.pairs import find_masks_among
from unet_desktop.plurals import name_some, quantity
from unet_desktop.tasks.import_preview import ImportPreview, preview_import
from unet_desktop.tasks.mask_options import FIND_OUT, MaskOptions

_ANNOTATIONS = "Annotations (*.json *.geojson *.xml *.txt *.nrrd *.nii *.gz *.npy *.npz *.dcm);;All files (*)"
_EXPLAINED = (
    "A mask has its picture's name: photo.jpg and photo.png, or photo_mask.tif. It becomes {}. Masks and pictures may "
    "lie in the same folder. Annotations of other programs are read as well: COCO, labelme, CVAT, YOLO, QuPath and "
    "others."
)
_MAX_NAMES = 3


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Pictures to import.

    Attributes:
        source: their folder; or single pictures and folders.
        copy: copy them into the project, or refer to them.
        masks: a folder of masks with the pictures' names, or None.
        recursive: look into subfolders.
        options: what was chosen about the masks.
        only_masked: leave out pictures without a mask.
    """

    source: Path | tuple[Path, ...]
    copy: bool
    masks: Path | None
    recursive: bool
    options: MaskOptions = FIND_OUT
    only_masked: bool = False


class ImportImagesDialog(FormDialog):
    """Asks for a folder of pictures and, if there are any, the folder of their masks.

    Single pictures, or those of the project, cannot be exchanged in the dialog, which only asks for the rest.
    """

    def __init__(
        self,
        parent: QWidget | None,
        labels: LabelSet,
        source: Path | Sequence[Path] | None = None,
        masks: Sequence[Path] = (),
        *,
        recursive: bool = False,
        of_project: bool = False,
    ) -> None:
        """Ask.

        Args:
            parent: the window it opens over.
            labels: of the project.
            source: the folder that is shown at first, or single pictures and folders.
            masks: a folder, or single files, which are the only ones used as long as their folder is chosen.
            recursive: look into subfolders at first.
            of_project: the pictures are the project's, which only get masks.
        """
        super().__init__(parent, "Import masks" if of_project else "Import pictures", "Import")
        self._fixed: tuple[Path, ...] = ()
        if source is not None and not isinstance(source, Path):
            source, self._fixed = (source[0], ()) if len(source) == 1 and source[0].is_dir() else (None, tuple(source))
        self._of_project = of_project
        self._only, masks_folder = _folder_of_masks(masks)
        self._source = with_object_name(PathField("Folder with pictures"), "source")
        self._recursive = with_object_name(QCheckBox("Also look into its subfolders"), "recursive")
        self._found = muted_label("")
        self._copy = CopyChoice()
        hint = "Optional: a folder, or a file of annotations"
        self._masks = with_object_name(PathField("Folder with masks", hint, or_file=_ANNOTATIONS), "masks")
        names = _name_labels(labels)
        self.form.addRow("&Pictures", self._source)
        self.form.addRow("", self._recursive)
        self._show_fixed()
        self.form.addRow("", self._found)
        self.form.addRow("", self._copy)
        self.form.setRowVisible(self._copy, not of_project)
        self.form.addRow("&Masks", self._masks)
        explained = muted_label(_EXPLAINED.format(names))
        explained.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.form.addRow("", explained)
        self._labels = labels
        self._preview = MaskPreviewPanel()
        self._answers = MaskAnswers(labels)
        self._answered_for: tuple[Path | None, Path | None, bool] | None = None
        self.form.addRow("", self._preview)
        self.form.addRow("", self._answers)
        self._preview.previewed.connect(self._on_previewed)
        changed = (self._answers.answered, self._source.path_changed, self._masks.path_changed, self._recursive.toggled)
        for signal in changed:
            signal.connect(self.check)
        self._recursive.setChecked(recursive)
        self._masks.set_path(masks_folder)
        self._source.set_path(source)
        (self._masks if self._fixed or of_project else self._source).setFocus()
        self.check()

    def _show_fixed(self) -> None:
        """Show pictures that cannot be exchanged here in place of the field for their folder."""
        if self._fixed or self._of_project:
            self.form.setRowVisible(self._source, False)
            is_deep = not self._of_project and any(path.is_dir() for path in self._fixed)
            self.form.setRowVisible(self._recursive, is_deep)
            names = muted_label(_name_fixed(self._fixed, self._of_project))
            self.form.addRow("Pictures", with_object_name(names, "fixed"))

    def request(self) -> ImportRequest:
        """The user's choices."""
        return ImportRequest(
            self._fixed or self._source.path() or Path(),
            self._copy.copy,
            self._masks.path(),
            self._recursive.isChecked(),
            self._options(),
            self._of_project,
        )

    def _options(self) -> MaskOptions:
        masks = self._masks.path()
        if masks is None:
            return FIND_OUT
        only = self._only if all(path.parent == masks for path in self._only) else frozenset()
        return replace(self._answers.options, only=only)

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
            self._fit()
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
        self._fit()

    def _fit(self) -> None:
        """Give everything its room; Qt's `adjustSize` stops at two thirds of the screen."""
        layout = self.layout()
        if layout is not None:
            width = max(self.width(), layout.sizeHint().width())
            self.resize(width, layout.totalHeightForWidth(width))

    def _folder_problem(self) -> str:
        self._found.setText("")
        source, masks = self._source.path(), self._masks.path()
        if self._fixed or self._of_project:
            return problem_with_folder(masks, "the folder with the masks") if masks or self._of_project else ""
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
        if masks is None:
            return ""
        return _problem_with_file(masks) if masks.is_file() else problem_with_folder(masks, "the folder with the masks")


def _problem_with_file(path: Path) -> str:
    """Why a file cannot be a file of annotations, as a sentence; empty when it can."""
    try:
        find_annotation_files(path)
    except MaskError as error:
        return str(error)
    return ""


def _folder_of_masks(masks: Sequence[Path]) -> tuple[frozenset[Path], Path | None]:
    """Return the single files among masks, and the folder in which all are."""
    files = frozenset(path for path in masks if not path.is_dir())
    if not masks:
        return files, None
    if not files and len(masks) == 1:
        return files, masks[0]
    folder = Path(os.path.commonpath([path.parent if path in files else path for path in masks]))
    return (files if len(files) == len(masks) else frozenset()), folder


def _name_fixed(paths: Sequence[Path], of_project: bool) -> str:
    if of_project:
        return "The pictures of this project"
    folders = sorted({str(path.parent) for path in paths})
    where = f" in {folders[0]}" if len(folders) == 1 else ""
    return f"{name_some([path.name for path in paths], _MAX_NAMES)}{where}"


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
