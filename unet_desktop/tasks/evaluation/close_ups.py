"""Close-ups: a picture with both readers' outlines, for the few pictures that a report shows."""

from __future__ import annotations

import logging

from unet_desktop.errors import UserError
from unet_desktop.images.read import read_image
from unet_desktop.masks.regions import regions
from unet_desktop.reports.close_ups import SIDE, draw_close_up
from unet_desktop.reports.document import Card
from unet_desktop.tasks.evaluation.evaluated import Evaluated
from unet_desktop.tasks.evaluation.one_case import Compared

log = logging.getLogger("unet.tasks")

FIRST_COLOUR, SECOND_COLOUR = "#ff4fd8", "#56b4e9"
"""Of the readers' outlines: pink, which no retina has, and sky blue."""


def close_up(evaluated: Evaluated, case: Compared) -> Card:
    """The picture with the outlines; without them where picture or masks are not known or cannot be read any more."""
    lines = [
        f"Dice, {label.name} {case.figures[name]:.3f}"
        for label in evaluated.labels
        if (name := f"dice/{label.name}") in case.figures
    ]
    if "vcdr_error" in case.figures:
        lines.append(f"vCDR error {case.figures['vcdr_error']:.3f}")
    return Card(case.name, _jpeg(evaluated, case), tuple(lines), (SIDE, SIDE))


def _jpeg(evaluated: Evaluated, case: Compared) -> bytes | None:
    if case.picture is None:
        return None
    labels = evaluated.labels
    try:
        pixels = read_image(case.picture).pixels
        masks = [one.read(labels).mask for one in (case.second, case.first)]
    except UserError as error:
        log.warning("%s is not shown in the report: %s", case.name, error)
        return None
    if any(mask.shape != pixels.shape[:2] for mask in masks):
        return None
    outlines = [
        (plane, colour)
        for mask, colour in zip(masks, (SECOND_COLOUR, FIRST_COLOUR), strict=True)
        for plane in regions(mask, labels)
    ]
    return draw_close_up(pixels, outlines, close=any(label.unique for label in labels))
