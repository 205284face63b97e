"""Segment one picture and make everything that is written for it; window, terminal and cluster share this."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unet_desktop import files
from unet_desktop.engine.inference.segmenter import Prediction, Segmenter
from unet_desktop.engine.inference.stereo import segment_box, segment_clearer
from unet_desktop.errors import ImageError, UserError
from unet_desktop.formats.dicom_seg import SUFFIX, SourceModel, dicom_segmentation
from unet_desktop.images.box import Box
from unet_desktop.images.read import Image, read_image
from unet_desktop.images.stereo import find_halves
from unet_desktop.tasks.folders.flags import StereoNote
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.mask_files import mask_files
from unet_desktop.tasks.folders.outcome import Outcome, Problem, Segmented
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.region_files import probability_files
from unet_desktop.tasks.folders.row import identity_columns, measurement_columns, origin_columns, read_file_facts

log = logging.getLogger("unet.tasks")


def try_picture(segmenter: Segmenter, picture: Picture, outputs: Outputs, folder: Path) -> Outcome:
    """Segment a picture; whatever goes wrong becomes a `Problem`, so that it does not stop the rest."""
    try:
        return segment_picture(segmenter, picture, outputs, folder)
    except UserError as error:
        return Problem(str(error))
    except Exception as error:
        log.exception("%s could not be segmented", picture.path)
        return Problem(
            f"{picture.path} could not be segmented ({type(error).__name__}: {error}). The log has the details."
        )


def segment_picture(segmenter: Segmenter, picture: Picture, outputs: Outputs, folder: Path) -> Segmented:
    """Decode, segment, measure and encode a picture; write nothing.

    Args:
        segmenter: the model.
        picture: to segment.
        outputs: what to make of it.
        folder: the output folder, from which files refer to the picture.

    Raises:
        ImageError: the picture cannot be read.
    """
    started = time.perf_counter()
    image = read_image(picture.path, picture.page)
    prediction, stereo = _segment(segmenter, picture, outputs, image.pixels)
    row = _row(segmenter, picture, outputs, image, prediction, stereo)
    written = tuple(_files(segmenter, picture, outputs, folder, image, prediction))
    if outputs.dicom_seg:
        segmentation, missing = _dicom_segmentation(segmenter, picture, outputs, prediction)
        row["note"] = " ".join(filter(None, (str(row["note"]), missing)))
        written += segmentation
    return Segmented(row | {"seconds": round(time.perf_counter() - started, 3)}, written)


def _segment(
    segmenter: Segmenter, picture: Picture, outputs: Outputs, pixels: NDArray[np.uint8]
) -> tuple[Prediction, StereoNote | None]:
    """Segment all of the picture, or a half of one that shows two photographs.

    Models that look for no structure that is there only once segment all of it.

    Raises:
        ImageError: it no longer has this half.
    """
    located = segmenter.header.labels.location_label()
    halves = find_halves(pixels) if located is not None or picture.half else None
    if picture.half:
        if halves is None or picture.half not in halves.names:
            raise ImageError(f"{picture.path} changed during the run. Start the same run again.")
        area = halves.box(picture.half)
        note = StereoNote(picture.half, area, f"{halves.what}: the {picture.half} half")
        return segment_box(segmenter, pixels, area), note
    if halves is None or located is None:
        return segmenter.segment(pixels), None
    if outputs.stereo == "whole":
        whole = Box(0, 0, pixels.shape[0], pixels.shape[1])
        return segmenter.segment(pixels), StereoNote("", whole, f"{halves.what}, segmented as one picture")
    chosen = segment_clearer(segmenter, pixels, halves)
    phrase = f"{chosen.describe(located.name)}: only the {chosen.name} half was segmented"
    return chosen.prediction, StereoNote(chosen.name, halves.boxes[chosen.index], phrase)


def _files(
    segmenter: Segmenter, picture: Picture, outputs: Outputs, folder: Path, image: Image, prediction: Prediction
) -> Iterator[tuple[str, bytes]]:
    """(path, content) of each file that is asked for."""
    labels = segmenter.header.labels
    yield from mask_files(picture, outputs, folder, image, prediction.mask, labels)
    if outputs.probabilities != "none":
        yield from probability_files(picture.name, prediction, labels, outputs.probabilities)


def _dicom_segmentation(
    segmenter: Segmenter, picture: Picture, outputs: Outputs, prediction: Prediction
) -> tuple[tuple[tuple[str, bytes], ...], str]:
    """(path, content) of the segmentation if there is one, and why a DICOM file has none."""
    origin_columns = SourceModel(segmenter.name, segmenter.header.weights_sha256)
    labels, who = segmenter.header.labels, outputs.identifiers == "keep"
    try:
        content = dicom_segmentation(picture.path, prediction.mask, labels, origin_columns, who=who, page=picture.page)
    except ImageError as error:
        return (), str(error)
    return () if content is None else ((f"dicom_seg/{picture.name}{SUFFIX}", content),), ""


def _row(
    segmenter: Segmenter,
    picture: Picture,
    outputs: Outputs,
    image: Image,
    prediction: Prediction,
    stereo: StereoNote | None,
) -> dict[str, object]:
    return (
        {"image": picture.relative}
        | ({"mask": f"masks/{picture.name}.png"} if outputs.masks else {})
        | identity_columns(picture, outputs)
        | measurement_columns(
            picture, image.pixels, prediction, segmenter.header.labels, read_file_facts(picture, outputs), stereo
        )
        | {"note": " ".join(filter(None, (image.note, picture.name_note)))}
        | origin_columns(segmenter.header, segmenter.name)
        | {"sha256": files.sha256(picture.path)}
    )
