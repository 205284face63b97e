"""What was dropped on the window, by its content, and what can be done with it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from unet_desktop.checkpoint_header import SUFFIX, read_header
from unet_desktop.errors import UserError
from unet_desktop.file_names import fold
from unet_desktop.images.dicom_header import SUFFIXES as DICOM_SUFFIXES
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.file_kinds import is_picture, name_kind
from unet_desktop.images.listing import NO_PICTURES
from unet_desktop.images.read import SUFFIXES
from unet_desktop.labels import LabelSet
from unet_desktop.masks.names import find_folder_label, is_mask_folder, strip_marks
from unet_desktop.masks.pairs import find_masks_among, holds_a_mask
from unet_desktop.plurals import name_some, quantity

_MAX_LISTED = 2000
"""Files of a folder that are looked at while the pointer is still moving."""
_MAX_PROBED = 3
"""Files that are decoded to see whether they are masks."""
_LARGEST_PROBED = 8 << 20
_PATIENCE = 0.4
"""Seconds after which files are taken for what their names say."""
_NEVER_MASKS = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".avif", *DICOM_SUFFIXES})
_OTHER_MODELS = frozenset({".pt", ".pth", ".onnx"})
"""Which the import of models refuses, and says how to convert them."""
_MANIFEST = "project.json"
_MAX_NAMES = 3


class DropAction(StrEnum):
    """What can be done with what was dropped."""

    OPEN_PROJECT = "open"
    ADD_MODELS = "model"
    IMPORT_PICTURES = "pictures"
    IMPORT_MASKS = "masks"
    IMPORT_BOTH = "both"
    NEW_PROJECT = "new"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to do, with the words of a button or of the message under the pointer."""

    action: DropAction
    text: str


@dataclass(slots=True)
class Dropped:
    """What was dropped, sorted by what it is.

    Attributes:
        projects: their folders.
        models: model files.
        pictures: pictures and folders of pictures.
        masks: masks and folders of masks.
        unsure: pictures or masks: they look like masks, but nothing says so.
        refused: a sentence for each thing that cannot be used.
        count: how many pictures there are, as far as they were counted.
        more: there are more pictures.
        recursive: a folder's pictures are in its subfolders.
    """

    projects: list[Path] = field(default_factory=list)
    models: list[Path] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    masks: list[Path] = field(default_factory=list)
    unsure: list[Path] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    count: int = 0
    more: bool = False
    recursive: bool = False

    @property
    def pictures_in_words(self) -> str:
        """How many pictures there are: "12 pictures"."""
        return f"more than {self.count:,} pictures" if self.more else quantity(self.count, "picture")


@dataclass(frozen=True, slots=True)
class Receiver:
    """What the window can do at the moment.

    Attributes:
        project: folder of the open project; None if none is open.
        labels: of that project.
        cases: folded names of its cases, for masks that bear no other sign than these.
        obstacle: why nothing can be added, as a sentence; empty if it can.
    """

    project: Path | None = None
    labels: LabelSet | None = None
    cases: frozenset[str] = frozenset()
    obstacle: str = ""


def sort_dropped(paths: Iterable[Path], addresses: Sequence[str], receiver: Receiver) -> Dropped:
    """Find out what files, folders and addresses are. Little is read, because a pointer waits for the answer.

    Args:
        paths: what was dropped from this computer.
        addresses: what was dropped from elsewhere, which cannot be used.
        receiver: where it was dropped.
    """
    sorter = _Sorter(receiver)
    for address in addresses:
        sorter.found.refused.append(
            f"{address[:200]} is not a file on this computer. Save it here first, then drop the file."
        )
    singles: list[Path] = []
    for path in dict.fromkeys(paths):
        try:
            if path.is_dir():
                sorter.sort_folder(path)
            elif path.name == _MANIFEST:
                sorter.found.projects.append(path.parent)
            elif not os.path.lexists(path):
                sorter.found.refused.append(f"There is no {path} any more.")
            else:
                singles.append(path)
        except OSError as error:
            sorter.found.refused.append(f"{path} cannot be read ({error.strerror or error}). Check its permissions.")
    sorter.sort_files(singles)
    return sorter.found


