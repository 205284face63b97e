"""Disc size: how many millimetres on the retina a pixel covers, and by what that is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DISC_FOVEA_MM = 4.76
"""Mean distance between the centres of disc and fovea, standard deviation 0.34 (Jonas et al. 2015, "Optic disc - fovea
distance, axial length and parapapillary zones. The Beijing Eye Study 2011", PLoS ONE 10(9), e0138701, abstract)."""
_PRINCIPAL_POINT = 1.82
_MM_PER_DEGREE = 0.01306
"""Of the eye's axial length that is left after `_PRINCIPAL_POINT`: pi / 180 over the vitreous' index of 1.336."""
SMALL_BELOW, LARGE_ABOVE = 1.5, 2.0
"""Vertical diameters in millimetres (Henderer 2006, British Journal of Ophthalmology 90, 395-396, table 1)."""


class ScaleSource(StrEnum):
    """By what it is known how large a pixel is."""

    AXIAL_LENGTH = "axial length"
    SPACING = "pixel spacing"
    FOVEA = "fovea distance (guess)"


@dataclass(frozen=True, slots=True)
class Scale:
    """Millimetres on the retina that a pixel covers, in both directions."""

    mm_per_pixel: float
    source: ScaleSource

    @property
    def guessed(self) -> bool:
        """Whether it rests on what is usual, not on a measurement of this eye or picture."""
        return self.source is ScaleSource.FOVEA


def ocular_factor(axial_length_mm: float) -> float:
    """Return the factor q, millimetres on the retina for a degree of visual angle.

    By the abbreviated axial length method, q = 0.01306 (AL - 1.82) (Bennett, Rudnicka and Edgar 1994, "Improvements on
    Littmann's method of determining the size of retinal features by fundus photography", Graefe's Archive for Clinical
    and Experimental Ophthalmology 232, 361-367).
    """
    return _MM_PER_DEGREE * (axial_length_mm - _PRINCIPAL_POINT)


def find_scale(
    *,
    mm_per_pixel: float | None = None,
    degrees_per_pixel: float | None = None,
    axial_length_mm: float | None = None,
    fovea_distance_px: float | None = None,
) -> Scale | None:
    """Return the scale of a picture from the best that is known of it; None if nothing is.

    Args:
        mm_per_pixel: as the file or the project states it.
        degrees_per_pixel: the camera's factor p, by Littmann's formula t = p q s.
        axial_length_mm: of the eye; it counts where the camera's factor is known, and more than a stated size, which
            is that of a usual eye.
        fovea_distance_px: between the centres of disc and fovea; it counts where nothing else is known.
    """
    if degrees_per_pixel is not None and axial_length_mm is not None:
        return Scale(degrees_per_pixel * ocular_factor(axial_length_mm), ScaleSource.AXIAL_LENGTH)
    if mm_per_pixel is not None:
        return Scale(mm_per_pixel, ScaleSource.SPACING)
    if fovea_distance_px:
        return Scale(DISC_FOVEA_MM / fovea_distance_px, ScaleSource.FOVEA)
    return None


class DiscSize(StrEnum):
    """Size of a disc by its vertical diameter."""

    SMALL = "small"
    AVERAGE = "average"
    LARGE = "large"


def disc_size(vertical_mm: float) -> DiscSize:
    """Return the class of a vertical diameter in millimetres."""
    if vertical_mm < SMALL_BELOW:
        return DiscSize.SMALL
    return DiscSize.LARGE if vertical_mm > LARGE_ABOVE else DiscSize.AVERAGE
