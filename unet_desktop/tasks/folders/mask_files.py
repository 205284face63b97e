"""The files that are written of one mask, whoever made it: masks, regions, overlays, contours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from unet_desktop.formats.coco import COCO_PARTS, encode_coco
from unet_desktop.formats.geojson import encode_geojson
from unet_desktop.formats.labelme import encode_labelme
from unet_desktop.images.box import bounding_box
from unet_desktop.images.read import Image
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import encode_mask
from unet_desktop.masks.overlay import draw_outlines, encode_jpeg
from unet_desktop.masks.regions import Mask
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.region_files import region_files


def mask_files(
    picture: Picture,
    outputs: Outputs,
    folder: Path,
    image: Image,
    mask: Mask,
    labels: LabelSet,
    *,
    embed: bool = False,
) -> Iterator[tuple[str, bytes]]:
    """Yield (path below the output folder, content) of each file that is asked for.

    Args:
        picture: what tables and files call it, and where contours of labelme look for it.
        outputs: what to write.
        folder: the output folder, from which files refer to the picture.
        image: as decoded.
        mask: (H, W) uint8.
        labels: of the mask.
        embed: embed the picture in labelme's files, which then do not say where it is.
    """
    name = picture.name
    if outputs.masks:
        yield f"masks/{name}.png", encode_mask(mask, labels)
    if outputs.regions:
        yield from region_files(name, mask, labels)
    if outputs.overlays:
        yield f"overlays/{name}.jpg", encode_jpeg(draw_outlines(image.pixels, mask, labels))
    if not outputs.contours:
        return
    box = bounding_box(mask)
    if "geojson" in outputs.contours:
        yield f"contours/geojson/{name}.geojson", encode_geojson(picture.relative, mask, box, labels)
    if "coco" in outputs.contours:
        yield f"{COCO_PARTS}/{name}.json", encode_coco(picture.relative, mask, box, labels)
    if "labelme" in outputs.contours:
        where = f"contours/labelme/{name}.json"
        page = picture.page
        yield (
            where,
            encode_labelme(picture.path, image, mask, box, labels, target=folder / where, page=page, embed=embed),
        )
