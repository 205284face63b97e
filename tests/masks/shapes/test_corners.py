"""Corners: whatever is placed, moved, closed and taken back, the stretches join the corners in order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.masks.shapes.corners import Corners, Gap

PLACE = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda at: (float(at[0]), float(at[1])))
STEP = st.one_of(
    st.tuples(st.just("add"), PLACE, st.booleans()),
    st.tuples(st.just("move"), PLACE, st.integers(0, 20)),
    st.tuples(st.just("close"), PLACE, st.booleans()),
    st.tuples(st.just("back"), PLACE, st.booleans()),
)


def bent(gap):
    """A line that goes by a point which depends on all four corners, unless it is to be straight."""
    around = [at for at in (gap.start, gap.end, gap.before, gap.after) if at is not None]
    return np.array([gap.start, gap.end] if gap.straight else [gap.start, np.mean(around, axis=0), gap.end])


@given(st.lists(STEP, max_size=25))
def test_the_points_are_the_stretches_between_the_corners(steps):
    corners, straight = Corners(bent), []
    for what, place, more in steps:
        if (what == "add" and corners.add(*place, straight=more) and len(corners.at) > 1) or (
            what == "close" and corners.close(straight=more)
        ):
            straight.append(more)
        elif what == "move" and corners.at:
            corners.move(more % len(corners.at), *place[::-1], dragging=True)
            corners.move(more % len(corners.at), *place)
        elif what == "back" and corners.step_back():
            straight = straight[:-1]
    expected = list(corners.at[:1])
    ring, count = corners.at, len(corners.at)
    for index, is_straight in enumerate(straight):
        before = ring[index - 1] if index or corners.closed else None
        after = ring[(index + 2) % count] if index + 2 < count or corners.closed else None
        gap = Gap(ring[index], ring[(index + 1) % count], before, after, is_straight)
        expected += bent(gap)[1:].tolist()
    if corners.closed:
        expected.pop()
    np.testing.assert_array_equal(corners.points, np.array(expected).reshape(-1, 2))


def test_closing_needs_three_different_corners():
    corners = Corners()
    for at in ((0, 0), (5, 0), (0, 0)):
        corners.add(*at)
    assert not corners.close()
    corners.add(3, 4)
    assert corners.close()
    assert not corners.add(9, 9)
    assert corners.step_back()
    assert not corners.closed
    assert len(corners.at) == 4


def test_the_nearest_corner_within_reach():
    corners = Corners()
    assert corners.nearest(0, 0, 100) is None
    for at in ((0, 0), (10, 0), (10, 10)):
        corners.add(*at)
    assert corners.nearest(9, 2, 3) == 1
    assert corners.nearest(5, 5, 3) is None
