"""Consensus: one mask from several readers' masks of the same picture, as a start for adjudication.

Each label's region is decided on its own, and clipped to the region that it must be inside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import bounding_box
from unet_desktop.labels import NOT_ANNOTATED, LabelSet
from unet_desktop.masks.regions import Mask, Region, is_annotated, label_image, region
from unet_desktop.statistics.staple import MISSING, NO, YES, estimate_truth

Decide = Callable[[NDArray[np.uint8]], Region]
"""From (R, H, W) decisions of R readers to the (H, W) consensus."""
_MOST_COUNTED = 10
"""Readers for whom all patterns of decisions that there can be are counted: 59,049. Of more, only those that occur."""


def majority(masks: Sequence[Mask], labels: LabelSet) -> Mask:
    """Return what more than half of the readers drew, (H, W) uint8; where they are equally many, nothing is drawn.

    A reader who has not annotated a pixel does not count there; where nobody has, it stays not annotated.

    Args:
        masks: (H, W) uint8, all of one size.
        labels: of all masks.
    """
    return _combine(masks, labels, _most)


def staple(masks: Sequence[Mask], labels: LabelSet) -> Mask:
    """Return what STAPLE holds for likely, (H, W) uint8, see `statistics.staple`.

    Readers are weighed by how well they agree with the estimated truth. Only the smallest box that holds all readers'
    regions is considered, because a large background would make everybody's specificity 1.

    Args:
        masks: (H, W) uint8, all of one size; at most 39.
        labels: of all masks.
    """
    return _combine(masks, labels, _likely)


def _combine(masks: Sequence[Mask], labels: LabelSet, decide: Decide) -> Mask:
    annotated = np.stack([is_annotated(mask) for mask in masks])
    planes = [_decide_region([region(mask, labels, label) for mask in masks], annotated, decide) for label in labels]
    found = label_image(np.stack(planes), labels)
    found[~annotated.any(0)] = NOT_ANNOTATED
    return found


def _decide_region(drawn: Sequence[Region], annotated: NDArray[np.bool_], decide: Decide) -> Region:
    plane = np.zeros(drawn[0].shape, bool)
    box = bounding_box(np.logical_or.reduce(drawn))
    if not box.empty:
        part = (slice(None), *box.slices)
        decisions = np.where(np.stack(drawn)[part], np.uint8(YES), np.uint8(NO))
        decisions[~annotated[part]] = MISSING
        plane[box.slices] = decide(decisions)
    return plane


def _most(decisions: NDArray[np.uint8]) -> Region:
    found: Region = (decisions == YES).sum(0) > (decisions == NO).sum(0)
    return found


def _likely(decisions: NDArray[np.uint8]) -> Region:
    readers = len(decisions)
    codes = np.zeros(decisions.shape[1:], np.int64)
    for decision in decisions:
        codes *= 3
        codes += decision
    known = np.arange(3**_MOST_COUNTED)
    if readers > _MOST_COUNTED:
        known, numbers = np.unique(codes, return_inverse=True)
        codes = numbers.reshape(codes.shape)
    counts = np.bincount(codes.ravel())
    there = counts.nonzero()[0]
    patterns = (known[there, np.newaxis] // 3 ** np.arange(readers - 1, -1, -1)) % 3
    truth = estimate_truth(patterns, counts[there])
    table = np.zeros(len(counts), bool)
    # Where both are as likely, nothing is drawn; rounding must not decide.
    table[there] = (truth.weights > 0.5 + 1e-6) & (patterns == YES).any(1)
    found: Region = table[codes]
    return found
