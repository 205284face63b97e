"""The folder's pictures: which are used, and their pseudo-masks as training cases in a temporary folder."""

from __future__ import annotations

import math
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from unet_desktop import files
from unet_desktop.engine.data.colour_transfer import Colours, measure_colours
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.inference.prototype import CropPrototype
from unet_desktop.engine.inference.pseudo_mask import PseudoMask, crop_square, make_pseudo_mask
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.errors import ImageError, UserError, WriteError
from unet_desktop.images.crop import Square, extract
from unet_desktop.images.listing import find_images
from unet_desktop.images.read import read_image
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask, write_mask
from unet_desktop.masks.regions import Mask
from unet_desktop.plurals import quantity
from unet_desktop.tasks.adapt.settings import MIN_PICTURES
from unet_desktop.tasks.events import ItemDone

_MIN_AGREEMENT = {"located": 0.95, "inside": 0.85}
"""Dice that the views must reach with their mean, of the location label and of those inside it."""
_MIN_SOLIDITY = 0.95
"""Of the location label; of 18 pictures of REFUGE the discs found fill 0.97 of their hulls, those found badly 0.93."""
_KNOWN = 16
_REFERENCES = 6
"""Training pictures that say what crops look like, and those whose colours the pictures are seen in."""
_COLOUR_SIDE = 128
_MIN_DISTANCE, _FARTHER = 0.025, 2.5
"""How far from the training crops, and how many times farther than the farthest of them, a crop may be.

With a model of 40 Drishti-GS1 photographs these are up to 0.010 away, REFUGE's up to 0.016, and drawings, cells and
texts, in which a model that finds one disc in each picture finds one too, from 0.032 on.
"""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, eq=False)
class PseudoCase:
    """A picture with its pseudo-mask.

    Attributes:
        sample: picture and mask for training; its prediction is the model's plain one.
        colours: around its location label.
    """

    sample: Sample
    colours: Colours


@dataclass(frozen=True, slots=True, eq=False)
class KnownCrops:
    """What crops of the training cases look like to the model.

    Attributes:
        colours: of a few of them.
        prototype: of their features; None if they have none.
        limit: the distance from it that a crop may have.
    """

    colours: Sequence[Colours]
    prototype: CropPrototype | None
    limit: float

    def resembles(self, segmenter: Segmenter, pixels: NDArray[np.uint8], mask: Mask) -> bool:
        """Whether the crop around what an (H, W) uint8 mask shows in a picture is like those."""
        square = crop_square(mask, segmenter)
        if square is None or self.prototype is None:
            return square is not None
        return self.prototype.distance(segmenter.crop_features(pixels, square)) <= self.limit


@dataclass(frozen=True, slots=True)
class Examined:
    """The pictures that were examined.

    Attributes:
        cases: those with a pseudo-mask.
        left_out: how many were left out, with or without a problem.
    """

    cases: tuple[PseudoCase, ...]
    left_out: int


def choose_pictures(folder: Path, most: int) -> tuple[list[Path], int]:
    """Return at most that many of the folder's pictures, spread evenly, and how many it holds.

    Raises:
        ImageError: the folder cannot be read or holds too few.
    """
    found = find_images(folder)
    if len(found) < MIN_PICTURES:
        raise ImageError(
            f"{folder} holds only {quantity(len(found), 'picture')}; adapting needs at least {MIN_PICTURES} to learn "
            "what they have in common. Add pictures, or correct these and train."
        )
    return spread(found, most), len(found)


def spread(items: Sequence[Item], most: int) -> list[Item]:
    """At most that many of the items, spread evenly, in order."""
    if len(items) <= most:
        return list(items)
    return [items[int(place)] for place in np.linspace(0, len(items) - 1, most).round()]


