"""Where the masks of an import come from, and the look at all of them that comes before the first is read."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol

from unet_desktop.engine.events import StopPoint
from unet_desktop.errors import ImageError, MaskError
from unet_desktop.file_names import fold
from unet_desktop.formats.arrays import FIRST_AXIS, array_kind, read_mask_file
from unet_desktop.formats.recognise import AnnotationFile, look_for_annotations
from unet_desktop.images.listing import Sources
from unet_desktop.images.read import read_size
from unet_desktop.labels import LabelSet
from unet_desktop.masks.foreign import ForeignMask, MaskPlan, look_at_masks, plan_masks
from unet_desktop.masks.label_names import LabelNames
from unet_desktop.masks.mask_facts import MaskFacts
from unet_desktop.masks.mask_values import read_colour_names
from unet_desktop.masks.names import EYES, find_folder_label, is_label_studio
from unet_desktop.masks.orientation import Placement, Placements, decide_placements, read_placement
from unet_desktop.masks.pairs import MaskFile, Pairs, find_pairs, holds_a_mask, list_masks
from unet_desktop.masks.questions import Question
from unet_desktop.plurals import quantity
from unet_desktop.tasks.annotated_masks import plan_annotations
from unet_desktop.tasks.mask_options import MaskOptions

_MAX_TRIED = 3
"""Files that are looked at to find out whether a folder holds masks."""


class MaskSource(Protocol):
    """Where the masks of an import come from, once it is decided how they are read."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What means what, and what else had to be decided."""
        ...

    @property
    def question(self) -> Question | None:
        """What has to be asked of masks' values before they can be read."""
        ...

    @property
    def keys(self) -> tuple[tuple[str, int], ...]:
        """What occurs in masks, as text, and what it means or may mean; see `MaskPlan.keys`."""
        ...

    @property
    def names(self) -> LabelNames:
        """What labels' names mean; empty for masks that have none."""
        ...

    @property
    def asks_order(self) -> bool:
        """Whether it is unknown which of the two numbers of a contour's corners is x."""
        ...

    @property
    def placements(self) -> Placements:
        """How masks lie on turned photographs."""
        ...

    def ask(self) -> None:
        """Raise MaskError if something has to be asked first."""
        ...

    def has_mask(self, picture: Path) -> bool:
        """Is there a mask of the picture, or a doubt which one?"""
        ...

    def files_of(self, picture: Path) -> tuple[Path, ...]:
        """The files of the picture's mask; raises MaskError if that is doubtful."""
        ...

    def read_for(self, picture: Path) -> ForeignMask | None:
        """Read the picture's mask; None if there is none. Raises MaskError or ImageError."""
        ...


