"""Foreign masks: read masks of other programs and say which of their values was taken for which label."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from unet_desktop.errors import MaskError
from unet_desktop.images.read import DECODER_ERRORS, FORMATS, read_size
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, LabelSet
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.regions import Mask

_JPEG_NOISE = 24
"""JPEG changes the values of a mask by some levels; values this close to black or white count as such."""


@dataclass(frozen=True, slots=True)
class ForeignMask:
    """A mask in the project's labels.

    Attributes:
        mask: (H, W) uint8.
        mapping: a sentence that says how its values were read.
        possible_labels: names of the labels that a mask of this kind can hold: one if it is black and white. None for
            an empty mask, whose kind is unknown.
    """

    mask: Mask
    mapping: str
    possible_labels: frozenset[str] | None = None


def read_foreign_mask(path: Path, labels: LabelSet) -> ForeignMask:
    """Read another program's mask: label values, 0/1, 0/255, black-and-white JPEG, or REFUGE's 0/128/255.

    Raises:
        MaskError: unreadable, or its values match none of these.
    """
    try:
        with Pillow.open(path, formats=FORMATS) as opened:
            jpeg, indexed = (
                opened.format == "JPEG",
                opened.mode == "P" and _distinguishes(opened.getpalette() or [], labels),
            )
            opened.load()
            values = np.array(opened if opened.mode in {"P", "L"} else opened.convert("L"), dtype=np.uint8)
    except DECODER_ERRORS as error:
        raise MaskError(f"The mask {path} cannot be read ({error}).") from error
    if jpeg:
        values = _remove_jpeg_noise(values, path)
    found = np.flatnonzero(np.bincount(values.ravel(), minlength=256)).tolist()
    table, mapping = _mapping(found, labels, path)
    return ForeignMask(table[values], mapping, _possible_labels(found, labels, indexed=indexed))


def read_matching_mask(path: Path, labels: LabelSet, picture: Path) -> ForeignMask:
    """Read another program's mask of this image.

    Raises:
        MaskError: as `read_foreign_mask`, or of another size. ImageError: the image cannot be read.
    """
    foreign = read_foreign_mask(path, labels)
    height, width = read_size(picture)
    if foreign.mask.shape != (height, width):
        raise MaskError(
            f"The mask {path} has {foreign.mask.shape[1]} x {foreign.mask.shape[0]} pixels but its picture "
            f"{picture.name} {width} x {height}. Choose the masks that belong to these pictures."
        )
    return foreign


def _remove_jpeg_noise(values: Mask, path: Path) -> Mask:
    if bool(((values > _JPEG_NOISE) & (values < 255 - _JPEG_NOISE)).mean() > 0.01):
        raise MaskError(f"{path} is a JPEG with shades between black and white; save masks as PNG.")
    return np.where(values >= 128, np.uint8(255), np.uint8(0))


def _distinguishes(palette: list[int], labels: LabelSet) -> bool:
    """Return whether a palette (red, green, blue per value) gives each label a colour unlike the background's."""
    background = palette[:3]
    return all(palette[3 * label.value : 3 * label.value + 3] not in ([], background) for label in labels)


def _mapping(found: list[int], labels: LabelSet, path: Path) -> tuple[Mask, str]:
    table = np.zeros(256, np.uint8)
    first = labels.labels[0]
    pair = cup_and_disc(labels)
    if set(found) <= {0, 255}:
        table[255] = first.value
        return table, f"0 is background, 255 is {first.name}"
    if set(found) <= {BACKGROUND, NOT_ANNOTATED} | {label.value for label in labels}:
        table[:] = np.arange(256)
        meaning = ", ".join(f"{label.value} is {label.name}" for label in labels if label.value in found)
        return table, meaning or "all is background"
    if set(found) == {0, 128, 255} and pair is not None:
        cup, disc = pair
        table[0], table[128] = cup.value, disc.value
        return table, f"0 is {cup.name}, 128 is {disc.name}, 255 is background"
    shown = ", ".join(str(value) for value in found[:8])
    raise MaskError(f"The mask {path} holds the values {shown}, which fit none of this project's labels.")


def _possible_labels(found: list[int], labels: LabelSet, *, indexed: bool) -> frozenset[str] | None:
    """See `ForeignMask.possible_labels`.

    A mask of 0 and 1 counts as black and white unless it is indexed, when it may be one of ours. A mask that is 255
    everywhere may be filled by its label or not annotated at all.
    """
    first = labels.labels[0]
    if set(found) <= {BACKGROUND}:
        return None
    if set(found) <= {BACKGROUND, NOT_ANNOTATED} or (set(found) <= {BACKGROUND, first.value} and not indexed):
        return frozenset({first.name})
    return frozenset(label.name for label in labels)


def read_soft_map(path: Path) -> Mask:
    """Read an expert agreement map of Drishti-GS1, (H, W) uint8: 0, 64, 128, 191, 255 for 0 to 4 of 4 experts.

    Raises:
        MaskError: it cannot be read.
    """
    try:
        with Pillow.open(path, formats=FORMATS) as opened:
            return np.array(opened.convert("L"), dtype=np.uint8)
    except DECODER_ERRORS as error:
        raise MaskError(f"The soft map {path} cannot be read ({error}).") from error
