"""DDLS: stages of discs with a known rim, by the table of Henderer 2006; quadrants turned to the fovea."""

from __future__ import annotations

import math

import numpy as np
import pytest

from unet_desktop.images.laterality import Eye
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.ddls import rate_disc, stage
from unet_desktop.masks.disc_size import DISC_FOVEA_MM, DiscSize, ScaleSource
from unet_desktop.masks.measure import Measurement, measure_mask
from unet_desktop.masks.rim import Quadrant, fovea_axis, quadrants_by_fovea

S, A, L = DiscSize.SMALL, DiscSize.AVERAGE, DiscSize.LARGE
TABLE = [  # (thinnest ratio, absent degrees): stages of small, average and large discs, line by line of the table
    ((0.50, 0), (1, 1, 1)),
    ((0.45, 0), (2, 1, 1)),
    ((0.40, 0), (2, 1, 1)),
    ((0.35, 0), (3, 2, 1)),
    ((0.30, 0), (3, 2, 1)),
    ((0.25, 0), (4, 3, 2)),
    ((0.20, 0), (4, 3, 2)),
    ((0.15, 0), (5, 4, 3)),
    ((0.10, 0), (5, 4, 3)),
    ((0.09, 0), (6, 5, 4)),
    ((0.0, 30), (7, 6, 5)),
    ((0.0, 46), (8, 7, 6)),
    ((0.0, 90), (8, 7, 6)),
    ((0.0, 120), (9, 8, 7)),
    ((0.0, 200), (10, 9, 8)),
    ((0.0, 300), (10, 10, 9)),
    ((0.0, 360), (10, 10, 9)),
]


@pytest.mark.parametrize(("rim", "stages"), TABLE)
def test_the_table(rim: tuple[float, float], stages: tuple[int, int, int]) -> None:
    assert tuple(stage(*rim, size) for size in (S, A, L)) == stages


def disc(cup_radius: float, shift: tuple[float, float] = (0.0, 0.0), radius: float = 100.0) -> Measurement:
    """Measure a round disc with a round cup, whose centre is shifted (x, y)."""
    side = round(2 * radius + 40)
    rows, columns = np.mgrid[:side, :side] + 0.5 - side / 2
    inside = np.hypot(rows, columns) <= radius
    mask = inside.astype(np.uint8)
    mask[inside & (np.hypot(columns - shift[0], rows - shift[1]) <= cup_radius)] = 2
    return measure_mask(mask, DISC_AND_CUP)


@pytest.mark.parametrize(
    ("shift", "ratio", "average"), [((0, 0), 0.25, 3), ((0, 24), 0.13, 4), ((0, 40), 0.05, 5), ((26, 0), 0.12, 4)]
)
def test_the_thinnest_rim_of_a_shifted_cup(shift: tuple[int, int], ratio: float, average: int) -> None:
    measured = disc(50, shift)
    assert measured.rim is not None
    assert measured.rim.thinnest[0] == pytest.approx(ratio, abs=0.012)
    rating = rate_disc(measured, mm_per_pixel=1.8 / 200)
    assert rating is not None
    assert (rating.size, rating.stage) == (A, average)


@pytest.mark.parametrize("degrees", [30, 80, 150, 240, 330])
def test_the_extent_of_an_absent_rim(degrees: int) -> None:
    rows, columns = np.mgrid[:260, :260] + 0.5 - 130
    inside = np.hypot(rows, columns) <= 100
    mask = inside.astype(np.uint8)
    mask[inside & (np.hypot(rows, columns) <= 50)] = 2
    mask[inside & (np.abs(np.degrees(np.arctan2(columns, rows))) <= degrees / 2)] = 2  # below: no rim is left
    measured = measure_mask(mask, DISC_AND_CUP)
    assert measured.rim is not None
    assert measured.rim.absent_degrees == pytest.approx(degrees, abs=4)
    rating = rate_disc(measured, mm_per_pixel=0.009)
    assert rating is not None
    assert rating.stage == {30: 6, 80: 7, 150: 8, 240: 9, 330: 10}[degrees]


def test_the_size_decides_and_its_source_is_said() -> None:
    measured = disc(50)
    by_spacing = [rate_disc(measured, mm_per_pixel=diameter / 200) for diameter in (1.3, 1.8, 2.2)]
    assert [(rating.size, rating.stage) for rating in by_spacing if rating] == [(S, 4), (A, 3), (L, 2)]
    unknown = rate_disc(measured)
    assert unknown is not None
    assert (unknown.stage, unknown.size, unknown.stages) == (None, None, {S: 4, A: 3, L: 2})
    guessed = rate_disc(measured, fovea=(120 - 500.0, 120.0))
    assert guessed is not None
    assert guessed.scale is not None
    assert (guessed.scale.source, guessed.height_mm) == (
        ScaleSource.FOVEA,
        pytest.approx(DISC_FOVEA_MM * 200 / 500, rel=0.01),
    )
    measured_eye = rate_disc(measured, axial_length_mm=24.0, degrees_per_pixel=0.03, mm_per_pixel=1.0)
    assert measured_eye is not None
    assert measured_eye.height_mm == pytest.approx(200 * 0.03 * 0.28967, rel=0.01)


def test_without_a_cup_there_is_a_size_and_no_stage() -> None:
    rating = rate_disc(disc(0), mm_per_pixel=0.009)
    assert rating is not None
    assert (rating.size, rating.stage) == (A, None)


@pytest.mark.parametrize("eye", [Eye.RIGHT, Eye.LEFT])
def test_a_level_fovea_turns_nothing(eye: Eye) -> None:
    measured = disc(50, (12, 20))
    assert measured.rim is not None
    rim, across = measured.rim, 500 if eye is Eye.LEFT else -500
    axis = fovea_axis(rim, (rim.x + across, rim.y))
    assert axis is not None
    assert (axis.eye, axis.tilt) == (eye, pytest.approx(0, abs=1e-9))
    assert quadrants_by_fovea(rim, axis) == rim.quadrants(eye)


@pytest.mark.parametrize("eye", [Eye.RIGHT, Eye.LEFT])
@pytest.mark.parametrize("below", [-14, 6, 20])
def test_quadrants_turn_with_the_fovea(eye: Eye, below: int) -> None:
    """A disc turned by as much as its fovea has the same quadrants as before."""
    side = 1 if eye is Eye.LEFT else -1
    upright = disc(40, (10 * side, 30))
    turn = math.radians(below) * side  # clockwise in the picture for a left eye
    shift = 10 * side * math.cos(turn) - 30 * math.sin(turn), 10 * side * math.sin(turn) + 30 * math.cos(turn)
    turned = disc(40, shift)
    assert upright.rim is not None
    assert turned.rim is not None
    rim = turned.rim
    axis = fovea_axis(rim, (rim.x + 500 * side * math.cos(turn), rim.y + 500 * side * math.sin(turn)))
    assert axis is not None
    assert axis.tilt == pytest.approx(-below, abs=1e-6)
    expected, found = upright.rim.quadrants(eye), quadrants_by_fovea(rim, axis)
    assert expected is not None
    assert found is not None
    for quadrant in Quadrant:
        assert found[quadrant] == pytest.approx(expected[quadrant], abs=1.0)


def test_a_fovea_above_the_disc_turns_nothing() -> None:
    measured = disc(50)
    assert measured.rim is not None
    axis = fovea_axis(measured.rim, (measured.rim.x + 10, measured.rim.y - 500))
    assert axis is not None
    assert (axis.eye, quadrants_by_fovea(measured.rim, axis)) == (Eye.UNKNOWN, None)
