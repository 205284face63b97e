"""One picture's mask against the true one, in figures, and the mean of many; the same everywhere.

Figures are named "dice/<label>", "iou/<label>", "dice", "iou" (means over the labels), "boundary_px/<label>",
"boundary_share/<label>", "boundary_max_px/<label>" and "vcdr_error".
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from unet_desktop.images.box import bounds
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.agreement import boundary_distance, dice, iou
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.measure import cup_and_disc, cup_to_disc, extent
from unet_desktop.masks.regions import Mask, Region, annotated, region

Figures = dict[str, float]
"""Name to value; what could not be measured is absent, never NaN."""


def compare(
    predicted: Mask, truth: Mask, labels: LabelSet, *, boundaries: bool = False, greatest: bool = False
) -> Figures:
    """Dice and IoU of each region and their means, and the vCDR's error, of one picture.

    Of labels that a picture holds one of, the largest piece counts. Pixels that are not annotated in either mask
    count in no overlap; vCDR and boundaries need fully annotated masks. In one that is annotated in part each
    stroke counts, and a label that the truth does not show then has no figure. A disc that was not found has vCDR 0.

    Args:
        predicted: (H, W) uint8; a network's, or another reader's.
        truth: (H, W) uint8.
        labels: whose regions are compared.
        boundaries: also the boundary's distance, in pixels and as a share of the located label's height (the disc's);
            absent where either region is empty.
        greatest: with the boundaries also the greatest distance, in pixels.
    """
    sure = annotated(predicted)
    judged = annotated(truth) & sure
    whole = bool(judged.all())
    figures: Figures = {}
    if whole and not (box := bounds((predicted | truth) > 0)).empty:  # nothing that is compared lies outside
        predicted, truth, judged = predicted[box.slices], truth[box.slices], judged[box.slices]
    predicted = tidy(predicted, labels, fill=False) if whole or sure.all() else predicted
    truth = tidy(truth, labels, fill=False) if whole else truth
    planes = [(label.name, region(predicted, labels, label), region(truth, labels, label)) for label in labels]
    shown = [plane for plane in planes if whole or plane[2].any()]
    for name, ours, theirs in shown:
        figures[f"dice/{name}"] = dice(ours & judged, theirs & judged)
        figures[f"iou/{name}"] = iou(ours & judged, theirs & judged)
    for kind in ("dice", "iou") if shown else ():
        figures[kind] = sum(figures[f"{kind}/{name}"] for name, _, _ in shown) / len(shown)
    if not whole:
        return figures
    real, found = (cup_to_disc(mask, labels) for mask in (truth, predicted))
    if real is not None and found is not None and not math.isnan(real.vertical):
        figures["vcdr_error"] = abs((0.0 if math.isnan(found.vertical) else found.vertical) - real.vertical)
    if boundaries:
        figures |= _boundaries(planes, labels, greatest=greatest)
    return figures


def _boundaries(planes: Sequence[tuple[str, Region, Region]], labels: LabelSet, *, greatest: bool) -> Figures:
    figures: Figures = {}
    located = labels.located()
    heights = {name: extent(theirs).height for name, _, theirs in planes}
    height = heights[located.name] if located is not None else 0
    for name, ours, theirs in planes:
        distance = boundary_distance(ours, theirs)
        if not math.isnan(distance):
            figures[f"boundary_px/{name}"] = distance
            if height:
                figures[f"boundary_share/{name}"] = distance / height
            if greatest:
                figures[f"boundary_max_px/{name}"] = boundary_distance(ours, theirs, 100.0)
    return figures


def without(figures: Figures, undrawn: Collection[Label], labels: LabelSet) -> Figures:
    """The figures but for those of labels that none of the true masks shows.

    Finding nothing of them would count as perfect in every picture, and raise the means over the labels.
    """
    names = {label.name for label in undrawn}
    left = {name: value for name, value in figures.items() if name.partition("/")[2] not in names}
    if len(left) < len(figures):
        for kind in ("dice", "iou"):
            values = [value for name, value in left.items() if name.startswith(f"{kind}/")]
            left.pop(kind, None)
            left |= {kind: sum(values) / len(values)} if values else {}
    if not names.isdisjoint(label.name for label in cup_and_disc(labels) or ()):
        left.pop("vcdr_error", None)
    return left


def mean(pictures: Iterable[Mapping[str, float]]) -> Figures:
    """The mean over pictures of each figure, over those that have it."""
    collected: dict[str, list[float]] = {}
    for figures in pictures:
        for name, value in figures.items():
            collected.setdefault(name, []).append(value)
    return {name: sum(values) / len(values) for name, values in collected.items()}
