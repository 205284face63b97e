"""Masks against masks: Dice, IoU, boundary distance and vCDR error, per picture and on the mean."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unet_desktop import files
from unet_desktop.errors import MaskError, UserError
from unet_desktop.images.listing import natural_key
from unet_desktop.labels import LabelSet
from unet_desktop.masks.agreement import boundary_distance, dice, iou
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.measure import cup_to_disc
from unet_desktop.masks.regions import Mask, annotated, region
from unet_desktop.tasks.events import ItemDone, Written
from unet_desktop.tasks.measurement_table import table_text


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The means over all pictures; a figure that no picture has is absent."""

    pictures: int
    means: Mapping[str, float]


def evaluate(
    predictions: Path, references: Path, labels: LabelSet, *, table: Path | None = None
) -> Iterator[ItemDone | Written | Evaluated]:
    """Compare each mask of one folder with the mask of the same name in another.

    Args:
        predictions: folder of indexed PNG masks.
        references: folder of indexed PNG masks, taken as true.
        labels: of both.
        table: CSV file to write, a row a picture, or None.

    Raises:
        MaskError: before the first event, when no names meet.
    """
    names = _common_names(predictions, references)
    rows: list[dict[str, object]] = []
    figures: list[Mapping[str, float]] = []
    for done, name in enumerate(names, 1):
        try:
            reference = read_mask(references / name, labels)
            prediction = read_mask(predictions / name, labels, (reference.shape[0], reference.shape[1]))
            found = compare(prediction, reference, labels)
            figures.append(found)
            rows.append({"mask": name} | {key: round(value, 5) for key, value in found.items()})
            yield ItemDone(name, done, len(names))
        except UserError as error:
            yield ItemDone(name, done, len(names), problem=str(error))
    if table is not None:
        files.write_text(table, table_text(rows))
        yield Written("table", table)
    yield Evaluated(len(figures), mean_figures(figures))


def compare(prediction: Mask, reference: Mask, labels: LabelSet) -> dict[str, float]:
    """Figures of one picture, by name; what is not annotated in the reference is left out of all overlaps."""
    figures: dict[str, float] = {}
    judged = annotated(reference)
    for label in labels:
        ours, theirs = (region(mask, labels, label) & judged for mask in (prediction, reference))
        figures[f"dice/{label.name}"] = dice(ours, theirs)
        figures[f"iou/{label.name}"] = iou(ours, theirs)
        distance = boundary_distance(ours, theirs)
        if not math.isnan(distance):
            figures[f"boundary_px/{label.name}"] = distance
    ratios = [cup_to_disc(mask, labels) for mask in (prediction, reference)]
    if ratios[0] is not None and ratios[1] is not None:
        error = abs(ratios[0].vertical - ratios[1].vertical)
        if not math.isnan(error):
            figures["vcdr_error"] = error
    return figures


def mean_figures(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each figure over the pictures that have it."""
    names = dict.fromkeys(name for row in figures for name in row)
    return {name: float(np.mean([row[name] for row in figures if name in row])) for name in names}


def _common_names(predictions: Path, references: Path) -> list[str]:
    for folder in (predictions, references):
        if not folder.is_dir():
            raise MaskError(f"{folder} is not a folder of masks. Check the path.")
    ours, theirs = ({path.name for path in folder.glob("*.png")} for folder in (predictions, references))
    if not ours & theirs:
        raise MaskError(f"No mask in {predictions} has the name of one in {references}. Choose matching folders.")
    return sorted(ours & theirs, key=natural_key)
