"""The edge between two corners: it follows a clear edge, passes vessels by, and is a straight line where it must be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_desktop.images.opencv import cv2
from unet_desktop.masks.shapes.corners import Corners, Gap
from unet_desktop.masks.shapes.edge import LONGEST, trace_edge

CENTRE, RADIUS = (150.0, 140.0), 80.0


def picture(inside=(220, 180, 110), outside=(140, 80, 50), *, vessels: bool = False) -> np.ndarray:
    """(300, 320, 3) uint8: a round disc, over which dark vessels may run."""
    rows, columns = np.mgrid[:300, :320] + 0.5
    disc = np.hypot(columns - CENTRE[0], rows - CENTRE[1]) < RADIUS
    pixels = np.where(disc[..., None], np.uint8(inside), np.uint8(outside))
    if vessels:
        for x in (100, 150, 190):
            pixels[:, x : x + 9] = (90, 30, 20)
    return cv2.GaussianBlur(pixels.astype(np.uint8), (0, 0), 2)


def on_circle(turn: float) -> tuple[float, float]:
    return CENTRE[0] + RADIUS * math.cos(turn), CENTRE[1] + RADIUS * math.sin(turn)


def off_circle(points: np.ndarray) -> float:
    return float(np.abs(np.hypot(points[:, 0] - CENTRE[0], points[:, 1] - CENTRE[1]) - RADIUS).max())


@pytest.mark.parametrize("colours", [((220, 180, 110), (140, 80, 50)), ((90, 60, 70), (210, 190, 200))])
@pytest.mark.parametrize("vessels", [False, True])
def test_it_follows_the_disc_bright_or_dark_and_passes_vessels_by(colours, vessels) -> None:
    pixels = picture(*colours, vessels=vessels)
    corners = Corners(lambda gap: trace_edge(pixels, gap, 1.0))
    for step in range(6):
        corners.add(*on_circle(0.2 + step * math.tau / 6))
    corners.close()
    assert off_circle(corners.points) < 3.5  # straight sides lie up to 10.7 inside


def test_it_leaves_the_curve_for_a_clear_edge() -> None:
    pixels = np.full((200, 300, 3), 60, np.uint8)
    pixels[100:] = 200
    pixels[88:100, 100:200] = 200  # a step on an otherwise straight edge
    gap = Gap((40.0, 100.0), (260.0, 100.0), (0.0, 100.0), (299.0, 100.0))
    line = trace_edge(pixels, gap, 1.0)
    middle = line[(line[:, 0] > 120) & (line[:, 0] < 180)]
    assert np.abs(middle[:, 1] - 88).max() < 2.5


def test_where_there_is_nothing_it_is_the_curve_through_the_corners() -> None:
    pixels = np.full((300, 320, 3), 120, np.uint8)
    corners = Corners(lambda gap: trace_edge(pixels, gap, 1.0))
    for step in range(8):
        corners.add(*on_circle(step * math.tau / 8))
    corners.close()
    assert off_circle(corners.points) < 2


PLACE = st.tuples(st.floats(-400, 700), st.floats(-400, 700))


@settings(max_examples=60, deadline=None)
@given(PLACE, PLACE, st.none() | PLACE, st.none() | PLACE, st.floats(0.05, 20), st.booleans())
def test_it_always_leads_from_one_corner_to_the_other(start, end, before, after, unit, straight) -> None:
    line = trace_edge(picture(), Gap(start, end, before, after, straight), unit)
    assert line[0].tolist() == list(start)
    assert line[-1].tolist() == list(end)
    assert np.isfinite(line).all()
    if straight:
        assert len(line) == 2


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 200, 3), (200, 2, 3)])
def test_tiny_pictures(shape) -> None:
    line = trace_edge(np.zeros(shape, np.uint8), Gap((0.5, 0.5), (shape[1] - 0.5, shape[0] - 0.5)), 1.0)
    assert len(line) >= 2


def test_corners_that_lie_far_apart_are_joined_straight() -> None:
    pixels = np.zeros((400, 4000, 3), np.uint8)
    assert len(trace_edge(pixels, Gap((5.0, 200.0), (LONGEST + 50, 200.0)), 1.0)) == 2
    assert len(trace_edge(pixels, Gap((5.0, 200.0), (LONGEST - 50, 200.0)), 1.0)) > 2
