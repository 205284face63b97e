"""Compare: the metrics of a mask against the reference mask, and their mean over images; used everywhere.

Metrics are named "dice/<label>", "iou/<label>", "dice", "iou" (means over the labels), "true_absent/<label>",
"boundary_px/<label>", "boundary_share/<label>", "boundary_max_px/<label>" and "vcdr_error".

Overlap is measured only where the reference shows the label; where it does not, "true_absent" says whether the other
mask leaves it out too. Sources: Maier-Hein et al. 2024, "Metrics reloaded: recommendations for image analysis
validation", Nature Methods 21, pp. 195-212; on empty references, Reinke et al. 2024, "Understanding metric-related
pitfalls in image analysis validation", Nature Methods 21, pp. 182-194, extended data figure 2b.
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
    predicted: Mask, truth: Mask, labels: LabelSet, *, boundaries: bool = False, max_distance: bool = False
) -> Metrics:
    """Return Dice and IoU of each region, their means, and the absolute vCDR error of one image.

    Only the largest piece of a unique label counts. A label absent from the truth has no Dice and IoU, but
    "true_absent": 1 if it is absent from the prediction too, 0 for a false positive. Pixels not annotated in either
    mask are ignored; "true_absent", vCDR and boundary distances need two fully annotated masks. In a partly annotated
    mask every stroke counts. A disc that was not found has vCDR 0.

    Args:
        predicted: (H, W) uint8, by a network or another reader.
        truth: (H, W) uint8.
        labels: the labels whose regions are compared.
        boundaries: add the 95 % Hausdorff distance, in pixels and relative to the height of the disc (the label to
            locate); absent if either region is empty.
        max_distance: with `boundaries`, also add the maximum distance, in pixels.
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
    for name, ours, theirs in planes:
        if (real := theirs & annotated).any():
            metrics[f"dice/{name}"] = dice(ours & annotated, real)
            metrics[f"iou/{name}"] = iou(ours & annotated, real)
        elif whole:
            metrics[f"true_absent/{name}"] = 0.0 if ours.any() else 1.0
    metrics |= mean_over_labels(metrics)
    if not whole:
        return metrics
    true_ratio, found = (cup_to_disc(mask, labels) for mask in (truth, predicted))
    if true_ratio is not None and found is not None and not math.isnan(true_ratio.vertical):
        metrics["vcdr_error"] = abs((0.0 if math.isnan(found.vertical) else found.vertical) - true_ratio.vertical)
    if boundaries:
        metrics |= _compare_boundaries(planes, labels, max_distance=max_distance)
    return metrics


def _compare_boundaries(
    planes: Sequence[tuple[str, Region, Region]], labels: LabelSet, *, max_distance: bool
) -> Metrics:
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
            if max_distance:
                metrics[f"boundary_max_px/{name}"] = hausdorff_distance(ours, theirs, 100.0)
    return metrics


def mean_over_labels(metrics: Mapping[str, float]) -> Metrics:
    """Return "dice" and "iou", the means over the labels that have them; nothing where none has."""
    means: Metrics = {}
    for kind in ("dice", "iou"):
        values = [value for name, value in metrics.items() if name.startswith(f"{kind}/")]
        means |= {kind: sum(values) / len(values)} if values else {}
    return means


def drop_labels(metrics: Metrics, unknown: Collection[Label], labels: LabelSet) -> Metrics:
    """Return the metrics without those of labels of which the reference says nothing."""
    names = {label.name for label in unknown}
    left = {name: value for name, value in metrics.items() if name.partition("/")[2] not in names}
    if len(left) < len(metrics):
        left = {name: value for name, value in left.items() if name not in ("dice", "iou")}
        left |= mean_over_labels(left)
    return without_ratio_of_absent(left, unknown, labels)


def without_ratio_of_absent(metrics: Metrics, absent: Collection[Label], labels: LabelSet) -> Metrics:
    """Return the metrics without the vCDR error if its cup or disc occurs in none of the reference masks.

    It would only measure how large a false positive is.
    """
    if set(absent).isdisjoint(cup_and_disc(labels) or ()):
        return metrics
    return {name: value for name, value in metrics.items() if name != "vcdr_error"}


def overlap_or_absence(metrics: Mapping[str, float]) -> Metrics:
    """Return each label's Dice, or 1 or 0 for a label that is absent from the truth, by its name.

    This orders images and epochs by how good they are, false positives included; it is never reported as Dice.
    """
    kinds = {"dice", "true_absent"}
    split = ((*name.partition("/"), value) for name, value in metrics.items())
    return {label: value for kind, _, label, value in split if kind in kinds and label}


def picture_score(metrics: Mapping[str, float]) -> float | None:
    """Return the mean of `overlap_or_absence`, 0..1; None if the image has neither."""
    values = overlap_or_absence(metrics).values()
    return sum(values) / len(values) if values else None


def selection_score(pictures: Iterable[Mapping[str, float]], absent: Collection[Label]) -> float:
    """Return by which to choose among models: `overlap_or_absence`, mean over images, then over labels, 0..1.

    Labels that are `absent` from all images are left out: a model that finds nothing would be best. 0 if none is left.
    """
    names = {label.name for label in absent}
    means = mean_metrics(overlap_or_absence(metrics) for metrics in pictures)
    left = [value for name, value in means.items() if name not in names]
    return sum(left) / len(left) if left else 0.0


def mean_metrics(pictures: Iterable[Mapping[str, float]]) -> Metrics:
    """Return the mean of each metric over the images that have it."""
    collected: dict[str, list[float]] = {}
    for metrics in pictures:
        for name, value in metrics.items():
            collected.setdefault(name, []).append(value)
    return {name: sum(values) / len(values) for name, values in collected.items()}