class _Sorter:
    def __init__(self, receiver: Receiver) -> None:
        self.found = Dropped()
        self._receiver = receiver
        self._end = time.monotonic() + _PATIENCE

    def sort_folder(self, folder: Path) -> None:
        found = self.found
        if (folder / _MANIFEST).is_file():
            found.projects.append(folder)
            return
        names, folders = _list(folder)
        pictures = [folder / name for name in names if self._is_picture(folder / name)]
        if pictures:
            self._sort_pictures_of(folder, pictures, more=len(names) >= _MAX_LISTED)
            return
        if any((one / _MANIFEST).is_file() for one in folders):
            found.refused.append(f"{folder} holds projects. Drop one of them, not the folder that they are in.")
            return
        if any(path.suffix.lower() == SUFFIX for path in map(Path, names)) and not folders:
            found.models += [folder / name for name in names if name.lower().endswith(SUFFIX)]
            return
        self._sort_subfolders(folder, folders, names)

    def _sort_subfolders(self, folder: Path, folders: Sequence[Path], names: Sequence[str]) -> None:
        found, before, masks = self.found, self.found.count, list[Path]()
        for one in folders:
            inside, _ = _list(one)
            pictures = [one / name for name in inside if self._is_picture(one / name)]
            if pictures and self._is_named_for_masks(one):
                masks.append(one)
            elif pictures:
                found.count += len(pictures)
                found.more |= len(inside) >= _MAX_LISTED
        if masks and found.count > before and len(folders) == len(masks) + 1:  # images/ and masks/
            found.pictures += [one for one in folders if one not in masks]
            found.masks += masks
        elif found.count > before:
            found.pictures.append(folder)
            found.recursive = True
        elif masks:
            found.masks += masks
        elif annotated := [folder / name for name in names if self._is_annotation(folder / name)]:
            found.masks += annotated
        else:
            found.refused.append(f"{folder} holds no pictures, masks, models or project.")

    def _sort_pictures_of(self, folder: Path, pictures: Sequence[Path], *, more: bool) -> None:
        found = self.found
        masks = find_masks_among(pictures)
        if self._is_named_for_masks(folder):
            found.masks.append(folder)
        elif masks:
            found.pictures.append(folder)
            found.masks.append(folder)
            found.count += len(pictures) - len(masks)
        elif self._look_like_masks(pictures):
            (found.masks if self._are_named_as_cases(pictures) else found.unsure).append(folder)
            found.count += len(pictures)
        else:
            found.pictures.append(folder)
            found.count += len(pictures)
        found.more |= more

    def sort_files(self, files: Sequence[Path]) -> None:
        found, pictures = self.found, list[Path]()
        for path in files:
            suffix = path.suffix.lower()
            if suffix == SUFFIX or suffix in _OTHER_MODELS or (not suffix and self._is_model(path)):
                found.models.append(path)
            elif not os.access(path, os.R_OK):
                found.refused.append(f"{path} cannot be read. Check its permissions.")
            elif self._is_picture(path):
                pictures.append(path)
            elif self._is_annotation(path):
                found.masks.append(path)
            else:
                kind = name_kind(path)
                what = f"it is {kind}, which" if kind else "it"
                found.refused.append(f"{path.name} cannot be used: {what} is no picture, mask, model or project.")
        named = find_masks_among(pictures)
        named |= {path for path in pictures if path not in named and self._bears_a_mark(path)}
        rest = [path for path in pictures if path not in named]
        if rest and self._look_like_masks(rest):
            (found.masks if self._are_named_as_cases(rest) else found.unsure).extend(rest)
        else:
            found.pictures += rest
        found.count += len(rest)
        found.masks += [path for path in pictures if path in named]

    def _is_picture(self, path: Path) -> bool:
        suffix = path.suffix.lower()
        if suffix in SUFFIXES or suffix in DICOM_SUFFIXES:
            return True
        if suffix in NO_PICTURES or suffix == SUFFIX or time.monotonic() > self._end:
            return False
        return is_dicom(path) or is_picture(path)

    def _is_annotation(self, path: Path) -> bool:
        """Whether it holds masks in another form than a picture."""
        kind = name_kind(path) or ""
        return "annotation" in kind.casefold() or kind in {"GeoJSON", "a Label Studio export"}

    def _is_model(self, path: Path) -> bool:
        try:
            read_header(path)
        except (UserError, OSError):
            return False
        return True

    def _is_named_for_masks(self, folder: Path) -> bool:
        labels = self._receiver.labels
        return is_mask_folder(folder.name) or (
            labels is not None and find_folder_label(folder.name, labels, initials=False) is not None
        )

    def _bears_a_mark(self, path: Path) -> bool:
        """Whether the name says that it is a mask, and neither project nor name contradict that."""
        stems = list(strip_marks(fold(path.stem)))
        return bool(stems) and (any(stem in self._receiver.cases for stem in stems) or self._look_like_masks([path]))

    def _are_named_as_cases(self, pictures: Sequence[Path]) -> bool:
        return any(fold(path.stem) in self._receiver.cases for path in pictures)

    def _look_like_masks(self, pictures: Sequence[Path]) -> bool:
        """Whether the first of these hold few values in large areas, as drawn masks do and photographs never."""
        probed = pictures[:_MAX_PROBED]
        if any(path.suffix.lower() in _NEVER_MASKS for path in pictures):
            return False
        for path in probed:
            if time.monotonic() > self._end or path.stat().st_size > _LARGEST_PROBED or not holds_a_mask(path):
                return False
        return True


