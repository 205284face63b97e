"""Random variants of training examples: what the networks see of them in one step, different each time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.data.augment import (
    AugmentationRange,
    add_atrophy,
    add_border,
    add_distractors,
    random_surround,
    recolour,
    resize_cup,
    warp,
)
from unet_desktop.engine.data.training_example import TrainingExample
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.images.crop import Square
from unet_desktop.masks.regions import Mask

_BEND = 1 / 64
"""Of crops, see `AugmentationRange`: 4 pixels of 256.

Effect on another camera: docs/experiments/2026-11-26-bent-crops.md.
"""
_CLOSE_UP_SHARE = 0.5
"""Of the variants from which the locating network learns: as a photograph of the disc alone shows it."""
_FRAMED_SHARE = 0.3
"""Of all variants: those cut off by a border, as photographs and crops are that end near the disc."""
_RESIZED_CUPS = 0.5
"""Of the crops, those whose cup is made smaller or larger."""
_CLOSE_UP = AugmentationRange(rotation=30.0, smaller=0.5, larger=2.0, shift=0.3, flip_vertical=True, reflect=False)
_WHOLE = AugmentationRange(rotation=30.0, smaller=0.4, larger=1.6, shift=0.3, flip_vertical=True, reflect=False)


def augmentation_range(spec: NetworkSpec, config: TrainConfig) -> AugmentationRange:
    """How far geometric augmentation goes for that network."""
    if spec.framing == "patches":
        return AugmentationRange(rotation=180.0, smaller=0.8, larger=1.25, shift=0.0, flip_vertical=True, reflect=True)
    if spec.framing == "crop":
        jitter = config.crop_jitter
        return AugmentationRange(
            rotation=30.0,
            smaller=math.exp(-2 * jitter),
            larger=math.exp(2 * jitter),
            shift=jitter,
            flip_vertical=True,
            reflect=False,
            bend=_BEND,
        )
    return _WHOLE


def augment_example(
    example: TrainingExample, spec: NetworkSpec, config: TrainConfig, generator: np.random.Generator
) -> tuple[NDArray[np.uint8], Mask, NDArray[np.uint8]]:
    """A random variant: (size, size, 3) uint8 picture, its mask, and where it was corrected; (size, size) uint8."""
    locating = example.close_up is not None
    reach = augmentation_range(spec, config)
    outside = example.surround
    if example.close_up is not None and config.augmentation > 0.0 and generator.random() < _CLOSE_UP_SHARE:
        example, reach = example.close_up, _CLOSE_UP
        outside = random_surround(example.picture, generator)
    square = example.square
    if spec.framing == "patches":
        square = _random_patch(example, spec.size, generator)
    corrected = np.zeros_like(example.mask) if example.corrected is None else example.corrected
    picture, planes = warp(
        example.picture,
        np.dstack([example.mask, corrected]),
        square,
        spec.size,
        reach,
        config.augmentation,
        generator,
        outside,
    )
    if example.nested is not None and config.augmentation > 0.0 and generator.random() < _RESIZED_CUPS:
        picture, planes = resize_cup(picture, planes, *example.nested, generator)
    mask, corrected = planes[..., 0], planes[..., 1]
    if (spec.framing == "crop" or locating) and config.augmentation > 0.0:
        picture = add_atrophy(picture, mask, generator)
    if spec.framing == "whole" and config.augmentation > 0.0:
        picture = add_distractors(picture, mask, generator)
    picture = recolour(picture, config.augmentation, generator)
    if spec.framing != "patches" and config.augmentation > 0.0 and generator.random() < _FRAMED_SHARE:
        picture, mask = add_border(picture, mask, generator)
    return picture, mask, corrected


def _random_patch(example: TrainingExample, size: int, generator: np.random.Generator) -> Square:
    """A square of `size` pixels inside the example, or around it where the example is smaller."""
    height, width = example.mask.shape
    x, y = (
        length / 2 if length <= size else float(generator.uniform(size / 2, length - size / 2))
        for length in (width, height)
    )
    return Square(x, y, float(size))
