"""The rim between cup and disc: by hand, and under moving, mirroring and enlarging."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from unet_desktop.images.laterality import Eye
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.measure import measure_mask
from unet_desktop.masks.rim import HOURS, RAYS, Quadrant, Rim, _reach, order_violations

SIZE = 300


def ellipse(x: float, y: float, width: float, height: float, size: int = SIZE) -> np.ndarray:
    """(size, size) bool, by pixel centres; width and height are diameters."""
    rows, columns = np.mgrid[:size, :size] + 0.5
    return ((columns - x) / (width / 2)) ** 2 + ((rows - y) / (height / 2)) ** 2 <= 1


def disc_and_cup(disc: tuple[float, ...], cup: tuple[float, ...]) -> np.ndarray:
    mask = ellipse(*disc).astype(np.uint8)
    mask[ellipse(*cup) & (mask > 0)] = 2
    return mask


def rim_of(mask: np.ndarray) -> Rim:
    found = measure_mask(mask, DISC_AND_CUP).rim
    assert found is not None
    return found


def test_concentric_circles():
    rim = rim_of(disc_and_cup((150, 150, 200, 200), (150, 150, 120, 120)))
    assert (rim.x, rim.y) == pytest.approx((150, 150))
    assert rim.disc == pytest.approx(np.full(RAYS, 100), abs=1)
    assert rim.cup == pytest.approx(np.full(RAYS, 60), abs=1)
    assert rim.hours == pytest.approx(np.full(HOURS, 40), abs=0.7)
    assert rim.hour_ratios == pytest.approx(np.full(HOURS, 0.2), abs=0.004)
    quadrants = rim.quadrants(Eye.RIGHT)
    assert list(quadrants.values()) == pytest.approx([40] * 4, abs=0.5)
    assert order_violations(quadrants, "ISNT") == []


def test_a_cup_that_lies_lower_has_its_thin_rim_at_6_o_clock():
    rim = rim_of(disc_and_cup((150, 150, 200, 200), (150, 180, 120, 120)))
    # Along the vertical axis: 100 - 60 + 30 above, 100 - 60 - 30 below.
    assert rim.width[0] == pytest.approx(70, abs=1)
    assert rim.width[RAYS // 2] == pytest.approx(10, abs=1)
    # To the side, where the cup's edge is sqrt(60 ** 2 - 30 ** 2) away.
    assert rim.width[RAYS // 4] == pytest.approx(100 - 51.96, abs=1)
    ratio, hour = rim.thinnest
    assert (ratio, hour) == (pytest.approx(10 / 200, abs=0.005), 6)


@pytest.mark.parametrize(("x", "y", "hour"), [(180, 150, 3), (120, 150, 9), (150, 120, 12), (165, 176, 5)])
def test_the_hours_go_clockwise_as_the_picture_is_seen(x, y, hour):
    assert rim_of(disc_and_cup((150, 150, 200, 200), (x, y, 120, 120))).thinnest[1] == hour


def test_upright_ellipses():
    rim = rim_of(disc_and_cup((150, 150, 160, 200), (150, 150, 80, 150)))
    assert rim.width[0] == pytest.approx(25, abs=1)
    assert rim.width[RAYS // 4] == pytest.approx(40, abs=1)
    assert rim.ratio[0] == pytest.approx(25 / 200, abs=0.006)
    assert rim.ratio[RAYS // 4] == pytest.approx(40 / 160, abs=0.006)
    quadrants = rim.quadrants(Eye.LEFT)
    assert order_violations(quadrants, "ISNT") == [(Quadrant.NASAL, Quadrant.SUPERIOR)]
    assert order_violations(quadrants, "IST") == [(Quadrant.TEMPORAL, Quadrant.SUPERIOR)]


def test_where_no_cup_lies_on_the_ray_the_rim_reaches_to_the_centre():
    rim = rim_of(disc_and_cup((150, 150, 200, 200), (150, 210, 60, 60)))  # from 30 to 90 below the centre
    assert rim.width[0] == pytest.approx(100, abs=1)
    assert rim.width[RAYS // 2] == pytest.approx(10, abs=1)


def test_a_cup_that_reaches_the_edge_leaves_no_rim_there():
    mask = disc_and_cup((150, 150, 200, 200), (200, 150, 200, 200))
    rim = rim_of(mask)
    ratio, hour = rim.thinnest
    assert (ratio, hour) == (0, 3)
    assert rim.hours[3] == pytest.approx(0, abs=0.5)


def test_without_a_cup_all_of_the_disc_is_rim():
    rim = rim_of(disc_and_cup((150, 150, 200, 200), (0, 0, 1, 1)))
    assert not rim.has_cup
    assert rim.width == pytest.approx(rim.disc)


def test_without_a_disc_there_is_no_rim():
    assert measure_mask(np.zeros((9, 9), np.uint8), DISC_AND_CUP).rim is None


def test_nasal_is_at_the_right_of_a_right_eye():
    rim = rim_of(disc_and_cup((150, 150, 200, 200), (130, 150, 120, 120)))  # the rim is wide at the picture's right
    right, left = rim.quadrants(Eye.RIGHT), rim.quadrants(Eye.LEFT)
    assert right[Quadrant.NASAL] > 50 > 30 > right[Quadrant.TEMPORAL]
    assert left[Quadrant.NASAL] == right[Quadrant.TEMPORAL]
    assert left[Quadrant.TEMPORAL] == right[Quadrant.NASAL]
    assert rim.quadrants(Eye.UNKNOWN) is None


def test_the_rule_by_hand():
    inferior, superior, nasal, temporal = Quadrant
    kept = {inferior: 40.0, superior: 36.0, nasal: 30.0, temporal: 20.0}
    assert order_violations(kept, "ISNT") == order_violations(kept, "IST") == []
    assert order_violations(kept | {superior: 40.9}, "ISNT") == []  # less than a pixel is no difference
    assert order_violations(kept | {superior: 41.0}, "ISNT") == [(superior, inferior)]
    assert order_violations(kept | {nasal: 50.0}, "ISNT") == [(nasal, superior)]
    assert order_violations(kept | {nasal: 50.0}, "IST") == []
    reverse = dict(zip(Quadrant, (10.0, 20.0, 30.0, 40.0), strict=True))
    assert order_violations(reverse, "ISNT") == [(superior, inferior), (nasal, superior), (temporal, nasal)]


@st.composite
def rims(draw):
    """A disc whose cup holds its centre, away from the picture's border.

    A cup beside the centre has edges along a ray, where a pixel decides between a narrow rim and a wide one.
    """
    width, height = draw(st.integers(40, 120)), draw(st.integers(40, 120))
    cup_width = draw(st.integers(width // 2, 4 * width // 5))
    cup_height = draw(st.integers(height // 2, 4 * height // 5))
    right, down = draw(st.integers(-width // 6, width // 6)), draw(st.integers(-height // 6, height // 6))
    return disc_and_cup((150, 150, width, height), (150 + right, 150 + down, cup_width, cup_height))


@settings(max_examples=25, deadline=None)
@given(rims(), st.integers(-60, 60), st.integers(-60, 60))
def test_moving_changes_nothing_but_the_centre(mask, right, down):
    one, other = rim_of(mask), rim_of(np.roll(mask, (down, right), (0, 1)))
    assert (other.x - one.x, other.y - one.y) == pytest.approx((right, down))
    assert other.width == pytest.approx(one.width, abs=1.5)
    assert other.hours == pytest.approx(one.hours, abs=0.3)


@settings(max_examples=25, deadline=None)
@given(rims())
def test_a_mirrored_picture_is_the_other_eye(mask):
    one, other = rim_of(mask), rim_of(np.ascontiguousarray(mask[:, ::-1]))
    assert other.hours == pytest.approx(np.roll(one.hours[::-1], 1), abs=0.7)
    mirrored, quadrants = other.quadrants(Eye.LEFT), one.quadrants(Eye.RIGHT)
    assert list(mirrored) == list(quadrants)
    assert list(mirrored.values()) == pytest.approx(list(quadrants.values()), abs=0.5)


@settings(max_examples=15, deadline=None)
@given(rims(), st.integers(2, 4))
def test_enlarging_enlarges_widths_and_keeps_ratios(mask, times):
    one, other = rim_of(mask), rim_of(np.kron(mask, np.ones((times, times), np.uint8)))
    assert other.hours == pytest.approx(times * one.hours, abs=0.7 * times)
    assert other.hour_ratios == pytest.approx(one.hour_ratios, abs=0.015)


@settings(max_examples=25, deadline=None)
@given(rims())
def test_the_thinnest_place_is_the_thinnest(mask):
    rim = rim_of(mask)
    assume(rim.has_cup)
    ratio, hour = rim.thinnest
    assert ratio == rim.ratio.min()
    assert 1 <= hour <= HOURS
    assert 0 <= ratio <= rim.hour_ratios.min()


def rim_by_all_samples(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The radii of disc and cup, from all samples of all rays at once."""
    found = measure_mask(mask, DISC_AND_CUP)
    box, part = found.extents[0].box, mask[found.extents[0].box.slices]
    x, y = found.rim.x - box.left, found.rim.y - box.top
    reach = _reach(x, y, box)
    steps = int(np.clip(np.ceil(2 * reach.max()), 64, 1024))
    along = (reach / steps)[:, None] * (np.arange(steps) + 0.5)
    angles = np.arange(RAYS) * (2 * np.pi / RAYS)
    columns = np.minimum((x + along * np.sin(angles)[:, None]).astype(int), part.shape[1] - 1)
    rows = np.minimum((y + along * -np.cos(angles)[:, None]).astype(int), part.shape[0] - 1)
    values, number = part[rows, columns], np.arange(1, steps + 1)
    return tuple((np.isin(values, inside) * number).max(axis=1) * (reach / steps) for inside in ((1, 2), (2,)))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 260), st.integers(1, 260), st.floats(0.005, 0.9))
def test_looking_from_outside_finds_what_a_look_at_every_sample_finds(seed, height, width, share):
    rng = np.random.default_rng(seed)
    mask = np.where(rng.random((height, width)) < share, rng.integers(1, 3, (height, width)), 0).astype(np.uint8)
    mask[height // 2, width // 2] = 1
    rim = rim_of(mask)
    disc, cup = rim_by_all_samples(mask)
    assert (rim.disc == disc).all()
    assert (rim.cup == cup).all()
