"""How far two masks agree: Dice, IoU and the boundary's distance, on boolean planes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import bounds
from unet_desktop.images.opencv import cv2
from unet_desktop.masks.regions import Region


def dice(first: Region, second: Region) -> float:
    """Dice coefficient 2|A∩B| / (|A|+|B|), 0..1; two empty planes agree (1), empty against something is 0.

    Source: Dice 1945, "Measures of the amount of ecologic association between species", Ecology 26(3), p. 298.
    """
    total = int(np.count_nonzero(first)) + int(np.count_nonzero(second))
    return 1.0 if total == 0 else 2.0 * int(np.count_nonzero(first & second)) / total


def iou(first: Region, second: Region) -> float:
    """Intersection over union |A∩B| / |A∪B|, 0..1; two empty planes agree (1).

    Source: Jaccard 1912, "The distribution of the flora in the alpine zone", New Phytologist 11(2), p. 39.
    """
    union = int(np.count_nonzero(first | second))
    return 1.0 if union == 0 else int(np.count_nonzero(first & second)) / union


def boundary_distance(first: Region, second: Region, percentile: float = 95.0) -> float:
    """Symmetric Hausdorff distance in pixels at that percentile; NaN when either plane is empty.

    The larger of the two directed percentiles, each over the pixels of one boundary and their Euclidean
    distance to the other. Source: Huttenlocher, Klanderman, Rucklidge 1993, IEEE PAMI 15(9), pp. 850-863.
    """
    box = bounds(first | second)
    if not first.any() or not second.any():
        return float("nan")
    # Outside this box is nothing of either, and a disc covers little of its picture.
    edges = (_boundary(first[box.slices]), _boundary(second[box.slices]))
    to_first, to_second = (_distance_to(edge) for edge in edges)
    return float(max(np.percentile(to_second[edges[0]], percentile), np.percentile(to_first[edges[1]], percentile)))


def _distance_to(edge: Region) -> NDArray[np.float32]:
    """Each pixel's Euclidean distance to the nearest pixel of the edge; OpenCV's 5x5 mask would be 1 % off."""
    away = cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away, np.float32)


def _boundary(plane: Region) -> NDArray[np.bool_]:
    """Pixels of the plane that touch something else; the picture's border counts as something else."""
    padded = np.pad(plane.astype(np.uint8), 1)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    edge: Region = plane & (inner == 0)
    return edge
