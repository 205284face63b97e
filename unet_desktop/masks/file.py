"""Masks on disk: one indexed PNG per image, in the labels' colours so that no viewer shows it black.

Uncertainty and probability maps are grey PNGs.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from unet_desktop import files
from unet_desktop.errors import MaskError
from unet_desktop.images.read import DECODER_ERRORS, MAX_PIXELS, describe_decoder_error
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, LabelSet
from unet_desktop.links import open_to_read
from unet_desktop.masks.indexed_png import indexed_png
from unet_desktop.masks.regions import Mask


def encode_mask(mask: Mask, labels: LabelSet) -> bytes:
    """Encode an (H, W) uint8 mask as an indexed PNG whose palette holds the labels' colours."""
    return indexed_png(mask, _palette_of(labels))


def write_mask(path: Path, mask: Mask, labels: LabelSet, *, flush: bool = True) -> None:
    """Write an (H, W) uint8 mask, replacing the file; see `files.write_bytes` for `flush`.

    Raises:
        WriteError: it cannot be written; the old file is intact.
    """
    files.write_bytes(path, encode_mask(mask, labels), flush=flush)


def read_mask(path: Path, labels: LabelSet, size: tuple[int, int] | None = None, *, as_written: bool = False) -> Mask:
    """Read a mask as writable (H, W) uint8. A damaged mask is an error, never an empty mask.

    Values of retired labels become what `LabelSet.present_values` says.

    Args:
        path: an indexed or grey 8-bit PNG.
        labels: the labels whose values may occur, besides 0 and 255.
        size: (height, width) of its image, or None to accept any.
        as_written: leave the values of retired labels as they are.

    Raises:
        MaskError: damaged, of a different size from its image, or with values of no label.
    """
    try:
        with open_to_read(path) as file, Pillow.open(file, formats=("PNG",)) as opened:
            if opened.mode not in {"P", "L"}:
                raise MaskError(f"The mask {path} is not an indexed PNG. Import it together with its picture.")
            if size is not None and (opened.height, opened.width) != size:
                raise MaskError(
                    f"The mask {path} has {opened.width} x {opened.height} pixels but its picture "
                    f"{size[1]} x {size[0]}. Put the matching picture or mask back."
                )
            _refuse_size(path, opened)
            mask = np.array(opened, dtype=np.uint8)
            occurring = np.flatnonzero(opened.histogram()).tolist()
    except MaskError:
        raise
    except DECODER_ERRORS as error:
        raise MaskError(
            f"The mask {path} cannot be read ({_describe(error)}). Restore it from a backup, or move it away."
        ) from error
    present = labels.present_values() if labels.retired else {}
    unknown = sorted(set(occurring) - {BACKGROUND, NOT_ANNOTATED} - {label.value for label in labels} - set(present))
    if unknown:
        raise MaskError(f"The mask {path} holds the values {unknown}, which are not labels of this project.")
    if not as_written and not present.keys().isdisjoint(occurring):
        return present_table(labels)[mask]
    return mask


def present_table(labels: LabelSet) -> Mask:
    """Return (256,) uint8: what each pixel value is now; only those of retired labels differ."""
    table = np.arange(256, dtype=np.uint8)
    for value, now in labels.present_values().items():
        table[value] = now
    return table


def _describe(error: Exception) -> str:
    """Say why a file cannot be decoded; Pillow would name the open file as Python does."""
    if isinstance(error, UnidentifiedImageError):
        return "it is not a PNG, or its beginning is damaged"
    return describe_decoder_error(error)


def _refuse_size(path: Path, opened: Pillow.Image) -> None:
    if opened.width * opened.height > MAX_PIXELS:
        raise MaskError(
            f"{path} has {opened.width} x {opened.height} pixels, more than the {MAX_PIXELS // 1_000_000} million that "
            "are allowed."
        )


def _palette_of(labels: LabelSet) -> bytes:
    table = np.zeros((256, 3), np.uint8)
    for label in (*labels.retired, *labels):
        table[label.value] = [int(label.colour[at : at + 2], 16) for at in (1, 3, 5)]
    table[NOT_ANNOTATED] = 128
    return table.tobytes()


def write_plane(path: Path, plane: NDArray[np.uint8]) -> None:
    """Write an (h, w) uint8 plane as a grey PNG, replacing the file.

    Raises:
        WriteError: it cannot be written; the old file is intact.
    """
    files.write_bytes(path, encode_plane(plane))


def encode_plane(plane: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """Encode an (h, w) plane as a grey PNG of 8 or 16 bits."""
    buffer = io.BytesIO()
    Pillow.fromarray(plane).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def read_plane(path: Path) -> NDArray[np.uint8]:
    """Read a grey 8-bit PNG as (h, w) uint8.

    Raises:
        MaskError: missing, damaged, or not grey.
    """
    try:
        with open_to_read(path) as file, Pillow.open(file, formats=("PNG",)) as opened:
            if opened.mode != "L":
                raise ValueError("it is not grey")
            _refuse_size(path, opened)
            return np.array(opened, np.uint8)
    except MaskError:
        raise
    except DECODER_ERRORS as error:
        raise MaskError(f"{path} cannot be read ({_describe(error)}).") from error
