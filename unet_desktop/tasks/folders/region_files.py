"""A picture's regions as one PNG each: black and white, and as probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.inference.segmenter import Prediction
from unet_desktop.images.box import Box
from unet_desktop.images.crop import Square, restore
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import encode_plane
from unet_desktop.masks.indexed_png import grey_png
from unet_desktop.masks.regions import Mask, region_table

WHITE = 255
"""Value of a region's pixels; the others are 0."""


def label_folders(labels: LabelSet) -> dict[str, str]:
    """Map each label's name to its folder; characters that some systems refuse in file names are replaced."""
    folders: dict[str, str] = {}
    for label in labels:
        name = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in label.name)
        taken = {folder.casefold() for folder in folders.values()}
        folders[label.name] = name if name.casefold() not in taken else f"{name}-{label.value}"
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

    A pixel is round(255 p), with 16 bits round(65535 p); 0 outside the network's crop, far from the disc.
    """
    folders = label_folders(labels)
    for at, label in enumerate(labels):
        plane = _scale_probabilities(_in_picture(prediction, at), bits)
        yield f"probabilities/{folders[label.name]}/{name}.png", encode_plane(plane)


def _in_picture(prediction: Prediction, at: int) -> NDArray[np.float32]:
    """(H, W) float32: the probability of one region, interpolated as the mask was."""
    whole = np.zeros(prediction.mask.shape, np.float32)
    if prediction.probabilities is not None and prediction.square is not None:
        whole[prediction.box.slices] = _restore_size(prediction.probabilities[at], prediction.square, prediction.box)
    return whole


def _restore_size(plane: NDArray[np.float32], square: Square, box: Box) -> NDArray[np.float32]:
    if plane.shape[0] == plane.shape[1]:
        return restore(plane, square, box)
    # Framing "patches": the plane covers the picture, not the square around it.
    return np.asarray(cv2.resize(plane, (box.width, box.height), interpolation=cv2.INTER_LINEAR), np.float32)


def _scale_probabilities(
    plane: NDArray[np.float32], bits: Literal["8", "16"]
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    if bits == "8":
        return np.asarray(np.rint(plane * 255.0), np.uint8)
    return np.asarray(np.rint(plane * 65535.0), np.uint16)
