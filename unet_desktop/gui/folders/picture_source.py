"""PictureSource: a folder of pictures, or those of the open project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from unet_desktop.errors import ImageError
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.path_field import PathField, problem_with_folder
from unet_desktop.images.listing import find_images


@dataclass(frozen=True, slots=True)
class Own:
    """The open project's own pictures.

    Attributes:
        root: the project's folder.
        pictures: their files, in the order of the cases.
    """

    root: Path
    pictures: Sequence[Path]


class PictureSource(QWidget):
    """A choice of the two, and a field for the folder.

    Signals:
        source_changed: another one is chosen or typed.
    """

    source_changed = Signal()

    def __init__(self, own: Own | None, parent: QWidget | None = None) -> None:
        """A folder is chosen; `own` is offered where it has pictures."""
        super().__init__(parent)
        self._own = own
        self._which = with_object_name(QComboBox(), "source")
        self._folder = with_object_name(PathField("Folder with pictures"), "folder")
        self._recursive = with_object_name(QCheckBox("Also look into its sub-folders"), "recursive")
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
    def own(self) -> Own | None:
        """The project's pictures, where they are chosen."""
        return self._own if self._which.currentIndex() == 1 else None

    @property
    def place(self) -> Path | None:
        """The folder, or the project's; None while none is given."""
        return self._folder.path() if self.own is None else self.own.root

    @property
    def paths(self) -> tuple[Path, ...]:
        """What to segment: the folder, or each of the project's pictures."""
        return (self._folder.path() or Path(),) if self.own is None else tuple(self.own.pictures)

    @property
    def recursive(self) -> bool:
        """Look into sub-folders?"""
        return self.own is None and self._recursive.isChecked()

    def look(self) -> tuple[str, int | None]:
        """What is wrong, as a sentence or empty; and how many pictures there are, where that is known."""
        if self.own is not None:
            return "", len(self.own.pictures)
        folder = self._folder.path()
        problem = problem_with_folder(folder, "the folder with the pictures")
        # Sub-folders are not counted while somebody types: "/" alone would be a walk over the whole disk.
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
