"""Rand error and pixel error of the ISBI 2012 challenge, which measure how well cells are separated.

Definitions: Arganda-Carreras et al. 2015, "Crowdsourcing the creation of image segmentation algorithms for
connectomics", Frontiers in Neuroanatomy 9:142, section "Evaluation metrics": both over all thresholds of the
probability map, the best one counts; the Rand F-score is restricted to the pixels that are cell in the truth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2

THRESHOLDS = np.linspace(0.1, 0.9, 17)


def rand_error(cell: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """1 - the foreground-restricted Rand F-score at the best threshold.

    Args:
        cell: (H, W) probability of cell, 0..1.
        truth: (H, W) True where the truth has a cell.
    """
    return 1.0 - max(rand_f_score(cell >= threshold, truth) for threshold in THRESHOLDS)


def rand_f_score(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Harmonic mean of the Rand split and merge scores of two sets of cells (4-connected), 0..1.

    With p_ij the share of the truth's cell pixels in found cell i and true cell j: Σ p_ij² over Σ (Σ_i p_ij)² and over
    Σ (Σ_j p_ij)². Pixels that lie in no found cell count as membrane, one segment for each of them.
    """
    numbers = [_cells(plane) for plane in (found, truth)]
    ours, theirs = (number[truth].astype(np.int64) for number in numbers)
    lone = ours == 0
    ours[lone] = ours.max(initial=0) + 1 + np.arange(int(lone.sum()))
    _, joint = np.unique(ours * (int(theirs.max(initial=0)) + 1) + theirs, return_counts=True)
    both = float((joint.astype(np.float64) ** 2).sum())
    squares = [float((np.unique(part, return_counts=True)[1].astype(np.float64) ** 2).sum()) for part in (ours, theirs)]
    return 2.0 * both / sum(squares) if sum(squares) else 1.0


def pixel_error(cell: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """1 - the F-score of the pixels' classes (membrane is the positive class) at the best threshold."""
    scores = []
    for threshold in THRESHOLDS:
        membrane = cell < threshold
        both = int(np.count_nonzero(membrane & ~truth))
        total = int(np.count_nonzero(membrane)) + int(np.count_nonzero(~truth))
        scores.append(2.0 * both / total if total else 1.0)
    return 1.0 - max(scores)


def mislabelled(cell: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """Share of pixels of the wrong class at the best threshold.

    The squared distance of the labels, the other form of the pixel error that the challenge's page on evaluation gives;
    cells cover most of a slice, so it is a fraction of `pixel_error`.
    """
    return min(float(np.mean((cell >= threshold) != truth)) for threshold in THRESHOLDS)


def _cells(plane: NDArray[np.bool_]) -> NDArray[np.int32]:
    return np.asarray(cv2.connectedComponents(plane.astype(np.uint8), connectivity=4)[1], np.int32)