def _list(folder: Path) -> tuple[list[str], list[Path]]:
    """Return names of files, at most so many, and subfolders."""
    names: list[str] = []
    folders: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(Path(entry.path))
            else:
                names.append(entry.name)
            if len(names) + len(folders) >= _MAX_LISTED:
                break
    return sorted(names), sorted(folders)


def list_choices(found: Dropped, receiver: Receiver) -> tuple[list[Choice], str]:
    """Return what can be done, of which one has to be chosen if there are several, and why the rest cannot.

    Returns:
        the choices, and a sentence about what cannot be used; without choices, why nothing can be done.
    """
    choices, problem = _choose(found, receiver)
    left = name_refused(found)
    return choices, problem or ("" if choices and not left else left or "Nothing was dropped that can be used here.")


def name_refused(found: Dropped) -> str:
    """Return one sentence on all that cannot be used; empty if everything can."""
    if len(found.refused) <= 1:
        return "".join(found.refused)
    return f"{len(found.refused)} of the dropped things cannot be used. {found.refused[0]}"


def _choose(found: Dropped, receiver: Receiver) -> tuple[list[Choice], str]:
    picture = bool(found.pictures or found.unsure)
    if found.projects:
        return _choose_project(found, receiver)
    if not (found.models or picture or found.masks):
        return [], ""
    if receiver.project is None:
        return _choose_without_project(found)
    if receiver.obstacle:
        return [], receiver.obstacle
    choices = []
    if found.pictures and found.masks:
        choices.append(Choice(DropAction.IMPORT_BOTH, f"Import {found.pictures_in_words} with masks…"))
    elif found.masks or found.unsure:
        choices.append(Choice(DropAction.IMPORT_MASKS, "Import masks…"))
    if picture and not (found.pictures and found.masks):
        choices.append(Choice(DropAction.IMPORT_PICTURES, f"Import {found.pictures_in_words}…"))
    if found.models:
        choices.append(Choice(DropAction.ADD_MODELS, _describe_models(found.models)))
    return choices, ""


def _choose_project(found: Dropped, receiver: Receiver) -> tuple[list[Choice], str]:
    projects = list({os.path.realpath(root): root for root in found.projects}.values())
    if len(projects) > 1:
        names = name_some([root.name for root in projects], _MAX_NAMES)
        return [], f"{len(projects)} projects were dropped ({names}). Drop one of them."
    if found.models or found.pictures or found.masks or found.unsure:
        return [], f"The project {projects[0].name} was dropped together with other things. Drop it alone to open it."
    if receiver.project is not None and os.path.realpath(receiver.project) == os.path.realpath(projects[0]):
        return [], f"The project {projects[0].name} is open already."
    return [Choice(DropAction.OPEN_PROJECT, f"Open project {projects[0].name}")], ""


def _choose_without_project(found: Dropped) -> tuple[list[Choice], str]:
    if found.pictures and found.masks:
        text = f"New project with {found.pictures_in_words} and masks…"
        return [Choice(DropAction.NEW_PROJECT, text)], ""
    if found.pictures or found.unsure:
        return [Choice(DropAction.NEW_PROJECT, f"New project with {found.pictures_in_words}…")], ""
    what = "a model" if found.models else "masks"
    return [], f"No project is open to add {what} to. Open a project first, or drop pictures to make one."


def _describe_models(models: Sequence[Path]) -> str:
    return f"Add model {models[0].stem}" if len(models) == 1 else f"Add {len(models)} models"
