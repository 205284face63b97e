"""Masks of turned photographs: drawn on the upright picture, or on the picture as its file stores it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import ExifTags
from PIL import Image as Pillow

from unet_desktop.errors import MaskError, Remedy
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.orientation import turn_upright
from unet_desktop.images.read import DECODER_ERRORS, FORMATS, read_size
from unet_desktop.links import open_to_read
from unet_desktop.masks.regions import Mask
from unet_desktop.plurals import name_some, quantity

_SWAPPED = range(5, 9)
_MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class Placement:
    """A mask's size against its picture's.

    Attributes:
        picture, mask: the files.
        orientation: the picture's EXIF orientation, 2 to 8.
        upright: (height, width) of the upright picture.
        size: (height, width) of the mask.
        is_upright: the mask is surely upright, because it says so itself or this program made it.
    """

    picture: Path
    mask: Path
    orientation: int
    upright: tuple[int, int]
    size: tuple[int, int]
    is_upright: bool = False

    @property
    def as_stored(self) -> bool | None:
        """Whether the mask lies as the picture is stored; None where sizes do not tell."""
        stored = self.upright[::-1] if self.orientation in _SWAPPED else self.upright
        if self.is_upright:
            return False
        return None if stored == self.upright else self.size == stored


@dataclass(frozen=True, slots=True)
class Placements:
    """How the masks of an import lie.

    Attributes:
        stored: the masks that lie as their pictures are stored, and the orientation that turns them.
        doubtful: the masks of which it is unknown.
        remarks: what was found, as sentences.
    """

    stored: Mapping[Path, int] = field(default_factory=dict)
    doubtful: frozenset[Path] = frozenset()
    remarks: tuple[str, ...] = ()

    def ask(self) -> None:
        """Refuse to go on where it is unknown how masks lie.

        Raises:
            MaskError: it is.
        """
        for path in sorted(self.doubtful):
            self.place(path, np.zeros((1, 1), np.uint8))

    def place(self, path: Path, mask: Mask) -> Mask:
        """The mask as it lies on the upright picture.

        Raises:
            MaskError: it is unknown how it lies.
        """
        if path in self.doubtful:
            raise MaskError(
                f"The mask {path} belongs to a photograph that its file stores turned or mirrored, and does not say "
                "whether it was drawn on the upright photograph or on the stored one.",
                Remedy.MASK_ORIENTATION,
            )
        return np.ascontiguousarray(turn_upright(mask, self.stored.get(path, 1)))


def read_placement(picture: Path, mask: Path, size: tuple[int, int], *, is_upright: bool) -> Placement | None:
    """Compare a mask of this size with its picture; None if the picture is stored upright.

    Raises:
        ImageError: the picture cannot be read.
    """
    orientation = _read_orientation(picture)
    if orientation == 1:
        return None
    return Placement(picture, mask, orientation, read_size(picture), size, is_upright)


def decide_placements(placements: Sequence[Placement], as_stored: bool | None) -> Placements:
    """Decide how masks lie: by their sizes, by those of the others, or as somebody said.

    Args:
        placements: of all masks of the import.
        as_stored: what somebody said; None if nobody did.
    """
    turned = [one for one in placements if not one.is_upright]
    told = {
        one.mask: one.as_stored
        for one in turned
        if one.as_stored is not None and one.size in {one.upright, one.upright[::-1]}
    }
    unknown = [one for one in turned if one.as_stored is None and one.size == one.upright]
    found = set(told.values())
    common = as_stored if as_stored is not None else next(iter(found)) if len(found) == 1 else None
    stored = {one.mask: one.orientation for one in turned if told.get(one.mask)}
    if common:
        stored |= {one.mask: one.orientation for one in unknown}
    remarks = []
    if stored:
        remarks.append(
            f"{_masks(len(stored))} drawn on photographs as their files store them, and turned with them: "
            f"{_names([one.mask for one in turned if one.mask in stored])}."
        )
    if unknown and common is False and as_stored is None:
        remarks.append(f"{_masks(len(unknown))} taken as drawn on upright photographs, as the others are.")
    doubtful = frozenset(one.mask for one in unknown) if common is None else frozenset()
    return Placements(stored, doubtful, tuple(remarks))


def _read_orientation(picture: Path) -> int:
    try:
        if is_dicom(picture):
            return 1
        with open_to_read(picture) as file, Pillow.open(file, formats=FORMATS) as opened:
            number = int(opened.getexif().get(ExifTags.Base.Orientation, 1))
    except DECODER_ERRORS:
        return 1
    return number if 1 <= number <= 8 else 1


def _masks(count: int) -> str:
    return quantity(count, "mask was", "masks were")


def _names(paths: Sequence[Path]) -> str:
    return name_some([path.name for path in paths], _MAX_NAMED)
