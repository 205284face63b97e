"""Flags: reasons to doubt the measurements of a picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box
from unet_desktop.images.quality import Quality, measure_quality
from unet_desktop.labels import LabelSet
from unet_desktop.masks.measure import Extent, Measurement, cup_and_disc
from unet_desktop.masks.rim import RAYS
from unet_desktop.masks.trust import Unfamiliar

if TYPE_CHECKING:
    from unet_desktop.engine.inference.segmenter import Prediction

UNLIT = 18
"""Brightness of 255 up to which a pixel counts as black, as outside the field of view."""
MAX_CUT_FRACTION = 0.05
"""Share of the disc's edge, 18 degrees of it, that may touch the end of the picture."""

_RIM_FACTOR = 1.05  # of the disc's radius: where there must still be picture
_RIM_PIXELS = 2.0


@dataclass(frozen=True, slots=True)
class StereoNote:
    """What was segmented of a picture that shows two photographs.

    Attributes:
        half: name of the half; empty if the whole was segmented.
        area: the part that was segmented, pixels of the picture.
        phrase: for people.
    """

    half: str
    area: Box
    phrase: str


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of a picture; see the columns of the same names.

    Attributes:
        not_found: nothing was found.
        several: another place looks much like the unique structure.
        cut: the unique structure reaches the border of the picture or of its field of view.
        unfamiliar: how the picture is unlike those that the model was trained on.
        quality: of the photograph around the disc; None without a disc.
        stereo: what was segmented of a picture that shows two photographs; None if it is one.
    """

    not_found: bool
    several: bool
    cut: bool
    unfamiliar: Unfamiliar
    quality: Quality | None
    stereo: StereoNote | None = None

    def columns(self, labels: LabelSet) -> dict[str, object]:
        """The columns of a table's row; flags that these labels cannot have are left out."""
        quality = self.quality
        row: dict[str, object] = {"flag_not_found": self.not_found}
        if labels.location_label() is not None:
            row |= {"flag_several": self.several, "flag_cut": self.cut, "flag_stereo": self.stereo is not None}
            row["half"] = "" if self.stereo is None else self.stereo.half
        row["flag_unfamiliar"] = bool(self.unfamiliar)
        if labels.shows_eye():
            row["unfamiliar_kind"] = self.unfamiliar.kind
        if cup_and_disc(labels) is not None:
            row["flag_poor_quality"] = quality is not None and bool(quality.faults)
        row["flags"] = "; ".join(self._words(labels))
        if quality is not None:
            figures = {
                "sharpness": quality.sharpness,
                "brightness": quality.brightness,
                "overexposed_share": quality.overexposed,
            }
            row |= {name: round(figure, 4) for name, figure in figures.items()}
        return row

    def _words(self, labels: LabelSet) -> Iterator[str]:
        located = labels.location_label()
        name = "structure" if located is None else located.name
        if self.not_found:
            yield f"no {name} found"
        if self.several:
            yield f"several places look like the {name}"
        if self.cut:
            yield f"{name} cut by the border"
        if self.stereo is not None:
            yield self.stereo.phrase
        if self.unfamiliar:
            yield self.unfamiliar.phrase
        if self.quality is not None and self.quality.faults:
            yield f"poor quality ({', '.join(self.quality.faults)})"


@dataclass(frozen=True, slots=True)
class Findings:
    """What whoever made a mask found in the picture.

    Attributes:
        anything: the mask has any label.
        rivals: how many other places look much like the unique structure; people know which one it is.
        unfamiliar: how the picture is unlike those that a model was trained on.
    """

    anything: bool
    rivals: int = 0
    unfamiliar: Unfamiliar = Unfamiliar.NO

    @classmethod
    def of(cls, prediction: Prediction) -> Findings:
        """Return those of a prediction."""
        return cls(prediction.found, prediction.rivals, prediction.trust.unfamiliar)


def find_flags(
    pixels: NDArray[np.uint8],
    measured: Measurement,
    labels: LabelSet,
    findings: Findings,
    stereo: StereoNote | None = None,
) -> Flags:
    """Find the flags of a mask.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        measured: measurements of the mask, in pixels of the picture.
        labels: of the mask.
        findings: what was found.
        stereo: what was segmented of a picture that shows two photographs; None if it is one.
    """
    located = labels.location_label()
    extent = None if located is None else measured.extents[labels.labels.index(located)]
    found = findings.anything and (extent is None or extent.area > 0)
    around = None
    if measured.rim is not None and measured.disc is not None:
        diameter = 2.0 * math.sqrt(measured.extents[measured.disc].area / math.pi)
        around = measure_quality(pixels, measured.rim.x, measured.rim.y, diameter)
    height, width = pixels.shape[:2]
    area = Box(0, 0, height, width) if stereo is None else stereo.area
    cut = found and extent is not None and (_touches(extent, area) or _goes_dark(pixels, measured))
    return Flags(not found, found and findings.rivals > 0, cut, findings.unfamiliar, around, stereo)


def _touches(extent: Extent, area: Box) -> bool:
    """Whether it reaches the border of what was segmented."""
    ends = extent.left + extent.width == area.right or extent.top + extent.height == area.bottom
    return ends or extent.left == area.left or extent.top == area.top


def _goes_dark(pixels: NDArray[np.uint8], measured: Measurement) -> bool:
    """Whether the disc's surroundings are dark, as at the edge of the field of view."""
    rim = measured.rim
    if rim is None:
        return False
    angles = np.arange(RAYS) * (2.0 * np.pi / RAYS)
    radii = rim.disc * _RIM_FACTOR + _RIM_PIXELS
    columns = np.floor(rim.x + radii * np.sin(angles)).astype(np.intp)
    rows = np.floor(rim.y - radii * np.cos(angles)).astype(np.intp)
    height, width = pixels.shape[:2]
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    lit = int(np.count_nonzero(pixels[rows[inside], columns[inside]].max(axis=1) > UNLIT))
    return 1.0 - lit / RAYS > MAX_CUT_FRACTION
