"""Viewport: where the picture is in the view; the geometry of zooming and panning, without Qt.

Image coordinates are pixels, (0, 0) at the outer corner of the first pixel; view coordinates are logical pixels
of the widget, (0, 0) at its top left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

LARGEST_SCALE = 80.0
"""View pixels per image pixel; beyond this there are only squares to see."""
MARGIN = 0.02
"""Share of the view that stays free on each side of a picture that is fitted into it."""
_IN_SIGHT = 48.0


@dataclass(frozen=True, slots=True)
class Viewport:
    """A similarity from image to view.

    Attributes:
        scale: view pixels per image pixel.
        left, top: position of the picture's corner, view pixels.
    """

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Image point under a view point."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """View point of an image point."""
        return x * self.scale + self.left, y * self.scale + self.top

    def zoom(self, scale: float, x: float, y: float) -> Viewport:
        """The viewport at another scale, with the image point under view point (x, y) where it was."""
        ratio = scale / self.scale
        return Viewport(scale, x - (x - self.left) * ratio, y - (y - self.top) * ratio)

    def pan(self, across: float, down: float) -> Viewport:
        """The viewport moved by that many view pixels."""
        return replace(self, left=self.left + across, top=self.top + down)

    def keep_in_sight(self, view: tuple[float, float], image: tuple[int, int]) -> Viewport:
        """The viewport moved just far enough that a bit of the picture is in the view; sizes are (width, height)."""
        left, top = (
            min(max(at, _IN_SIGHT - length * self.scale), room - _IN_SIGHT)
            for at, room, length in zip((self.left, self.top), view, image, strict=True)
        )
        return replace(self, left=left, top=top)


def fit_picture(view: tuple[float, float], image: tuple[int, int]) -> Viewport:
    """The viewport that shows the whole picture, centred; sizes are (width, height)."""
    return fit_box((0, 0, image[0], image[1]), view)


def fit_box(box: tuple[float, float, float, float], view: tuple[float, float]) -> Viewport:
    """The viewport that shows an image rectangle (left, top, width, height) centred, as large as the view allows."""
    left, top, width, height = box
    scale = min(view[0] * (1 - 2 * MARGIN) / max(width, 1), view[1] * (1 - 2 * MARGIN) / max(height, 1))
    scale = min(max(scale, 1e-4), LARGEST_SCALE)
    return Viewport(scale, view[0] / 2 - (left + width / 2) * scale, view[1] / 2 - (top + height / 2) * scale)


def limit_scale(scale: float, view: tuple[float, float], image: tuple[int, int]) -> float:
    """The scale, limited to what makes sense for this picture."""
    smallest = min(1.0, fit_picture(view, image).scale) / 4
    return min(max(scale, smallest), LARGEST_SCALE) if math.isfinite(scale) else smallest
