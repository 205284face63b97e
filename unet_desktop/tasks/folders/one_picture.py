"""One picture to all that is written of it: the same function for window, terminal and cluster."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from unet_desktop import __version__, files
from unet_desktop.engine.segmenter import Prediction, Segmenter
from unet_desktop.images.read import Image, read_image
from unet_desktop.masks.file import encode_mask
from unet_desktop.masks.overlay import encode_jpeg, outlined
from unet_desktop.masks.trust import UNFAMILIAR
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.measurement_table import measurements, trust_columns


@dataclass(frozen=True, slots=True)
class Segmented:
    """What came of one picture.

    Attributes:
        row: of the table: column to text, number or truth value. All but "seconds" follow from picture and model.
        files: where below the output folder (with slashes), and the content, which follows from picture and model.
    """

    row: dict[str, object]
    files: tuple[tuple[str, bytes], ...]


def segment_picture(segmenter: Segmenter, picture: Picture, outputs: Outputs) -> Segmented:
    """Decode, segment, measure, encode; nothing is written.

    Raises:
        ImageError: the picture cannot be read.
    """
    started = time.perf_counter()
    image = read_image(picture.path, picture.page)
    prediction = segmenter.segment(image.pixels)
    row = _row(segmenter, picture, outputs, image, prediction)
    written = tuple(_files(segmenter, picture, outputs, image, prediction))
    return Segmented(row | {"seconds": round(time.perf_counter() - started, 3)}, written)


def _files(
    segmenter: Segmenter, picture: Picture, outputs: Outputs, image: Image, prediction: Prediction
) -> Iterator[tuple[str, bytes]]:
    labels = segmenter.header.labels
    if outputs.masks:
        yield f"masks/{picture.name}.png", encode_mask(prediction.mask, labels)
    if outputs.overlays:
        yield f"overlays/{picture.name}.jpg", encode_jpeg(outlined(image.pixels, prediction.mask, labels))


def _row(
    segmenter: Segmenter, picture: Picture, outputs: Outputs, image: Image, prediction: Prediction
) -> dict[str, object]:
    height, width = prediction.mask.shape
    return (
        {"image": picture.relative}
        | ({"mask": f"masks/{picture.name}.png"} if outputs.masks else {})
        | {"height_px": height, "width_px": width, "found": prediction.found}
        | {"confidence": round(prediction.confidence, 4)}
        | measurements(prediction.mask, segmenter.header.labels)
        | trust_columns(prediction.trust)
        | {
            "note": " ".join(filter(None, (image.note, UNFAMILIAR if prediction.trust.unfamiliar else ""))),
            "sha256": files.sha256(picture.path),
            "model": segmenter.header.weights_sha256[:16],
            "program": f"U-Net Desktop {__version__}",
        }
    )
