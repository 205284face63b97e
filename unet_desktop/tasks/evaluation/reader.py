"""Readers: whoever made masks of pictures; a folder of files, the people of a project, or its model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.errors import ImageError, MaskError
from unet_desktop.images.listing import list_images, natural_key
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.foreign import ForeignMask, read_foreign_mask
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.project import Project
from unet_desktop.project.split import read_split

_GENERIC_NAMES = frozenset({"mask", "masks", "predictions", "labels", "annotations", "segmentations", "results", "gt"})
"""Folder names that do not identify a reader."""


@dataclass(frozen=True, slots=True)
class ReaderMask:
    """A reader's mask of one picture, not read yet.

    Attributes:
        name: path below the reader's folder without suffix, or the case's id; masks are paired by it.
        path: the file.
        case: in the reader's project; None for a folder.
        picture: the photograph, where known.
    """

    name: str
    path: Path
    case: Case | None = None
    picture: Path | None = None

    def read(self, labels: LabelSet) -> ForeignMask:
        """Read the mask in these labels.

        Raises:
            MaskError: it is damaged, has another size than its picture, or its values match no label.
        """
        if self.case is None:
            return read_foreign_mask(self.path, labels)
        mask = read_mask(self.path, labels, (self.case.height, self.case.width))
        return ForeignMask(mask, "", frozenset(label.name for label in labels))


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader's masks, in natural order of their names, and the reader's title."""

    title: str
    masks: tuple[ReaderMask, ...]


def folder_reader(folder: Path, title: str = "") -> Reader:
    """Find the masks in a folder and its sub-folders: label values, 0/1, 0/255 or 0/128/255, see `masks.foreign`.

    Raises:
        MaskError: no such folder, or no masks in it.
    """
    if not folder.is_dir():
        raise MaskError(f"{folder} is not a folder of masks. Check the path.")
    try:
        files = list_images(folder, recursive=True)
    except ImageError as error:
        raise MaskError(str(error)) from error
    if not files:
        raise MaskError(f"{folder} holds no masks (PNG, TIFF, BMP, JPEG). Choose the folder that contains them.")
    masks = (ReaderMask(path.relative_to(folder).with_suffix("").as_posix(), path) for path in files)
    return Reader(title or _title(folder.resolve()), tuple(masks))


def accepted_masks(project: Project, title: str = "") -> Reader:
    """The masks that people of a project drew or accepted.

    Raises:
        MaskError: there are none.
    """
    cases = [case for case in _undamaged_cases(project) if case.state not in UNCORRECTED]
    if not cases:
        raise MaskError(f"The project {project.root} has no masks yet. Correct or accept some cases first.")
    masks = (ReaderMask(case.id, project.layout.mask(case.id), case, project.image_path(case.id)) for case in cases)
    return Reader(title or f"masks of {project.name}", tuple(masks))


def predictions(project: Project, title: str = "") -> Reader:
    """The models' predictions for a project's cases; a prediction stays when its case is corrected.

    Raises:
        MaskError: there are none.
    """
    cases = [case for case in _undamaged_cases(project) if project.layout.prediction(case.id).exists()]
    if not cases:
        raise MaskError(f"The project {project.root} has no predictions. Predict its cases first.")
    masks = (
        ReaderMask(case.id, project.layout.prediction(case.id), case, project.image_path(case.id)) for case in cases
    )
    return Reader(title or f"predictions of {project.name}", tuple(masks))


def held_out_only(project: Project, reader: Reader) -> Reader:
    """Keep the masks of validation cases, on which no model of the project was trained.

    Raises:
        MaskError: the cases have not been split yet, or none of the masks is of a validation case.
    """
    parts = read_split(project.layout.split)
    if not parts:
        raise MaskError(f"{project.root} has no validation cases yet; training chooses them. Compare all cases.")
    kept = [mask for mask in reader.masks if mask.case is not None and parts.get(mask.case.group) == "validation"]
    if not kept:
        raise MaskError(f"None of the {reader.title} is of a validation case. Compare all cases.")
    return Reader(f"{reader.title} (validation cases)", tuple(kept))


def bias_remarks(project: Project, compared: Iterable[Case]) -> list[str]:
    """Why predictions look better than they are when compared with masks of the same project, as sentences."""
    cases = list(compared)
    parts = read_split(project.layout.split)
    trained_on = sum(parts.get(case.group) == "train" for case in cases)
    started = sum(bool(case.model) for case in cases)
    found = []
    if trained_on:
        found.append(
            f"{trained_on} of the {len(cases)} cases are training cases, which flatters a model; "
            "compare only the validation cases to see how it does on new pictures."
        )
    if started:
        found.append(
            f"{started} of the {len(cases)} masks were made from an accepted prediction, which makes both more alike."
        )
    return found


def with_distinct_titles(first: Reader, second: Reader, folders: tuple[Path, Path]) -> tuple[Reader, Reader]:
    """Give two folder readers distinct titles: the shortest ends of their paths that differ."""
    if first.title != second.title:
        return first, second
    ends = [folder.resolve().parts for folder in folders]
    most = max(len(parts) for parts in ends)
    count = next((n for n in range(1, most + 1) if ends[0][-n:] != ends[1][-n:]), 1)
    titles = ["/".join(parts[-count:]) for parts in ends]
    if titles[0] == titles[1]:  # the same folder twice
        titles = [f"{titles[0]} (first)", f"{titles[1]} (second)"]
    return Reader(titles[0], first.masks), Reader(titles[1], second.masks)


def _title(folder: Path) -> str:
    """The folder's name, with its parent if the name is generic, such as "masks"."""
    return "/".join(folder.parts[-2:]) if folder.name.casefold() in _GENERIC_NAMES else folder.name or str(folder)


def _undamaged_cases(project: Project) -> list[Case]:
    return sorted((case for case in project.cases() if not case.damage), key=lambda case: natural_key(case.id))
