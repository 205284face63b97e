"""DDLS: the disc damage likelihood scale, from the thinnest rim or how much of it is absent, by the size of the disc.

Henderer 2006, "Disc damage likelihood scale", British Journal of Ophthalmology 90, 395-396, table 1; first described by
Spaeth et al. 2002, Transactions of the American Ophthalmological Society 100, 181-186. docs/measures.md has the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from unet_desktop.masks.disc_size import DiscSize, Scale, disc_size, find_scale
from unet_desktop.masks.measure import Measurement
from unet_desktop.masks.rim import FoveaAxis, Rim, fovea_axis

STAGES = 10
_LEAST_RATIOS = {
    DiscSize.SMALL: (0.5, 0.4, 0.3, 0.2, 0.1),
    DiscSize.AVERAGE: (0.4, 0.3, 0.2, 0.1),
    DiscSize.LARGE: (0.3, 0.2, 0.1),
}
"""Least rim-to-disc ratio of stages 1, 2, ...; the next stage is any thinner rim, the following ones an absent rim."""
_MOST_ABSENT = {
    DiscSize.SMALL: (45.0, 90.0, 180.0),
    DiscSize.AVERAGE: (45.0, 90.0, 180.0, 270.0),
    DiscSize.LARGE: (45.0, 90.0, 180.0, 270.0),
}
"""Most degrees without rim of these stages, all but the last."""


def stage(thinnest: float, absent_degrees: float, size: DiscSize) -> int:
    """Return the stage, 1 to 10; large discs have no stage 10.

    Args:
        thinnest: the least rim-to-disc ratio.
        absent_degrees: degrees of the circumference without rim.
        size: of the disc.
    """
    ratios = _LEAST_RATIOS[size]
    if absent_degrees <= 0:
        return 1 + sum(thinnest < least for least in ratios)
    return len(ratios) + 2 + sum(absent_degrees > most for most in _MOST_ABSENT[size])


def stages_by_size(rim: Rim) -> dict[DiscSize, int]:
    """Return the stage that a rim has in a disc of each size."""
    return {size: stage(rim.thinnest[0], rim.absent_degrees, size) for size in DiscSize}


@dataclass(frozen=True, slots=True)
class DiscRating:
    """What follows from the size of a disc.

    Attributes:
        stages: of the scale, by size; empty without a cup.
        scale: how large a pixel is, and by what that is known; None if it is not.
        height_mm: vertical diameter of the disc; None if the scale is not known.
        axis: from the disc to the fovea; None without a fovea.
    """

    stages: dict[DiscSize, int]
    scale: Scale | None
    height_mm: float | None
    axis: FoveaAxis | None

    @property
    def size(self) -> DiscSize | None:
        """The size of the disc; None if it is not known."""
        return None if self.height_mm is None else disc_size(self.height_mm)

    @property
    def stage(self) -> int | None:
        """The stage of the disc; None if its size is not known or there is no cup."""
        return None if self.size is None else self.stages.get(self.size)


def rate_disc(
    measured: Measurement,
    *,
    mm_per_pixel: float | None = None,
    degrees_per_pixel: float | None = None,
    axial_length_mm: float | None = None,
    fovea: tuple[float, float] | None = None,
) -> DiscRating | None:
    """Rate a disc by what is known of its size; None without a disc.

    Args:
        measured: of the mask.
        mm_per_pixel: height of a pixel, as the file or the project states it.
        degrees_per_pixel: the camera's factor.
        axial_length_mm: of the eye.
        fovea: (x, y) in image pixels.
    """
    rim = measured.rim
    if rim is None or measured.disc is None:
        return None
    axis = fovea_axis(rim, fovea)
    scale = find_scale(
        mm_per_pixel=mm_per_pixel,
        degrees_per_pixel=degrees_per_pixel,
        axial_length_mm=axial_length_mm,
        fovea_distance_px=None if axis is None else axis.length,
    )
    height = None if scale is None else measured.extents[measured.disc].height * scale.mm_per_pixel
    return DiscRating(stages_by_size(rim) if rim.has_cup else {}, scale, height, axis)
