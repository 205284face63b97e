"""Preview an import: what would be imported, and how the first mask is understood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from unet_desktop.engine.events import StopPoint
from unet_desktop.errors import MaskError, UserError
from unet_desktop.images.read import Pixels
from unet_desktop.labels import LabelSet
from unet_desktop.masks.label_names import LabelNames
from unet_desktop.masks.overlay import draw_thumbnail
from unet_desktop.masks.questions import Question
from unet_desktop.tasks.mask_import import MaskSource, plan_import
from unet_desktop.tasks.mask_options import FIND_OUT, MaskOptions

LONGEST = 200
"""Pixels on the longer side of the preview."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskPreview:
    """One mask as it would be imported.

    Attributes:
        name: of the mask's file, and of its picture.
        problem: why it cannot be imported, as a sentence; otherwise empty.
        pixels: the picture, small, with the mask's outline; None if there is a problem.
    """

    name: str
    problem: str = ""
    pixels: Pixels | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ImportPreview:
    """The pictures and masks that would be imported.

    Attributes:
        pictures: number of pictures.
        without: names of pictures without a mask.
        mask: the first mask, or what is wrong with it; None if there is none.
        sentences: how all masks are read.
        question: what has to be asked before masks can be read; None if nothing.
        keys: what occurs in the masks, as text, and what it means or may mean; empty where that cannot be chosen.
        names: what labels' names mean, in files that name labels.
        asks_order: it is unknown which of the two numbers of a contour's corners is x.
        loose: masks whose names only begin with a picture's, and that picture.
        doubtful: masks that may have been drawn on turned photographs as stored.
    """

    pictures: int
    without: tuple[str, ...]
    mask: MaskPreview | None
    sentences: tuple[str, ...] = ()
    question: Question | None = None
    keys: tuple[tuple[str, int], ...] = ()
    names: LabelNames = field(default_factory=LabelNames)
    asks_order: bool = False
    loose: tuple[tuple[str, str], ...] = ()
    doubtful: int = 0


def preview_import(
    source: Path | Sequence[Path],
    masks: Path,
    labels: LabelSet,
    *,
    recursive: bool = False,
    options: MaskOptions = FIND_OUT,
) -> Iterator[StopPoint | ImportPreview]:
    """Pair pictures and masks, look at all masks and read the first.

    Yields:
        an event for each mask, so that it can be stopped; the preview is the last.

    Raises:
        ImageError: a folder cannot be read or holds nothing.
    """
    plan = yield from plan_import(source, masks, labels, recursive=recursive, options=options)
    pairs, found = plan.pairs, plan.masks
    with_mask = [picture for picture in pairs.pictures if found.has_mask(picture)]
    first = next(
        (picture for picture in with_mask if not _is_doubtful(found, picture)), with_mask[0] if with_mask else None
    )
    yield ImportPreview(
        len(pairs.pictures),
        tuple(picture.name for picture in pairs.pictures if not found.has_mask(picture)),
        None if first is None or found.names.unknown or found.asks_order else _preview(found, labels, first),
        found.sentences,
        found.question,
        found.keys,
        found.names,
        found.asks_order,
        tuple((mask.name, picture.name) for mask, picture in pairs.loose),
        len(found.placements.doubtful),
    )


def _is_doubtful(found: MaskSource, picture: Path) -> bool:
    try:
        return not found.placements.doubtful.isdisjoint((picture, *found.files_of(picture)))
    except MaskError:
        return True


def _preview(found: MaskSource, labels: LabelSet, picture: Path) -> MaskPreview | None:
    try:
        files_of_mask = found.files_of(picture)
    except MaskError as error:
        return MaskPreview(picture.name, problem=str(error))
    name = f"{' and '.join(path.name for path in files_of_mask)} for {picture.name}"
    try:
        foreign = found.read_for(picture)
        if foreign is None:
            return None
        pixels = draw_thumbnail(picture, foreign.mask, labels, LONGEST)
    except UserError as error:
        return MaskPreview(name, problem=str(error))
    return MaskPreview(name, pixels=pixels)