@dataclass(frozen=True, slots=True)
class PairedMasks:
    """Masks that are pictures themselves."""

    pairs: Pairs
    plan: MaskPlan
    names: LabelNames = field(default_factory=LabelNames)

    @property
    def sentences(self) -> tuple[str, ...]:
        """See `MaskSource`."""
        return self.plan.sentences

    @property
    def question(self) -> Question | None:
        """See `MaskSource`."""
        return self.plan.question

    @property
    def keys(self) -> tuple[tuple[str, int], ...]:
        """See `MaskSource`."""
        return self.plan.keys

    @property
    def asks_order(self) -> bool:
        """See `MaskSource`."""
        return False

    @property
    def placements(self) -> Placements:
        """See `MaskSource`."""
        return self.plan.placements

    def ask(self) -> None:
        """See `MaskSource`."""
        self.plan.ask()

    def has_mask(self, picture: Path) -> bool:
        """See `MaskSource`."""
        return self.pairs.has_mask(picture)

    def files_of(self, picture: Path) -> tuple[Path, ...]:
        """See `MaskSource`."""
        return tuple(file.path for file in self.pairs.masks_of(picture))

    def read_for(self, picture: Path) -> ForeignMask | None:
        """See `MaskSource`."""
        files = self.pairs.masks_of(picture)
        return self.plan.read_for(picture, files) if files else None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import found.

    Attributes:
        pairs: the pictures, and masks that lie among them or belong to none.
        masks: how masks are read.
    """

    pairs: Pairs
    masks: MaskSource


def plan_import(
    source: Path | Sequence[Path], masks: Path | None, labels: LabelSet, *, recursive: bool, options: MaskOptions
) -> Generator[StopPoint, None, ImportPlan]:
    """Find the pictures of an import and their masks, look at all masks and decide how they are read.

    Args:
        source: a folder of pictures, or one picture, or several of both.
        masks: a folder of masks or annotations, a file of annotations, or None.
        labels: of the project.
        recursive: look for pictures in subfolders.
        options: what somebody said.

    Yields:
        an event for each file of masks, so that it can be stopped.

    Raises:
        ImageError: a folder cannot be read or holds nothing. MaskError: the file of masks is none.
    """
    if masks is None:
        pairs = find_pairs(source, None, labels, recursive=recursive)
        return ImportPlan(pairs, PairedMasks(pairs, MaskPlan(labels)))
    found: list[AnnotationFile] = []
    for one in look_for_annotations(masks):
        yield StopPoint("read")
        found += [one] if one is not None and (not options.only or one.path in options.only) else []
    is_annotated = any(one.format is not None for one in found) or not masks.is_dir()
    if found and not is_annotated:
        _refuse_without_masks(found, masks)
    if not is_annotated or not _all_are_annotations(found, source, masks, labels, recursive=recursive):
        pairs = find_pairs(source, masks, labels, recursive=recursive, loose=options.loose, only=options.only)
        plan = yield from plan_masks_of(pairs, masks, labels, options)
        return ImportPlan(pairs, PairedMasks(pairs, plan))
    pairs = find_pairs(source, None, labels, recursive=recursive)
    root = Sources.of(source).root
    annotated = yield from plan_annotations(found, pairs.pictures, root, labels, options)
    return ImportPlan(pairs, annotated)


def _refuse_without_masks(found: Sequence[AnnotationFile], masks: Path) -> None:
    """Refuse a folder that holds only annotations that are not read.

    Raises:
        MaskError: it does; one file of each kind is named.
    """
    try:
        list_masks(masks)
    except ImageError as error:
        kinds = {one.kind: one for one in reversed(found)}
        raise MaskError(" ".join(one.sentence for one in reversed(kinds.values()))) from error


def _all_are_annotations(
    found: Sequence[AnnotationFile], source: Path | Sequence[Path], masks: Path, labels: LabelSet, *, recursive: bool
) -> bool:
    """Whether a file or folder with annotations holds no masks of the pictures besides."""
    annotations = {one.path for one in found}
    if not masks.is_dir() or any(path.is_dir() for path in annotations):  # a program's own project
        return True
    try:
        pairs = find_pairs(source, masks, labels, recursive=recursive)
    except ImageError:  # it holds annotations alone
        return True
    if any(is_label_studio(path) for path in pairs.unused):
        return False
    with_mask = islice((picture for picture in pairs.pictures if pairs.has_mask(picture)), _MAX_TRIED)
    for picture in with_mask:
        try:
            files = [file.path for file in pairs.masks_of(picture) if file.path not in annotations]
            if any(array_kind(path) or holds_a_mask(path) for path in files):
                return False
        except MaskError:
            return False
    return True


def plan_masks_of(
    pairs: Pairs, folder: Path, labels: LabelSet, options: MaskOptions
) -> Generator[StopPoint, None, MaskPlan]:
    """Look at all masks that are pictures and decide how they are read; see `plan_files`."""
    files: list[tuple[MaskFile, Path | None]] = []
    for picture in pairs.pictures:
        try:
            files += [(file, picture) for file in pairs.masks_of(picture)]
        except MaskError:
            continue
    return (yield from plan_files(files, folder, labels, options))


def plan_files(
    files: Sequence[tuple[MaskFile, Path | None]], folder: Path, labels: LabelSet, options: MaskOptions
) -> Generator[StopPoint, None, MaskPlan]:
    """Look at mask files and decide how they are read.

    Args:
        files: the masks, and their pictures where they are known.
        folder: in which the masks lie, and perhaps a labelmap.txt.
        labels: of the project.
        options: what somebody said.

    Yields:
        an event for each mask, so that it can be stopped.
    """
    found: list[tuple[MaskFile, MaskFacts | MaskError]] = []
    swapped, remarks = _find_swapped(files, options.axes)
    decode = partial(read_mask_file, swapped=swapped)
    looks = look_at_masks([file.path for file, _ in files], decode)
    for (file, _), (_, facts) in zip(files, looks, strict=True):
        found.append((file, facts))
        yield StopPoint("read")
    names, likely = read_colour_names(folder, labels), find_folder_label(folder.name, labels, initials=True)
    if likely is not None and fold(folder.name) in EYES:
        likely = None
    plan = plan_masks(found, labels, values=options.values, colour_names=names, likely=likely)
    placements: list[Placement] = []
    for (_, picture), (file, facts) in zip(files, found, strict=True):
        if picture is None or isinstance(facts, MaskError):
            continue
        placement = _placement(picture, file, facts, plan)
        if placement is not None:
            placements.append(placement)
    found_placements = decide_placements(placements, options.as_stored)
    return replace(plan, placements=found_placements, decode=decode, remarks=remarks)


def _find_swapped(
    files: Sequence[tuple[MaskFile, Path | None]], axes: str | None
) -> tuple[frozenset[Path], tuple[str, ...]]:
    """The arrays whose axes are the other way round than their format has them, and what has to be said about axes.

    Args:
        files: of an import, and their pictures.
        axes: what somebody said: the first axis is x ("xy") or y ("yx").
    """
    kinds = {file.path: array_kind(file.path) for file, _ in files}
    arrays = [(file.path, picture) for file, picture in files if kinds[file.path] and picture is not None]
    if axes is not None:
        swapped = frozenset(path for path, _ in arrays if FIRST_AXIS[kinds[path]] != axes)
        return swapped, ()
    sizes = {}
    for path, picture in arrays:
        try:
            sizes[path] = read_mask_file(path).size, read_size(picture)
        except (MaskError, ImageError):  # said when the mask or the picture is read
            continue
    swapped = frozenset(path for path, (mask, size) in sizes.items() if mask != size and mask[::-1] == size)
    unsure = [path for path, (mask, size) in sizes.items() if mask == size == size[::-1]]
    as_usual = len(sizes) - len(swapped) - len(unsure)
    remarks = []
    if swapped and not as_usual:
        swapped |= frozenset(unsure)
    if swapped:
        remarks.append(
            f"Axes of {quantity(len(swapped), 'array')} are the other way round than the format has them; their "
            "pictures' sizes say so."
        )
    if unsure and not as_usual and not swapped:
        remarks.append(
            f"The pictures of {quantity(len(unsure), 'array')} are square, so axes were taken as the format has them. "
            "Look at the masks."
        )
    return swapped, tuple(remarks)


def _placement(picture: Path, file: MaskFile, facts: MaskFacts, plan: MaskPlan) -> Placement | None:
    try:
        is_upright = facts.turned or file.path in plan.own
        return read_placement(picture, file.path, facts.size, is_upright=is_upright)
    except ImageError:  # the picture is not imported, and says why then
        return None
