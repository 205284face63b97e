"""Training on pictures whose disc was drawn and whose cup was not: the disc counts, the cup is not annotated there.

"Cup" and "disc" are the labels of `cup_and_disc`. In training masks, a value that no label uses stands for "disc, and
nobody has said whether this is cup".
"""

from __future__ import annotations

from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.regions import Mask


def labels_in_cup(labels: LabelSet) -> tuple[Label, ...]:
    """The cup and everything inside it; empty without cup and disc."""
    pair = cup_and_disc(labels)
    if pair is None:
        return ()
    values = labels.region_values(pair[0])
    return tuple(label for label in labels if label.value in values)


def unused_value(labels: LabelSet) -> int | None:
    """The pixel value that stands for "disc, and perhaps cup"; None without cup and disc, or if no value is free."""
    if cup_and_disc(labels) is None:
        return None
    taken = {label.value for label in labels}
    return next((value for value in range(NOT_ANNOTATED - 1, BACKGROUND, -1) if value not in taken), None)


def mark_missing_cup(mask: Mask, labels: LabelSet) -> Mask:
    """Return the (H, W) uint8 mask with `unused_value` for the disc's own pixels."""
    pair, value = cup_and_disc(labels), unused_value(labels)
    if pair is None or value is None:
        return mask
    marked = mask.copy()
    marked[mask == pair[1].value] = value
    return marked
