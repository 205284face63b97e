"""Compare: the metrics of a mask against the reference mask, and their mean over images; used everywhere.

Metrics are named "dice/<label>", "iou/<label>", "dice", "iou" (means over the labels), "boundary_px/<label>",
"boundary_share/<label>", "boundary_max_px/<label>" and "vcdr_error".
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.measure import cup_and_disc, cup_to_disc, measure_extent
from unet_desktop.masks.regions import Mask, Region, is_annotated, region


def dice(first: Region, second: Region) -> float:
    """Return the Dice coefficient 2|A∩B| / (|A|+|B|), 0..1, of two (H, W) bool planes; 1 if both are empty.

    Source: Dice 1945, "Measures of the amount of ecologic association between species", Ecology 26(3), p. 298.
    """
    total = int(np.count_nonzero(first)) + int(np.count_nonzero(second))
    return 1.0 if total == 0 else 2.0 * int(np.count_nonzero(first & second)) / total


def iou(first: Region, second: Region) -> float:
    """Return the intersection over union |A∩B| / |A∪B|, 0..1, of two (H, W) bool planes; 1 if both are empty.

    Source: Jaccard 1912, "The distribution of the flora in the alpine zone", New Phytologist 11(2), p. 39.
    """
    union = int(np.count_nonzero(first | second))
    return 1.0 if union == 0 else int(np.count_nonzero(first & second)) / union


def hausdorff_distance(first: Region, second: Region, percentile: float = 95.0) -> float:
    """Return the symmetric percentile Hausdorff distance of two (H, W) bool planes in pixels; NaN if either is empty.

    It is the larger of the two directed percentiles of Euclidean distances from one boundary to the other.
    Source: Huttenlocher, Klanderman, Rucklidge 1993, IEEE PAMI 15(9), pp. 850-863.
    """
    box = bounding_box(first | second)
    if not first.any() or not second.any():
        return float("nan")
    # Both planes are empty outside this box, and a disc covers little of its image.
    edges = (_boundary(first[box.slices]), _boundary(second[box.slices]))
    to_first, to_second = (_distance_to(edge) for edge in edges)
    return float(max(np.percentile(to_second[edges[0]], percentile), np.percentile(to_first[edges[1]], percentile)))


def _distance_to(edge: Region) -> NDArray[np.float32]:
    """Return each pixel's exact Euclidean distance to the edge; OpenCV's 5x5 approximation would be 1 % off."""
    away = cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away, np.float32)


def _boundary(plane: Region) -> NDArray[np.bool_]:
    """Return the pixels of the plane that touch its outside; beyond the image border counts as outside."""
    padded = np.pad(plane.astype(np.uint8), 1)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    edge: Region = plane & (inner == 0)
    return edge


Metrics = dict[str, float]
"""Metric name to value; what could not be measured is absent, never NaN."""


def compare_masks(
    predicted: Mask, truth: Mask, labels: LabelSet, *, boundaries: bool = False, greatest: bool = False
) -> Metrics:
    """Return Dice and IoU of each region, their means, and the absolute vCDR error of one image.

    Only the largest piece of a unique label counts. Pixels not annotated in either mask are ignored in Dice and IoU;
    vCDR and boundary distances need two fully annotated masks. In a partly annotated mask every stroke counts, and a
    label absent from the truth has no metric. A disc that was not found has vCDR 0.

    Args:
        predicted: (H, W) uint8, by a network or another reader.
        truth: (H, W) uint8.
        labels: the labels whose regions are compared.
        boundaries: add the 95 % Hausdorff distance, in pixels and relative to the height of the disc (the label to
            locate); absent if either region is empty.
        greatest: with `boundaries`, also add the maximum distance, in pixels.
    """
    sure = is_annotated(predicted)
    annotated = is_annotated(truth) & sure
    whole = bool(annotated.all())
    metrics: Metrics = {}
    if whole and not (box := bounding_box((predicted | truth) > 0)).empty:  # both masks are empty outside it
        predicted, truth, annotated = predicted[box.slices], truth[box.slices], annotated[box.slices]
    predicted = tidy(predicted, labels, fill=False) if whole or sure.all() else predicted
    truth = tidy(truth, labels, fill=False) if whole else truth
    planes = [(label.name, region(predicted, labels, label), region(truth, labels, label)) for label in labels]
    shown = [plane for plane in planes if whole or plane[2].any()]
    for name, ours, theirs in shown:
        metrics[f"dice/{name}"] = dice(ours & annotated, theirs & annotated)
        metrics[f"iou/{name}"] = iou(ours & annotated, theirs & annotated)
    for kind in ("dice", "iou") if shown else ():
        metrics[kind] = sum(metrics[f"{kind}/{name}"] for name, _, _ in shown) / len(shown)
    if not whole:
        return metrics
    real, found = (cup_to_disc(mask, labels) for mask in (truth, predicted))
    if real is not None and found is not None and not math.isnan(real.vertical):
        metrics["vcdr_error"] = abs((0.0 if math.isnan(found.vertical) else found.vertical) - real.vertical)
    if boundaries:
        metrics |= _compare_boundaries(planes, labels, greatest=greatest)
    return metrics


def _compare_boundaries(planes: Sequence[tuple[str, Region, Region]], labels: LabelSet, *, greatest: bool) -> Metrics:
    metrics: Metrics = {}
    located = labels.location_label()
    heights = {name: measure_extent(theirs).height for name, _, theirs in planes}
    height = heights[located.name] if located is not None else 0
    for name, ours, theirs in planes:
        distance = hausdorff_distance(ours, theirs)
        if not math.isnan(distance):
            metrics[f"boundary_px/{name}"] = distance
            if height:
                metrics[f"boundary_share/{name}"] = distance / height
            if greatest:
                metrics[f"boundary_max_px/{name}"] = hausdorff_distance(ours, theirs, 100.0)
    return metrics


def drop_labels(metrics: Metrics, absent: Collection[Label], labels: LabelSet) -> Metrics:
    """Return the metrics without those of labels that occur in none of the reference masks.

    Predicting nothing of them would count as perfect in every image and raise the means over the labels.
    """
    names = {label.name for label in absent}
    left = {name: value for name, value in metrics.items() if name.partition("/")[2] not in names}
    if len(left) < len(metrics):
        for kind in ("dice", "iou"):
            values = [value for name, value in left.items() if name.startswith(f"{kind}/")]
            left.pop(kind, None)
            left |= {kind: sum(values) / len(values)} if values else {}
    if not names.isdisjoint(label.name for label in cup_and_disc(labels) or ()):
        left.pop("vcdr_error", None)
    return left


def mean_metrics(pictures: Iterable[Mapping[str, float]]) -> Metrics:
    """Return the mean of each metric over the images that have it."""
    collected: dict[str, list[float]] = {}
    for metrics in pictures:
        for name, value in metrics.items():
            collected.setdefault(name, []).append(value)
    return {name: sum(values) / len(values) for name, values in collected.items()}
