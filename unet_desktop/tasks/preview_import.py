"""What an import would do, before it does anything: which pictures have a mask, and how one of the masks is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from unet_desktop.errors import MaskError, UserError
from unet_desktop.images.read import Pixels
from unet_desktop.labels import LabelSet
from unet_desktop.masks.foreign import read_matching_mask
from unet_desktop.masks.overlay import draw_thumbnail
from unet_desktop.masks.pairs import Pairs, find_pairs

LONGEST = 200
"""Pixels of the longer side of the small picture."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskPreview:
    """One mask as it would be taken in.

    Attributes:
        name: of the mask's file, and of its picture.
        mapping: which value was read as which label, a sentence without its full stop; empty with a problem.
        problem: why it would not be taken in, as a sentence; empty when it would.
        pixels: the picture, small, with the mask's outline; None with a problem.
    """

    name: str
    mapping: str = ""
    problem: str = ""
    pixels: Pixels | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ImportPreview:
    """Pictures and masks of an import.

    Attributes:
        pictures: how many there are.
        without: names of those that have no mask.
        mask: the first one, or what hinders it; None where there is none.
    """

    pictures: int
    without: tuple[str, ...]
    mask: MaskPreview | None


def preview_import(source: Path, masks: Path, labels: LabelSet, *, recursive: bool = False) -> ImportPreview:
    """Look at the folders and read one mask.

    Raises:
        ImageError: a folder cannot be read or holds nothing.
    """
    pairs = find_pairs(source, masks, labels, recursive=recursive)
    without: list[str] = []
    first: Path | None = None
    for picture in pairs.pictures:
        if not pairs.has_mask(picture):
            without.append(picture.name)
        elif first is None:
            first = picture
    return ImportPreview(len(pairs.pictures), tuple(without), None if first is None else _preview(pairs, first, labels))


def _preview(pairs: Pairs, picture: Path, labels: LabelSet) -> MaskPreview | None:
    try:
        path = pairs.mask_of(picture)
    except MaskError as error:
        return MaskPreview(picture.name, problem=str(error))
    if path is None:
        return None
    name = f"{path.name} for {picture.name}"
    try:
        foreign = read_matching_mask(path, labels, picture)
        pixels = draw_thumbnail(picture, foreign.mask, labels, LONGEST)
    except UserError as error:
        return MaskPreview(name, problem=str(error))
    return MaskPreview(name, foreign.mapping, pixels=pixels)
