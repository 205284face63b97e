"""A picture's regions as one PNG each: black and white, and as probabilities."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from unet_desktop.file_names import fold, limit_name
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import encode_plane
from unet_desktop.masks.indexed_png import grey_png
from unet_desktop.masks.regions import Mask, Region, region, region_table

if TYPE_CHECKING:
    from unet_desktop.engine.inference.segmenter import Prediction

WHITE = 255
"""Value of a region's pixels; the others are 0."""
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10))}
)
"""Names that Windows gives no file."""
_SPARE = 16
"""Bytes for what tells equal names apart."""


def label_folders(labels: LabelSet) -> dict[str, str]:
    """Map each label's name to its folder; letters and names that some systems refuse as file names are replaced."""
    folders: dict[str, str] = {}
    taken: set[str] = set()
    for label in labels:
        name = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in label.name)
        name = wanted = limit_name(f"{name}_" if name.upper() in _DEVICES else name, _SPARE)
        tags = itertools.chain([f"-{label.value}"], (f"-{label.value}-{number}" for number in itertools.count(2)))
        while fold(name) in taken:
            name = wanted + next(tags)
        taken.add(fold(name))
        folders[label.name] = name
    return folders


def region_files(name: str, mask: Mask, labels: LabelSet) -> Iterator[tuple[str, bytes]]:
    """(path, PNG) of each label's region, also of empty ones: `regions/LABEL/NAME.png`, 0 and 255."""
    folders = label_folders(labels)
    for label in labels:
        plane = np.asarray(cv2.LUT(mask, region_table(labels, label) * WHITE), np.uint8)
        yield f"regions/{folders[label.name]}/{name}.png", grey_png(plane)


def probability_files(
    name: str, prediction: Prediction, labels: LabelSet, bits: Literal["8", "16"]
) -> Iterator[tuple[str, bytes]]:
    """(path, PNG) of each region's probability at the picture's size: `probabilities/LABEL/NAME.png`.

    A pixel is round(255 p), with 16 bits round(65535 p); 0 outside the network's crop, far from the disc. The region in
    the mask is exactly where it is at least 128 or 32768: where tidying the mask overruled the network, the value is
    128 or 127 (32768 or 32767).
    """
    folders = label_folders(labels)
    for at, label in enumerate(labels):
        inside = region(prediction.mask, labels, label)
        plane = encode_probabilities(prediction.restore_probabilities(at), inside, bits)
        yield f"probabilities/{folders[label.name]}/{name}.png", encode_plane(plane)


def encode_probabilities(
    plane: NDArray[np.float32], inside: Region, bits: Literal["8", "16"]
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """(H, W) of this many bits: probabilities as whole numbers, at least half of the largest exactly inside the region.

    Args:
        plane: (H, W) float32, 0..1.
        inside: (H, W) bool, the region in the mask.
        bits: of the values.
    """
    kind = np.uint8 if bits == "8" else np.uint16
    most = np.iinfo(kind).max
    half = most // 2 + 1
    values = np.rint(plane * np.float32(most)).astype(kind)
    encoded: NDArray[np.uint8] | NDArray[np.uint16] = np.where(
        inside, np.maximum(values, kind(half)), np.minimum(values, kind(half - 1))
    )
    return encoded
