"""Display: how an image is shown without being changed: channel, CLAHE, sharpening and tones.

Local steps (channel, CLAHE, sharpening) are slow and can be cached; tones are one table of 256 values, so dragging
brightness only costs a look-up of the visible pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2

DisplayPixels = NDArray[np.uint8]
"""(H, W, 3) uint8 RGB, or (H, W) uint8 grey."""

TILES = 8
"""CLAHE's tiles per side, as in the paper and OpenCV's default."""
_SIGMA = 2.0
"""Sigma of the blur that sharpening subtracts, in image pixels: about the width of a fine vessel's edge."""


class Channel(StrEnum):
    """Which of the image's colours are shown."""

    COLOUR = "colour"
    RED_FREE = "red-free"
    RED = "red"
    BLUE = "blue"
    GREY = "grey"


_PLANE = {Channel.RED: 0, Channel.RED_FREE: 1, Channel.BLUE: 2}


@dataclass(frozen=True, slots=True)
class Look:
    """How an image is shown; the neutral look shows it unchanged.

    Attributes:
        channel: colour, or one plane in grey; red-free is the green plane, as with a green filter on the camera.
        clahe: clip limit of contrast-limited adaptive histogram equalisation, 0 (off) to 10.
        brightness: -1 to 1: added to values of 0..1.
        contrast: -1 (flat grey) to 1: slope around the middle, 4 ** contrast above -1.
        gamma: 0.2 to 5; above 1 brightens the dark parts.
        sharpen: 0 to 2: amount of unsharp masking.
    """

    channel: Channel = Channel.COLOUR
    clahe: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 1.0
    sharpen: float = 0.0

    @property
    def local(self) -> Look:
        """The look without its tones; looks with equal local parts share the cached result."""
        return replace(self, brightness=0.0, contrast=0.0, gamma=1.0)

    @property
    def is_pointwise(self) -> bool:
        """Whether it needs no neighbouring pixels."""
        return self.clahe <= 0 and self.sharpen <= 0

    @property
    def table(self) -> NDArray[np.uint8] | None:
        """(256,) uint8: the value shown for each value; None if all stay the same."""
        if self.brightness == 0 and self.contrast == 0 and self.gamma == 1:
            return None
        values = (np.arange(256) / 255.0) ** (1.0 / self.gamma)
        slope = 0.0 if self.contrast <= -1 else 4.0**self.contrast
        values = (values - 0.5) * slope + 0.5 + self.brightness
        return np.asarray(np.round(np.clip(values, 0.0, 1.0) * 255.0), np.uint8)


NEUTRAL = Look()


def apply_local(pixels: DisplayPixels, look: Look, reduction: int = 0) -> DisplayPixels:
    """Apply channel, CLAHE and sharpening of a look, without its tones; may return the input array itself.

    Args:
        pixels: (H, W, 3) uint8 RGB of the whole image, because CLAHE divides it into tiles.
        look: how it is shown.
        reduction: number of halvings of the pixels; the sharpening radius is reduced accordingly.

    Returns:
        (H, W, 3) uint8 RGB for colour, (H, W) uint8 for one channel.
    """
    shown = _select_channel(pixels, look.channel)
    if look.clahe > 0:
        shown = _equalise(shown, look.clahe)
    if look.sharpen > 0:
        blurred = cv2.GaussianBlur(shown, (0, 0), max(_SIGMA / 2**reduction, 0.5))
        shown = np.asarray(cv2.addWeighted(shown, 1 + look.sharpen, blurred, -look.sharpen, 0), np.uint8)
    return shown


def apply_tones(shown: DisplayPixels, look: Look) -> DisplayPixels:
    """Apply brightness, contrast and gamma of a look; return the input array itself if they are neutral."""
    table = look.table
    return shown if table is None else np.asarray(cv2.LUT(shown, table), np.uint8)


def _select_channel(pixels: DisplayPixels, channel: Channel) -> DisplayPixels:
    if channel is Channel.COLOUR:
        return pixels
    if channel is Channel.GREY:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    return np.asarray(cv2.extractChannel(pixels, _PLANE[channel]), np.uint8)


def _equalise(shown: DisplayPixels, limit: float) -> DisplayPixels:
    """Apply CLAHE (Zuiderveld, Graphics Gems IV, 1994, pp. 474-485), in colour to luma only so that hues stay."""
    equaliser = cv2.createCLAHE(limit, (TILES, TILES))
    if min(shown.shape[:2]) < TILES:  # OpenCV cannot divide so small an image into tiles
        return shown
    if shown.ndim == 2:
        return np.asarray(equaliser.apply(shown), np.uint8)
    parts = cv2.cvtColor(shown, cv2.COLOR_RGB2YCrCb)
    cv2.insertChannel(equaliser.apply(cv2.extractChannel(parts, 0)), parts, 0)
    return np.asarray(cv2.cvtColor(parts, cv2.COLOR_YCrCb2RGB), np.uint8)
