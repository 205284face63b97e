"""Readers: whoever made masks of pictures; a folder of files, the people of a project, or its model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from unet_desktop.engine.data.unknown_labels import find_unknown
from unet_desktop.errors import ImageError, MaskError
from unet_desktop.file_names import fold
from unet_desktop.images.listing import natural_key
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.foreign import ForeignMask, MaskPlan, read_foreign_mask
from unet_desktop.masks.measure import lacks_cup
from unet_desktop.masks.names import has_initials, place_of, read_mask_name
from unet_desktop.masks.pairs import MaskFile, list_masks
from unet_desktop.masks.regions import Mask
from unet_desktop.plurals import quantity
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.predictions import FIRST_PROPOSAL, is_from_model
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.split import read_split

_GENERIC_NAMES = frozenset({"mask", "masks", "predictions", "labels", "annotations", "segmentations", "results", "gt"})
"""Folder names that do not identify a reader."""


@dataclass(frozen=True, slots=True)
class ReaderMask:
    """A reader's mask of one picture, not read yet.

    Attributes:
        name: path below the reader's folder without suffix, or the case's id; masks are paired by it.
        path: the file, or the first of several.
        case: in the reader's project; None for a folder.
        picture: the photograph, where known.
        files: in a folder, the mask's files, one for each label; empty for the file alone.
        plan: how the masks of the folder are read; None to decide by this mask alone.
        is_drawn: a person of the project drew or accepted it.
    """

    name: str
    path: Path
    case: Case | None = None
    picture: Path | None = None
    files: tuple[MaskFile, ...] = ()
    plan: MaskPlan | None = None
    is_drawn: bool = False

    @property
    def mask_files(self) -> tuple[MaskFile, ...]:
        """The files of the mask."""
        return self.files or (MaskFile(self.path),)

    def read(self, labels: LabelSet) -> ForeignMask:
        """Read the mask in these labels.

        Raises:
            MaskError: it is damaged, is not of its picture's size, or its values match no label.
        """
        if self.case is None:
            return read_foreign_mask(self.path, labels) if self.plan is None else self.plan.read(self.mask_files)
        mask = read_mask(self.path, labels, (self.case.height, self.case.width))
        return ForeignMask(mask, frozenset(label.name for label in labels))

    def unknown_labels(self, mask: Mask, labels: LabelSet) -> tuple[Label, ...]:
        """The labels of which this (H, W) uint8 mask says nothing, because its project got them later."""
        unknown = find_unknown(mask, labels, () if self.case is None or not self.is_drawn else self.case.not_annotated)
        return tuple(label for label in labels if label.value in unknown)

    def lacks_cup(self, mask: Mask, labels: LabelSet) -> bool:
        """Whether this (H, W) uint8 mask has a disc whose cup its project's people have not drawn, nor denied."""
        return self.is_drawn and self.case is not None and not self.case.no_cup and lacks_cup(mask, labels)


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader's masks, in natural order of their names, and the reader's title; the folder, if they lie in one."""

    title: str
    masks: tuple[ReaderMask, ...]
    folder: Path | None = None


def folder_reader(folder: Path, title: str = "", labels: LabelSet = DISC_AND_CUP) -> Reader:
    """Find the masks in a folder and its subfolders; see `masks.foreign`. Files of one label each are put together.

    Raises:
        MaskError: no such folder, or no masks in it.
    """
    if not folder.is_dir():
        raise MaskError(f"{folder} is not a folder of masks. Check the path.")
    try:
        files = list_masks(folder)
    except ImageError as error:
        raise MaskError(str(error)) from error
    return Reader(title or _title(folder.resolve()), tuple(_group(folder, files, labels)), folder)


def _group(folder: Path, files: Iterable[Path], labels: LabelSet) -> Iterator[ReaderMask]:
    """One mask a picture: a file, or the files of its labels where there are several or all files are of one."""
    relative = {path: path.relative_to(folder) for path in files}
    initials = has_initials(relative.values(), labels)
    named = {path: _of_one_label(short, labels, initials=initials) for path, short in relative.items()}
    groups: dict[str, list[MaskFile]] = {}
    for path, name in named.items():
        if name is not None:
            groups.setdefault(name[0], []).append(MaskFile(path, name[1]))
    everywhere = all(named.values())
    whole = {name: parts for name, parts in groups.items() if everywhere or len({part.label for part in parts}) > 1}
    for path, short in relative.items():
        name = named[path]
        parts = None if name is None else whole.get(name[0])
        if name is None or parts is None:
            yield ReaderMask(short.with_suffix("").as_posix(), path)
        elif path == parts[0].path:
            yield ReaderMask(name[0], path, files=tuple(parts))


def _of_one_label(path: PurePath, labels: LabelSet, *, initials: bool) -> tuple[str, Label] | None:
    """The name of the picture and the label, if the path says that the file is of one label."""
    names = read_mask_name(path, labels, initials=initials)
    name = next((name for name in names if name.label is not None), None)
    if name is None or name.label is None:
        return None
    at = fold(path.stem).find(name.picture)
    spelt = path.stem[at : at + len(name.picture)]  # as people wrote it, unless Unicode forms differ
    picture = spelt if fold(spelt) == name.picture else name.picture
    return PurePath(*place_of(path, labels, initials=initials), picture).as_posix(), name.label


def accepted_masks(project: ProjectReader, title: str = "") -> Reader:
    """The masks that people of a project drew or accepted.

    Raises:
        MaskError: there are none.
    """
    cases = [case for case in _undamaged_cases(project) if case.state not in UNCORRECTED]
    if not cases:
        raise MaskError(f"The project {project.root} has no masks yet. Correct or accept some cases first.")
    masks = (
        ReaderMask(case.id, project.layout.mask(case.id), case, project.image_path(case.id), is_drawn=True)
        for case in cases
    )
    return Reader(title or f"masks of {project.name}", tuple(masks))


def predictions(project: ProjectReader, title: str = "") -> Reader:
    """The models' predictions for a project's cases; a prediction stays when its case is corrected.

    First proposals, which no model made, are left out.

    Raises:
        MaskError: there are none.
    """
    cases = [case for case in _undamaged_cases(project) if is_from_model(project.layout, case)]
    if not cases:
        raise MaskError(f"The project {project.root} has no predictions. Predict its cases first.")
    masks = (
        ReaderMask(case.id, project.layout.prediction(case.id), case, project.image_path(case.id)) for case in cases
    )
    return Reader(title or f"predictions of {project.name}", tuple(masks))


def keep_validation_set(project: ProjectReader, reader: Reader) -> Reader:
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
    return replace(reader, title=f"{reader.title} (validation cases)", masks=tuple(kept))


def bias_remarks(project: ProjectReader, compared: Iterable[Case]) -> list[str]:
    """Why predictions look better than they are when compared with masks of the same project, as sentences."""
    cases = list(compared)
    parts = read_split(project.layout.split)
    trained_on = sum(parts.get(case.group) == "train" for case in cases)
    started = sum(case.model not in ("", FIRST_PROPOSAL) for case in cases)
    found = []
    if trained_on:
        are = "is a training case" if trained_on == 1 else "are training cases"
        found.append(
            f"{trained_on:,} of the {quantity(len(cases), 'case')} {are}, which flatters a model; "
            "compare only the validation cases to see how it does on new pictures."
        )
    if started:
        were = "was" if started == 1 else "were"
        found.append(
            f"{started:,} of the {quantity(len(cases), 'mask')} {were} made from an accepted prediction, "
            "which makes both more alike."
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
    return replace(first, title=titles[0]), replace(second, title=titles[1])


def _title(folder: Path) -> str:
    """The folder's name, with its parent if the name is generic, such as "masks"."""
    return "/".join(folder.parts[-2:]) if folder.name.casefold() in _GENERIC_NAMES else folder.name or str(folder)


def _undamaged_cases(project: ProjectReader) -> list[Case]:
    return sorted((case for case in project.cases() if not case.damage), key=lambda case: natural_key(case.id))
