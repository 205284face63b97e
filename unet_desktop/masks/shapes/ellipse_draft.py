"""EllipseDraft: an ellipse while it is being made, through points that were clicked or by its handles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.masks.shapes.ellipse_fit import FEWEST, through

Place = tuple[float, float]
"""(x, y), an image point."""


@dataclass(frozen=True, slots=True)
class EllipseDraft:
    """One state of it.

    Attributes:
        points: on the edge, as clicked; none once the ellipse was drawn or changed by a handle.
        ellipse: the shape; None while there are too few points.
    """

    points: tuple[Place, ...] = ()
    ellipse: Ellipse | None = None

    @property
    def empty(self) -> bool:
        """Is there nothing at all?"""
        return not self.points and self.ellipse is None

    def with_point(self, place: Place) -> EllipseDraft:
        """With another point at the end."""
        return _drafted((*self.points, place))

    def with_moved(self, index: int, place: Place) -> EllipseDraft:
        """With that point at another place."""
        return _drafted((*self.points[:index], place, *self.points[index + 1 :]))

    def shifted(self, right: float, down: float) -> EllipseDraft:
        """All of it moved by that many pixels."""
        points = tuple((x + right, y + down) for x, y in self.points)
        return EllipseDraft(points, None if self.ellipse is None else self.ellipse.shifted(right, down))

    def preview(self, pointer: Place) -> Ellipse | None:
        """What a click at the pointer would lead to, while that is not in the mask yet."""
        if self.ellipse is not None or not self.points:
            return None
        return through(np.array((*self.points, pointer), np.float64))


def _drafted(points: tuple[Place, ...]) -> EllipseDraft:
    return EllipseDraft(points, through(np.array(points, np.float64)) if len(points) >= FEWEST else None)
