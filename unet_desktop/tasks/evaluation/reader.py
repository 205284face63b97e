"""Reader: whoever made masks of pictures: a folder of files, the people of a project, or its model."""

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

_SAYS_NOTHING = frozenset({"mask", "masks", "predictions", "labels", "annotations", "segmentations", "results", "gt"})
"""Names of folders that many have."""


@dataclass(frozen=True, slots=True)
class ReaderMask:
    """One picture's mask of a reader, not read yet.

    Attributes:
        name: path below the reader's folder without suffix, or the case's id; masks of two readers meet by it.
        path: the file.
        case: of the project that the reader is of; None for a folder.
        picture: the photograph, where it is known.
    """

    name: str
    path: Path
    case: Case | None = None
    picture: Path | None = None

    def read(self, labels: LabelSet) -> ForeignMask:
        """The mask in these labels.

        Raises:
            MaskError: damaged, of another size than its picture, or its values fit none of the labels.
        """
        if self.case is None:
            return read_foreign_mask(self.path, labels)
        mask = read_mask(self.path, labels, (self.case.height, self.case.width))
        return ForeignMask(mask, "", frozenset(label.name for label in labels))


@dataclass(frozen=True, slots=True)
class Reader:
    """Masks of one reader, in natural order of their names, and what people call the reader."""

    title: str
    masks: tuple[ReaderMask, ...]


def folder_reader(folder: Path, title: str = "") -> Reader:
    """The masks in a folder and its sub-folders: label values, 0/1, 0/255 or 0/128/255, see `masks.foreign`.

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
        raise MaskError(f"{folder} holds no masks (PNG, TIFF, BMP, JPEG). Choose the folder that they are in.")
    masks = (ReaderMask(path.relative_to(folder).with_suffix("").as_posix(), path) for path in files)
    return Reader(title or _title(folder.resolve()), tuple(masks))


def accepted_masks(project: Project, title: str = "") -> Reader:
    """The masks that people of a project drew or accepted.

    Raises:
        MaskError: there are none.
    """
    cases = [case for case in _sound(project) if case.state not in UNCORRECTED]
    if not cases:
        raise MaskError(f"The project {project.root} has no masks yet. Correct or accept some cases first.")
    masks = (ReaderMask(case.id, project.layout.mask(case.id), case, project.image_path(case.id)) for case in cases)
    return Reader(title or f"masks of {project.name}", tuple(masks))


def predictions(project: Project, title: str = "") -> Reader:
    """What models predicted for a project's cases; a prediction stays when its case is corrected.

    Raises:
        MaskError: there are none.
    """
    cases = [case for case in _sound(project) if project.layout.prediction(case.id).exists()]
    if not cases:
        raise MaskError(f"The project {project.root} has no predictions. Predict its cases first.")
    masks = (
        ReaderMask(case.id, project.layout.prediction(case.id), case, project.image_path(case.id)) for case in cases
    )
    return Reader(title or f"predictions of {project.name}", tuple(masks))


def held_out_only(project: Project, reader: Reader) -> Reader:
    """Of a project's reader, the masks of those cases that no model of it learned from.

    Raises:
        MaskError: nothing was split yet, or none of the masks is of such a case.
    """
    parts = read_split(project.layout.split)
    if not parts:
        raise MaskError(f"{project.root} has no validation cases yet: a training chooses them. Compare all cases.")
    kept = [mask for mask in reader.masks if mask.case is not None and parts.get(mask.case.group) == "validation"]
    if not kept:
        raise MaskError(f"None of the {reader.title} is of a validation case. Compare all cases.")
    return Reader(f"{reader.title} (validation cases)", tuple(kept))


def bias_remarks(project: Project, compared: Iterable[Case]) -> list[str]:
    """What makes predictions look better than they are against the same project's masks, a sentence each."""
    cases = list(compared)
    parts = read_split(project.layout.split)
    taught = sum(parts.get(case.group) == "train" for case in cases)
    started = sum(bool(case.model) for case in cases)
    found = []
    if taught:
        found.append(
            f"{taught} of the {len(cases)} cases are among those that models learn from, which flatters a model; "
            "compare the validation cases alone to know how it does on new pictures."
        )
    if started:
        found.append(
            f"{started} of the {len(cases)} masks were made from an accepted prediction, which draws the two together."
        )
    return found


def with_distinct_titles(first: Reader, second: Reader, folders: tuple[Path, Path]) -> tuple[Reader, Reader]:
    """Two readers of folders, called by the shortest ends of their paths that differ."""
    if first.title != second.title:
        return first, second
    ends = [folder.resolve().parts for folder in folders]
    most = max(len(parts) for parts in ends)
    count = next((n for n in range(1, most + 1) if ends[0][-n:] != ends[1][-n:]), 1)
    titles = ["/".join(parts[-count:]) for parts in ends]
    if titles[0] == titles[1]:  # a folder against itself
        titles = [f"{titles[0]} (first)", f"{titles[1]} (second)"]
    return Reader(titles[0], first.masks), Reader(titles[1], second.masks)


def _title(folder: Path) -> str:
    """What to call a folder's reader: its name, which says nothing where it is but "masks"."""
    return "/".join(folder.parts[-2:]) if folder.name.casefold() in _SAYS_NOTHING else folder.name or str(folder)


def _sound(project: Project) -> list[Case]:
    return sorted((case for case in project.cases() if not case.damage), key=lambda case: natural_key(case.id))
