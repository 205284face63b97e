"""Propose: a mask of disc and cup for a picture, without a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unet_desktop.labels import Label, LabelSet, names_disc_or_cup
from unet_desktop.masks.first_proposal.cup import find_cup
from unet_desktop.masks.first_proposal.disc import find_disc
from unet_desktop.masks.first_proposal.view import field_of_view
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.regions import Mask, label_image
from unet_desktop.masks.shapes.ellipse import Ellipse


def proposed_labels(labels: LabelSet) -> tuple[Label, ...]:
    """Return the labels that can be proposed without a model: the disc and its cup, the disc alone, or none."""
    pair = cup_and_disc(labels)
    if pair is not None:
        return pair[1], pair[0]
    disc = labels.location_label()
    return (disc,) if disc is not None and names_disc_or_cup(disc) else ()


def find_disc_and_cup(picture: NDArray[np.uint8]) -> tuple[Ellipse, Ellipse] | None:
    """Return ellipses of the optic disc and of its cup in image pixels; None where nothing looks like a disc.

    Args:
        picture: (H, W, 3) uint8 RGB, a whole field or the surroundings of the disc.
    """
    view = field_of_view(picture)
    found = None if view is None else find_disc(view)
    if view is None or found is None:
        return None
    cup = find_cup(view.pixels[..., 1].astype(np.float32), found.ellipse)
    return view.to_picture(found.ellipse), view.to_picture(cup)


def propose_mask(picture: NDArray[np.uint8], labels: LabelSet) -> Mask | None:
    """Return the (H, W) uint8 mask of disc and cup, or of the disc alone; None where nothing looks like a disc.

    Args:
        picture: (H, W, 3) uint8 RGB.
        labels: with at least a disc, see `proposed_labels`.
    """
    wanted, found = proposed_labels(labels), find_disc_and_cup(picture)
    if not wanted or found is None:
        return None
    size = picture.shape[:2]
    planes = np.zeros((len(labels), *size), bool)
    for label, ellipse in zip(wanted, found, strict=False):
        box, inside = ellipse.pixels((size[0], size[1]))
        planes[labels.labels.index(label), box.top : box.bottom, box.left : box.right] = inside
    return label_image(planes, labels)
