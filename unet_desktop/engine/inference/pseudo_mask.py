"""Pseudo-masks: what a model is sure of in an unlabelled picture, from several views of the same crop.

Pixels about which the averaged views are unsure stay not annotated, as in self-training with denoised pseudo-labels
(Chen et al. 2021, "Source-Free Domain Adaptive Fundus Image Segmentation with Denoised Pseudo-Labeling", MICCAI,
arXiv:2109.09735). docs/experiments/2026-11-30-adapt.md compares the views and thresholds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.data.augment import recolour
from unet_desktop.engine.data.colour_transfer import Colours, measure_colours, transfer_colours
from unet_desktop.engine.data.correction_weights import square_and_diameter
from unet_desktop.engine.inference.predictor import Probabilities
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.images.box import Box
from unet_desktop.images.crop import Square, extract, restore
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import NOT_ANNOTATED
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.compare import dice
from unet_desktop.masks.regions import Mask, Region, label_image, regions

_OVERSAMPLING = 1.25
"""The views are averaged in a square that is this much finer than the network's input."""
_MARGIN = 1.5
"""Side of that square over a crop's side, so that shifted and larger crops lie in it."""
_SCALES = (0.87, 1.15)
_SHIFT = 0.05
_RECOLOURED = 4
_LOW, _HIGH = 0.3, 0.7
"""Between them a region is unsure."""


@dataclass(frozen=True, slots=True, eq=False)
class PseudoMask:
    """What the model made of a picture.

    Attributes:
        mask: (H, W) uint8 label image; 255 where the views disagree, and in dents of unique labels.
        whole: (H, W) uint8 label image without gaps: the averaged views at 0.5, tidied.
        agreement: label name to the mean Dice of the single views with `whole`; regions that are in neither count 1.
        solidity: label name to the share of its convex hull that it fills; 0 if it was not found.
        colours: of the crop around the location label.
    """

    mask: Mask
    whole: Mask
    agreement: dict[str, float]
    solidity: dict[str, float]
    colours: Colours


def crop_square(mask: Mask, segmenter: Segmenter) -> Square | None:
    """The crop that the segmenting network sees around the location label of an (H, W) uint8 mask; None without one."""
    located = square_and_diameter(mask, segmenter.header.labels)
    if located is None:
        return None
    centre, diameter = located
    return Square(centre.x, centre.y, diameter * float(segmenter.header.networks["segment"]["crop_factor"]))


def make_pseudo_mask(
    segmenter: Segmenter, pixels: NDArray[np.uint8], known: Sequence[Colours], generator: np.random.Generator
) -> PseudoMask | None:
    """Average the model's predictions over views of an (H, W, 3) uint8 picture; None if nothing was located.

    Args:
        segmenter: a model that segments crops.
        pixels: the picture.
        known: colours of crops that the model was trained on, in which the picture is seen; without any, its own and
            random ones.
        generator: of random colours.
    """
    labels = segmenter.header.labels
    square = crop_square(segmenter.segment(pixels).mask, segmenter)
    if square is None:
        return None
    wide = Square(square.x, square.y, square.side * _MARGIN)
    size = int(segmenter.header.networks["segment"]["size"])
    crop = extract(pixels, wide, round(size * _OVERSAMPLING * _MARGIN))
    own = measure_colours(extract(pixels, square, size))
    views = list(_views(segmenter, crop, own, known, generator))
    mean: Probabilities = np.mean(np.stack(views), axis=0)
    whole = tidy(label_image(np.asarray(mean >= 0.5), labels), labels)
    planes = regions(whole, labels)
    single = [regions(tidy(label_image(view >= 0.5, labels), labels), labels) for view in views]
    agreement = {
        label.name: float(np.mean([dice(one[index], planes[index]) for one in single]))
        for index, label in enumerate(labels)
    }
    hulls = np.stack(
        [convex_hull(plane) if label.unique else plane for label, plane in zip(labels, planes, strict=True)]
    )
    unsure = ((mean > _LOW) & (mean < _HIGH)).any(axis=0) | (hulls & ~planes).any(axis=0)
    solidity = {
        label.name: float(planes[index].sum() / max(int(hulls[index].sum()), 1)) for index, label in enumerate(labels)
    }
    sure = np.where(unsure, np.uint8(NOT_ANNOTATED), whole)
    height, width = pixels.shape[:2]
    return PseudoMask(_place(sure, wide, height, width), _place(whole, wide, height, width), agreement, solidity, own)


def convex_hull(plane: Region) -> Region:
    """The convex hull of an (H, W) bool plane, as another; empty for an empty one."""
    filled = np.zeros(plane.shape, np.uint8)
    points = cv2.findNonZero(plane.astype(np.uint8))
    if points is not None:
        cv2.fillConvexPoly(filled, cv2.convexHull(points), (1,))
    return filled.astype(bool) | plane


def _views(
    segmenter: Segmenter,
    crop: NDArray[np.uint8],
    own: Colours,
    known: Sequence[Colours],
    generator: np.random.Generator,
) -> Iterator[Probabilities]:
    """(R, h, w) float32 over the whole of `crop` for each view of its middle."""
    middle, side = len(crop) / 2, len(crop) / _MARGIN
    straight = Square(middle, middle, side)
    recoloured = [transfer_colours(crop, own, colours) for colours in known]
    for seen in recoloured:
        yield _look(segmenter, seen, straight)
    if not recoloured:
        recoloured = [recolour(crop, 1.0, generator) for _ in range(_RECOLOURED)]
        yield _look(segmenter, crop, straight)
    squares = [Square(middle, middle, side * scale) for scale in _SCALES]
    squares += [
        Square(middle + right * _SHIFT * side, middle + down * _SHIFT * side, side)
        for right, down in ((1, 1), (-1, 1), (1, -1), (-1, -1))
    ]
    for number, square in enumerate(squares):
        yield _look(segmenter, recoloured[number % len(recoloured)], square)


def _look(segmenter: Segmenter, crop: NDArray[np.uint8], square: Square) -> Probabilities:
    planes = segmenter.crop_probabilities(crop, square)
    box = square.box(*crop.shape[:2])
    placed = np.zeros((len(planes), *crop.shape[:2]), np.float32)
    for plane, found in zip(placed, planes, strict=True):
        plane[box.slices] = restore(found, square, box)
    return placed


def _place(part: Mask, square: Square, height: int, width: int) -> Mask:
    """The (h, w) uint8 label image of a square in an (height, width) one that is background elsewhere."""
    whole = np.zeros((height, width), np.uint8)
    box: Box = square.box(height, width)
    if box.empty:
        return whole
    step = part.shape[0] / square.side
    rows = ((np.arange(box.top, box.bottom) + 0.5 - square.y + square.side / 2) * step).astype(int)
    columns = ((np.arange(box.left, box.right) + 0.5 - square.x + square.side / 2) * step).astype(int)
    last = part.shape[0] - 1
    whole[box.slices] = part[np.ix_(rows.clip(0, last), columns.clip(0, last))]
    return whole
