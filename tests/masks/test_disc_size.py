"""Disc size: by axial length and camera, by pixel spacing, by the fovea as a guess; classes by vertical diameter."""

from __future__ import annotations

import math

import pytest

from unet_desktop.masks.disc_size import DISC_FOVEA_MM, DiscSize, ScaleSource, disc_size, find_scale, ocular_factor


def test_the_ocular_factor_is_that_of_the_reduced_eye() -> None:
    for axial_length in (21.0, 24.0, 27.5):
        reduced = math.radians(1) / 1.336 * (axial_length - 1.82)
        assert ocular_factor(axial_length) == pytest.approx(reduced, rel=5e-4)
    assert ocular_factor(24.0) == pytest.approx(0.2897, abs=1e-4)


def test_the_best_that_is_known_counts() -> None:
    everything = {"mm_per_pixel": 0.006, "degrees_per_pixel": 0.02, "axial_length_mm": 24.0, "fovea_distance_px": 700.0}
    scale = find_scale(**everything)
    assert scale is not None
    assert (scale.source, scale.guessed) == (ScaleSource.AXIAL_LENGTH, False)
    assert scale.mm_per_pixel == pytest.approx(0.02 * 0.2897, rel=1e-3)
    for missing in ("degrees_per_pixel", "axial_length_mm"):
        scale = find_scale(**{name: value for name, value in everything.items() if name != missing})
        assert scale is not None
        assert (scale.mm_per_pixel, scale.source) == (0.006, ScaleSource.SPACING)
    scale = find_scale(fovea_distance_px=700.0, axial_length_mm=24.0)
    assert scale is not None
    assert (scale.mm_per_pixel, scale.guessed) == (DISC_FOVEA_MM / 700, True)
    assert find_scale() is None
    assert find_scale(fovea_distance_px=0.0) is None


@pytest.mark.parametrize(
    ("diameter", "size"),
    [(1.49, DiscSize.SMALL), (1.5, DiscSize.AVERAGE), (2.0, DiscSize.AVERAGE), (2.01, DiscSize.LARGE)],
)
def test_classes_of_size(diameter: float, size: DiscSize) -> None:
    assert disc_size(diameter) is size