def measure_known(segmenter: Segmenter, samples: Sequence[Sample]) -> KnownCrops:
    """What the crops of training cases look like to the model; a few cases are read.

    Raises:
        ImageError, MaskError: a file cannot be read.
    """
    colours, features = [], []
    for sample in spread(samples, _KNOWN):
        pixels, mask = read_pair(sample, segmenter.header.labels)
        square = crop_square(mask, segmenter)
        if square is not None:
            colours.append(crop_colours(pixels, square))
            features.append(segmenter.crop_features(pixels, square))
    prototype = CropPrototype.fit(np.stack(features)) if features else None
    if prototype is None:
        return KnownCrops(colours, None, math.inf)
    farthest = max(prototype.distance(one) for one in features)
    return KnownCrops(spread(colours, _REFERENCES), prototype, max(_MIN_DISTANCE, _FARTHER * farthest))


def examine_pictures(
    segmenter: Segmenter,
    paths: Sequence[Path],
    known: KnownCrops,
    corrected: Collection[str],
    folder: Path,
) -> Generator[ItemDone, None, Examined]:
    """Make pseudo-masks of the pictures; an item with a problem is left out.

    Args:
        segmenter: the model to adapt.
        paths: the pictures.
        known: from `measure_known`.
        corrected: SHA-256 of pictures that have human masks in the project.
        folder: temporary, for the masks.

    Raises:
        WriteError: a mask cannot be written.
    """
    cases: list[PseudoCase] = []
    generator = np.random.default_rng(0)
    for number, path in enumerate(paths, 1):
        problem = note = ""
        try:
            if files.sha256(path) in corrected:
                note = "Left out: the project has a human mask of it."
            else:
                pixels = read_image(path).pixels
                made = make_pseudo_mask(segmenter, pixels, known.colours, generator)
                problem = describe_doubt(path, made, segmenter.header.labels)
                if made is not None and not problem and not known.resembles(segmenter, pixels, made.whole):
                    problem = f"{path.name} is left out: it does not look like the project's pictures."
                if made is not None and not problem:
                    cases.append(_write_case(folder, number, path, made, segmenter.header.labels))
        except WriteError:
            raise
        except UserError as error:
            problem = str(error)
        yield ItemDone(path.name, number, len(paths), problem=problem, note=note)
    return Examined(tuple(cases), len(paths) - len(cases))


def describe_doubt(path: Path, made: PseudoMask | None, labels: LabelSet) -> str:
    """Why the picture is not learned from, as a sentence; empty if it is."""
    located = labels.location_label()
    name = "label" if located is None else located.name
    if made is None or not made.whole.any():
        return f"{path.name} is left out: no {name} was found in it."
    for label in labels:
        wanted = _MIN_AGREEMENT["located" if label == located else "inside"]
        dented = label == located and made.solidity[label.name] < _MIN_SOLIDITY
        if dented or made.agreement[label.name] < wanted:
            return f"{path.name} is left out: the model is unsure of its {label.name}."
    return ""


def _write_case(folder: Path, number: int, path: Path, made: PseudoMask, labels: LabelSet) -> PseudoCase:
    mask, prediction = folder / f"{number}.png", folder / f"{number}.whole.png"
    write_mask(mask, made.mask, labels, flush=False)
    write_mask(prediction, made.whole, labels, flush=False)
    return PseudoCase(Sample(f"{path.name} (unlabelled)", path, mask, prediction=prediction), made.colours)


def crop_colours(pixels: NDArray[np.uint8], square: Square) -> Colours:
    """The colours of a square of an (H, W, 3) uint8 picture."""
    return measure_colours(extract(pixels, square, _COLOUR_SIDE))


def read_pair(sample: Sample, labels: LabelSet) -> tuple[NDArray[np.uint8], Mask]:
    """The sample's (H, W, 3) uint8 picture and (H, W) uint8 mask."""
    pixels = read_image(sample.image).pixels
    return pixels, read_mask(sample.mask, labels, (pixels.shape[0], pixels.shape[1]))
