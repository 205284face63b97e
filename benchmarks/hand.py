"""A simulated hand that draws and corrects masks with the program's tools and counts the seconds; see `pointer`.

The crop around the disc, as the network sees it, fills `SCREEN` pixels of the screen. The hand knows the experts' mask
and stops when the border is within a tolerance of it, as people do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from hand_strokes import near, outline, stroked
from pointer import CHECK, Hand

from unet_desktop.images.box import bounding_box
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.regions import Mask, Region, region
from unet_desktop.masks.reshape import Combine, Reshape
from unet_desktop.masks.shapes.ellipse_draft import inscribe_ellipse
from unet_desktop.masks.shapes.ellipse_fit import fit_ellipse
from unet_desktop.masks.shapes.polygon import fill_polygons

SCREEN = 900.0
"""Width of the crop around the disc on screen, pixels: a window of 1366x768 or 1920x1080, zoomed to it."""
CROP = 1.9
"""Side of the crop over the disc's diameter, as in the preset."""
CLICKS = 6
"""Number of points that an ellipse is put through."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mask that the hand has finished, and its effort."""

    mask: Mask
    seconds: float
    gestures: int
    how: str


def hand_for(truth: Mask, labels: LabelSet) -> Hand:
    """Put a hand over a picture with this true mask; the pointer starts in the middle."""
    outer = next(iter(labels))
    box = bounding_box(region(truth, labels, outer))
    return Hand(SCREEN / (CROP * max(box.width, box.height, 1)), (truth.shape[1] / 2, truth.shape[0] / 2))


def drawn_anew(truth: Mask, labels: LabelSet, tolerance: float) -> Drawn:
    """Draw on an empty mask, each label in the quickest way."""
    return _drawn(hand_for(truth, labels), np.zeros_like(truth), truth, labels, tolerance)


def corrected(proposal: Mask, truth: Mask, labels: LabelSet, tolerance: float) -> Drawn:
    """Correct a model's mask: check it, and correct or replace each wrong label in the quickest way."""
    hand = hand_for(truth, labels)
    hand.seconds += CHECK
    return _drawn(hand, proposal.copy(), truth, labels, tolerance)


def _drawn(hand: Hand, mask: Mask, truth: Mask, labels: LabelSet, tolerance: float) -> Drawn:
    disc = bounding_box(region(truth, labels, next(iter(labels))))
    limit = tolerance * max(disc.height, 1)
    work = bounding_box(mask).union(disc).expand(8).clip(*mask.shape)
    hows: list[str] = []
    for label in labels:
        if near(mask, truth, labels, label, work, limit):
            continue
        theirs = region(truth, labels, label)
        best: tuple[Hand, Mask, str] | None = None
        for how, shape in _SHAPES.items():
            used, tried = replace(hand), mask.copy()
            if shape is not None and not (theirs.any() and shape(used, tried, theirs, labels, label)):
                continue
            done = stroked(used, tried, truth, labels, label, work, limit)
            if done and (best is None or used.seconds < best[0].seconds):
                best = used, tried, how
        assert best is not None, f"No way of drawing {label.name} comes within the tolerance."
        hand, mask, how = best
        hows.append(how)
    return Drawn(mask, hand.seconds, hand.gestures, ", ".join(hows) or "accepted")


def _lasso(hand: Hand, mask: Mask, theirs: Region, labels: LabelSet, label: Label) -> bool:
    """Trace the border once with the lasso, which replaces the region."""
    line = outline(theirs)
    hand.go((float(line[0, 0]), float(line[0, 1])))
    shape = fill_polygons([hand.drag(np.concatenate([line, line[:1]]))], mask.shape)
    hand.check()
    Reshape(mask, labels, label, "").show(*shape, Combine.REPLACE)
    return True


def _box(hand: Hand, mask: Mask, theirs: Region, labels: LabelSet, label: Label) -> bool:
    """Drag an ellipse from one corner of its box to the other."""
    box = bounding_box(theirs)
    corner, other = (float(box.left), float(box.top)), (float(box.left + box.width), float(box.top + box.height))
    hand.go(corner)
    hand.drag(np.array([corner, other]))
    hand.check()
    ellipse = inscribe_ellipse(corner, other, round_=False, centred=False)
    Reshape(mask, labels, label, "").show(*ellipse.pixels(mask.shape), Combine.REPLACE)
    return True


def _clicks(hand: Hand, mask: Mask, theirs: Region, labels: LabelSet, label: Label) -> bool:
    """Put an ellipse through six clicks on the border."""
    line = outline(theirs)
    points = line[np.linspace(0, len(line), CLICKS, endpoint=False).astype(int)]
    for x, y in points:
        hand.go((float(x), float(y)))
        hand.check()
    found = fit_ellipse(points)
    if found is None:
        return False
    Reshape(mask, labels, label, "").show(*found.pixels(mask.shape), Combine.REPLACE)
    return True


_SHAPES: dict[str, Callable[[Hand, Mask, Region, LabelSet, Label], bool] | None] = {
    "strokes": None,
    "box": _box,
    "clicks": _clicks,
    "lasso": _lasso,
}
"""Ways to start a label's region, before strokes bring it within the tolerance; they return False if impossible."""
