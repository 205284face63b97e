"""Training cases in the colours of the folder's pictures: true masks on a look of the new camera."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from unet_desktop import files
from unet_desktop.engine.data.colour_transfer import transfer_colours
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.inference.pseudo_mask import crop_square
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.images.opencv import cv2
from unet_desktop.masks.file import write_mask
from unet_desktop.tasks.adapt.pictures import PseudoCase, crop_colours, read_pair
from unet_desktop.tasks.events import ItemDone

_LONGEST = 1400
"""Pixels; a disc of a tenth of the picture's width still fills a network's input."""


def recolour_cases(
    segmenter: Segmenter, samples: Sequence[Sample], cases: Sequence[PseudoCase], folder: Path
) -> Generator[ItemDone, None, list[Sample]]:
    """Write one recoloured training case for each picture of the folder; return those whose mask shows a location.

    Raises:
        WriteError, ImageError, MaskError: a file cannot be written or read.
    """
    labels, made = segmenter.header.labels, []
    for number, case in enumerate(cases):
        sample = samples[number % len(samples)]
        pixels, mask = read_pair(sample, labels)
        scale = min(1.0, _LONGEST / max(mask.shape))
        width, height = (max(1, round(length * scale)) for length in mask.shape[::-1])
        if scale < 1.0:
            pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
            mask = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)
        square = crop_square(mask, segmenter)
        if square is not None:
            picture, path = folder / f"recoloured-{number}.png", folder / f"recoloured-{number}.mask.png"
            recoloured = transfer_colours(pixels, crop_colours(pixels, square), case.colours)
            _, encoded = cv2.imencode(".png", recoloured[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
            files.write_bytes(picture, encoded.tobytes(), flush=False)
            write_mask(path, mask, labels, flush=False)
            name = f"{sample.case_id} (colours of {case.sample.image.name})"
            made.append(replace(sample, case_id=name, image=picture, mask=path, prediction=None, recent=False))
        yield ItemDone(sample.case_id, number + 1, len(cases))
    return made
