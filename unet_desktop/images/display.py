"""Display: how a picture is shown, which never changes the picture: a channel, CLAHE, sharpening, and tones.

Local steps (channel, CLAHE, sharpening) cost time and can be kept; tones are one table of 256 values, so dragging
brightness costs nothing but a look-up of the pixels that are on the screen.
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
"""CLAHE's tiles along each side, as in the paper and in OpenCV's default."""
_SIGMA = 2.0
"""Of the blur that sharpening subtracts, pixels of the whole picture: about the width of a fine vessel's edge."""


class Channel(StrEnum):
    """What of the picture's colours is shown."""

    COLOUR = "colour"
    RED_FREE = "red-free"
    RED = "red"
    BLUE = "blue"
    GREY = "grey"


_PLANE = {Channel.RED: 0, Channel.RED_FREE: 1, Channel.BLUE: 2}


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is shown; the neutral one shows it as it is.

    Attributes:
        channel: colour, or one plane in grey; red-free is the green plane, as with a green filter on the camera.
        clahe: clip limit of contrast-limited adaptive histogram equalisation, 0 (off) to 10.
        brightness: -1 to 1: added to values of 0..1.
        contrast: -1 (flat grey) to 1: slope round the middle, 4 ** contrast above -1.
        gamma: 0.2 to 5; above 1 brightens the dark parts.
        sharpen: 0 to 2: how much of an unsharp mask is added.
    """

    channel: Channel = Channel.COLOUR
    clahe: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 1.0
    sharpen: float = 0.0

    @property
    def local(self) -> Look:
        """Only what depends on a pixel's place or neighbours; looks that agree in it share its result."""
        return replace(self, brightness=0.0, contrast=0.0, gamma=1.0)

    @property
    def is_pointwise(self) -> bool:
        """Is it done pixel by pixel, without looking at neighbours?"""
        return self.clahe <= 0 and self.sharpen <= 0

    @property
    def table(self) -> NDArray[np.uint8] | None:
        """(256,) uint8: the value shown for each value; None where all stay."""
        if self.brightness == 0 and self.contrast == 0 and self.gamma == 1:
            return None
        values = (np.arange(256) / 255.0) ** (1.0 / self.gamma)
        slope = 0.0 if self.contrast <= -1 else 4.0**self.contrast
        values = (values - 0.5) * slope + 0.5 + self.brightness
        return np.asarray(np.round(np.clip(values, 0.0, 1.0) * 255.0), np.uint8)


NEUTRAL = Look()


def apply_local(pixels: DisplayPixels, look: Look, reduction: int = 0) -> DisplayPixels:
    """Channel, CLAHE and sharpening of a look, without its tones; may return the very pixels.

    Args:
        pixels: (H, W, 3) uint8 RGB, of the whole picture, because CLAHE's tiles are parts of it.
        look: how.
        reduction: by how many halvings the pixels were reduced; sharpening then reaches less far.

    Returns:
        (H, W, 3) uint8 RGB for colour, (H, W) uint8 for one channel.
    """
    shown = _channel(pixels, look.channel)
    if look.clahe > 0:
        shown = _equalised(shown, look.clahe)
    if look.sharpen > 0:
        blurred = cv2.GaussianBlur(shown, (0, 0), max(_SIGMA / 2**reduction, 0.5))
        shown = np.asarray(cv2.addWeighted(shown, 1 + look.sharpen, blurred, -look.sharpen, 0), np.uint8)
    return shown


def apply_tones(shown: DisplayPixels, look: Look) -> DisplayPixels:
    """Brightness, contrast and gamma of a look; returns what it was given where they are neutral."""
    table = look.table
    return shown if table is None else np.asarray(cv2.LUT(shown, table), np.uint8)


def _channel(pixels: DisplayPixels, channel: Channel) -> DisplayPixels:
    if channel is Channel.COLOUR:
        return pixels
    if channel is Channel.GREY:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    return np.asarray(cv2.extractChannel(pixels, _PLANE[channel]), np.uint8)


def _equalised(shown: DisplayPixels, limit: float) -> DisplayPixels:
    """CLAHE (Zuiderveld, Graphics Gems IV, 1994, pp. 474-485), in colour of the luma alone, so that hues stay."""
    equaliser = cv2.createCLAHE(limit, (TILES, TILES))
    if min(shown.shape[:2]) < TILES:  # OpenCV cannot cut so small a picture into tiles
        return shown
    if shown.ndim == 2:
        return np.asarray(equaliser.apply(shown), np.uint8)
    parts = cv2.cvtColor(shown, cv2.COLOR_RGB2YCrCb)
    cv2.insertChannel(equaliser.apply(cv2.extractChannel(parts, 0)), parts, 0)
    return np.asarray(cv2.cvtColor(parts, cv2.COLOR_YCrCb2RGB), np.uint8)
