"""Ellipse: the shape of most discs and cups, with its outline and its pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from unet_desktop.images.box import Box
from unet_desktop.masks.regions import Region
from unet_desktop.masks.shapes.polygon import NO_PIXELS, Points


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse in image pixels.

    Attributes:
        x, y: its centre.
        a, b: its semi-axes, positive; either may be the longer one.
        angle: of axis `a`, radians from the x axis towards the y axis (clockwise on the screen).
    """

    x: float
    y: float
    a: float
    b: float
    angle: float = 0.0

    def upright(self) -> Ellipse:
        """Return the same ellipse with `a` as the axis nearer to the horizontal, so `angle` is within 45 degrees."""
        quarters = round(self.angle / (math.pi / 2))
        angle = self.angle - quarters * (math.pi / 2)
        a, b = (self.b, self.a) if quarters % 2 else (self.a, self.b)
        return Ellipse(self.x, self.y, a, b, angle)

    def shift(self, right: float, down: float) -> Ellipse:
        """Return the ellipse moved by this many pixels."""
        return replace(self, x=self.x + right, y=self.y + down)

    def scale(self, factor: float) -> Ellipse:
        """Return the ellipse of an image whose sides are `factor` times as long."""
        return Ellipse(self.x * factor, self.y * factor, self.a * factor, self.b * factor, self.angle)

    def to_local(self, x: float, y: float) -> tuple[float, float]:
        """Convert an image point to coordinates along axes `a` and `b`, pixels from the centre."""
        right, down = x - self.x, y - self.y
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        return right * cosine + down * sine, down * cosine - right * sine

    def to_image(self, along: float, across: float) -> tuple[float, float]:
        """Convert coordinates along axes `a` and `b`, pixels from the centre, to an image point."""
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        return self.x + along * cosine - across * sine, self.y + along * sine + across * cosine

    def level(self, x: float, y: float) -> float:
        """Return the relative distance from the centre: 0 at the centre, 1 on the edge, 2 twice as far."""
        along, across = self.to_local(x, y)
        return math.hypot(along / self.a, across / self.b)

    def outline(self, points: int = 128) -> Points:
        """Return (points, 2) float64 on the edge."""
        turn = np.linspace(0, 2 * math.pi, points, endpoint=False)
        along, across = self.a * np.cos(turn), self.b * np.sin(turn)
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        return np.stack([self.x + along * cosine - across * sine, self.y + along * sine + across * cosine], axis=1)

    def pixels(self, size: tuple[int, int]) -> tuple[Box, Region]:
        """Return the pixels whose centre lies in it or on its edge, as a box inside the image and (h, w) bool.

        On a row of pixel centres d pixels below the centre, the ellipse is p r² + 2 q r d + s d² <= 1, with r to the
        right; the interval of r is solved for all rows at once.

        Args:
            size: (height, width) of the image.
        """
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        high = math.hypot(self.a * sine, self.b * cosine)
        wide = math.hypot(self.a * cosine, self.b * sine)
        if not math.isfinite(high + wide + self.x + self.y):
            return NO_PIXELS
        box = Box(
            math.floor(self.y - high), math.floor(self.x - wide), math.ceil(self.y + high), math.ceil(self.x + wide)
        )
        box = box.clip(*size)
        if box.empty:
            return NO_PIXELS
        p = (cosine / self.a) ** 2 + (sine / self.b) ** 2
        q = cosine * sine * (1 / self.a**2 - 1 / self.b**2)
        down = np.arange(box.top, box.bottom) + 0.5 - self.y
        rest = p - (down / (self.a * self.b)) ** 2
        half = np.sqrt(np.maximum(rest, 0)) / p
        middle = self.x - q * down / p - 0.5
        first = np.where(rest < 0, box.right, np.ceil(middle - half))[:, np.newaxis]
        last = np.where(rest < 0, box.left - 1, np.floor(middle + half))[:, np.newaxis]
        columns = np.arange(box.left, box.right, dtype=np.int32)
        first, last = (np.clip(end, box.left - 1, box.right).astype(np.int32) for end in (first, last))
        inside: Region = (columns >= first) & (columns <= last)
        return box, inside
