"""Masks of public sets: their values as published, in the values of disc and cup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from unet_desktop.errors import MaskError
from unet_desktop.images.read import DECODER_ERRORS, FORMATS, MAX_PIXELS, describe_decoder_error, read_size
from unet_desktop.labels import BACKGROUND, DISC_AND_CUP, NOT_ANNOTATED
from unet_desktop.links import open_to_read
from unet_desktop.masks.regions import Mask, Region, label_image


@dataclass(frozen=True, slots=True, eq=False)
class SetMask:
    """A mask of a set.

    Attributes:
        mask: (H, W) uint8 in the values of `DISC_AND_CUP`.
        outside: share of the cup that lay outside the disc as published, and was cut off.
    """

    mask: Mask
    outside: float = 0.0


DISC, CUP = (label.value for label in DISC_AND_CUP)


def read_values(path: Path) -> Mask:
    """Read a mask's values, (H, W) uint8: of a palette of greys the grey, of another palette its index.

    Raises:
        MaskError: it cannot be read, or is in colour.
    """
    try:
        with open_to_read(path) as file, Pillow.open(file, formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise MaskError(f"The mask {path} has more than the {MAX_PIXELS // 1_000_000} million pixels allowed.")
            if opened.mode == "P" and not _is_grey(opened):
                return np.array(opened, np.uint8)
            if opened.mode in {"1", "L", "P", "LA"}:
                return np.array(opened.convert("L"), np.uint8)
            planes = np.array(opened.convert("RGB")) if opened.mode in {"RGB", "RGBA"} else np.array(opened)
    except DECODER_ERRORS as error:
        raise MaskError(
            f"The mask {path} cannot be read ({describe_decoder_error(error)}). Download it again."
        ) from error
    if planes.ndim == 3:
        if (planes != planes[..., :1]).any():
            raise MaskError(f"The mask {path} is in colour, but masks of this set are grey. Download it again.")
        planes = planes[..., 0]
    if planes.min(initial=0) < 0 or planes.max(initial=0) > 255:
        raise MaskError(f"The mask {path} holds values up to {planes.max()}, but masks of this set end at 255.")
    return planes.astype(np.uint8)


def read_table(path: Path, *tables: dict[int, int]) -> Mask:
    """Read a mask by the first of these tables that has all of its values and calls its corners background.

    Args:
        path: the mask.
        tables: value in the file to value in the mask.

    Raises:
        MaskError: none fits.
    """
    return translate(read_values(path), path, *tables)


def translate(values: NDArray[Any], path: Path, *tables: dict[int, int]) -> Mask:
    """Translate (H, W) values of a mask, see `read_table`.

    Raises:
        MaskError: no table fits.
    """
    if values.size and not (values == np.clip(np.rint(values), 0, 255)).all():
        raise MaskError(f"The mask {path} holds other values than whole numbers up to 255. Download it again.")
    values = values.astype(np.uint8)
    present = np.flatnonzero(np.bincount(values.ravel(), minlength=256)).tolist()
    for table in tables:
        if table.keys() >= set(present) and table[_at_corners(values)] == BACKGROUND:
            lookup = np.zeros(256, np.uint8)
            lookup[list(table)] = list(table.values())
            return np.asarray(lookup[values], np.uint8)
    wanted = " or ".join(", ".join(map(str, sorted(table))) for table in tables)
    shown = ", ".join(map(str, present[:8])) + (", ..." if len(present) > 8 else "")
    raise MaskError(f"The mask {path} holds the values {shown}, but masks of this set hold {wanted}.")


def read_region(path: Path) -> Region:
    """Read a mask of one structure, (H, W) bool: what differs from the corners by more than half of the range.

    Raises:
        MaskError: it cannot be read, or its corners differ.
    """
    values = read_values(path)
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    if values.size == 0 or low == high:
        return np.zeros(values.shape, bool)
    light: Region = values > (low + high) / 2
    corners = light[[0, 0, -1, -1], [0, -1, 0, -1]]
    if 1 < corners.sum() < 3:
        raise MaskError(f"The mask {path} reaches two of its picture's corners, so what is inside cannot be told.")
    return ~light if corners.sum() >= 3 else light


def join_regions(disc: Region, cup: Region) -> SetMask:
    """Return the mask of a disc and a cup, (H, W) bool each."""
    area = int(np.count_nonzero(cup))
    outside = int(np.count_nonzero(cup & ~disc))
    return SetMask(label_image(np.stack([disc, cup]), DISC_AND_CUP), outside / area if area else 0.0)


def read_disc_and_cup(disc: Path, cup: Path | None) -> SetMask:
    """Read a mask of a file for each structure; without a cup nobody drew one.

    Raises:
        MaskError: a file cannot be read, or they are of different sizes.
    """
    planes = [read_region(disc)]
    planes.append(np.zeros_like(planes[0]) if cup is None else read_region(cup))
    if planes[0].shape != planes[1].shape:
        raise MaskError(f"The masks {disc} and {cup} are of different sizes. Download them again.")
    return join_regions(planes[0], planes[1])


def keep_agreement(masks: Sequence[SetMask]) -> SetMask:
    """Return the mask of the values that all masks give, `NOT_ANNOTATED` where they differ."""
    first, agree = masks[0].mask, np.ones(masks[0].mask.shape, bool)
    for other in masks[1:]:
        agree &= other.mask == first
    agreed = np.where(agree, first, NOT_ANNOTATED).astype(np.uint8)
    return SetMask(agreed, max(one.outside for one in masks))


def check_size(mask: Mask, path: Path, image: Path) -> Mask:
    """Return the mask if it is as large as its photograph.

    Raises:
        MaskError: it is not.
    """
    height, width = read_size(image)
    if mask.shape != (height, width):
        raise MaskError(
            f"The mask {path} has {mask.shape[1]} x {mask.shape[0]} pixels, but its photograph has {width} x {height}. "
            "Restore the matching files."
        )
    return mask


def _at_corners(values: NDArray[np.uint8]) -> int:
    """The value that most corners have."""
    corners = values[[0, 0, -1, -1], [0, -1, 0, -1]] if values.size else np.zeros(1, np.uint8)
    return int(np.bincount(corners).argmax())


def _is_grey(opened: Pillow.Image) -> bool:
    """Whether a palette holds shades of grey, and more than one."""
    palette = np.array(opened.getpalette("RGB") or [], np.uint8).reshape(-1, 3)
    used = np.flatnonzero(opened.histogram()[: len(palette)])
    colours = palette[used]
    return bool((colours == colours[:, :1]).all()) and len(np.unique(colours[:, 0])) == len(used)
