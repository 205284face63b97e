"""Contours: smooth, local, near the edge with few knots; what they change of the pixels and what they leave alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.images.opencv import cv2
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.compare import dice
from unet_desktop.masks.shapes.contour import STEPS, contour_through
from unet_desktop.masks.shapes.contour_draft import ContourDraft, follow_piece
from unet_desktop.masks.shapes.contour_fit import MAX_KNOTS, fit_contour
from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.masks.shapes.piece import largest_piece, piece_at, smooth_edge
from unet_desktop.masks.shapes.polygon import fill_polygons

(STRUCTURE,) = ONE_STRUCTURE
SIZE = (160, 200)


def numbers(low, high):
    return st.floats(low, high, allow_nan=False)


ELLIPSES = st.builds(Ellipse, numbers(90, 110), numbers(70, 90), numbers(6, 60), numbers(6, 60), numbers(-3, 3)).filter(
    lambda ellipse: max(ellipse.a, ellipse.b) < 3 * min(ellipse.a, ellipse.b)
)


def whole(box, plane, size=SIZE):
    found = np.zeros(size, bool)
    found[box.slices] = plane
    return found


def drawn(contour, size=SIZE):
    return whole(*fill_polygons([contour.outline()], size), size)


def contour_of(plane):
    piece = largest_piece(plane.astype(np.uint8), ONE_STRUCTURE, STRUCTURE)
    assert piece is not None
    return fit_contour(piece)


def draft_of(plane):
    return follow_piece(largest_piece(plane.astype(np.uint8), ONE_STRUCTURE, STRUCTURE))


def after(plane, draft):
    change = draft.change(plane.shape)
    if change is None:
        return plane
    assert not (change.added & change.removed).any()
    return (plane & ~whole(change.box, change.removed)) | whole(change.box, change.added)


@given(ELLIPSES)
def test_an_ellipse_needs_few_knots(ellipse):
    plane = whole(*ellipse.pixels(SIZE))
    contour = contour_of(plane)
    assert len(contour.knots) <= MAX_KNOTS
    assert dice(drawn(contour), plane) > (0.98 if min(ellipse.a, ellipse.b) > 12 else 0.95)


@pytest.mark.parametrize("radius", [5, 20, 60])
def test_a_circle(radius):
    plane = whole(*Ellipse(100, 80, radius, radius).pixels(SIZE))
    contour = contour_of(plane)
    assert len(contour.knots) == 8
    assert dice(drawn(contour), plane) > (0.99 if radius > 10 else 0.97)  # there a pixel is 1 %
    distances = np.hypot(*(contour.outline() - (100, 80)).T)
    assert distances == pytest.approx(radius, abs=max(0.6, 0.01 * radius))


@pytest.mark.parametrize("pixels", [[(5, 5)], [(5, 5), (5, 6)], [(5, 5), (6, 6), (7, 7)], [(0, 0)], [(159, 199)]])
def test_tiny_pieces_have_a_contour(pixels):
    plane = np.zeros(SIZE, bool)
    plane[tuple(zip(*pixels, strict=True))] = True
    contour = contour_of(plane)
    assert np.isfinite(contour.outline()).all()
    rows, columns = np.nonzero(drawn(contour))
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) <= {
        (row + down, column + right) for row, column in pixels for down in (-1, 0, 1) for right in (-1, 0, 1)
    }


def test_the_edge_runs_between_the_pixels():
    plane = np.zeros(SIZE, bool)
    plane[40:100, 50:150] = True
    edge = smooth_edge(largest_piece(plane.astype(np.uint8), ONE_STRUCTURE, STRUCTURE))
    middle = edge[(abs(edge[:, 0] - 100) < 20) & (edge[:, 1] < 60)]
    assert middle[:, 1] == pytest.approx(40, abs=0.05)
    assert edge.max(axis=0) == pytest.approx((150, 100), abs=0.1)


KNOTS = st.integers(5, 14).flatmap(
    lambda count: st.tuples(
        st.just(count), st.lists(numbers(0.8, 1.2), min_size=count, max_size=count), st.integers(0, count - 1)
    )
)


def ring(lengths):
    turns = np.arange(len(lengths)) * (2 * math.pi / len(lengths))
    return np.array([100.0, 80.0]) + 50 * np.array(lengths)[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)


def crosses_itself(points):
    """Do any two sides of the closed polygon cross?"""
    starts, ends = points, np.roll(points, -1, axis=0)

    def side(of, a, b):
        return np.sign((b[:, 0] - a[:, 0]) * (of[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (of[:, 0] - a[:, 0]))

    first, second = np.triu_indices(len(points), 2)
    keep = (second - first) % len(points) != len(points) - 1
    first, second = first[keep], second[keep]
    a, b, c, d = starts[first], ends[first], starts[second], ends[second]
    return bool(((side(c, a, b) * side(d, a, b) < 0) & (side(a, c, d) * side(b, c, d) < 0)).any())


@given(KNOTS, numbers(-15, 15), numbers(-15, 15))
def test_dragging_a_knot_moves_only_its_neighbourhood_and_stays_smooth(ring_of, right, down):
    count, lengths, knot = ring_of
    before = contour_through(ring(lengths))
    x, y = before.knots[knot]
    moved = before.move_knot(knot, x + right, y + down)
    pieces = (before.outline() != moved.outline()).reshape(count, STEPS, 2).any(axis=(1, 2))
    assert set(np.flatnonzero(pieces)) <= {knot, (knot - 1) % count}
    assert moved.at(knot, 0.0) == pytest.approx((x + right, y + down))
    points = moved.outline(200)
    assert np.isfinite(points).all()
    steps = np.diff(points, axis=0, append=points[:1])
    steps = steps[np.linalg.norm(steps, axis=1) > 1e-9]
    turn = np.diff(np.arctan2(steps[:, 1], steps[:, 0]), append=math.atan2(steps[0, 1], steps[0, 0]))
    assert np.abs((turn + math.pi) % (2 * math.pi) - math.pi).max() < 0.6  # no kink anywhere, knots included


@given(KNOTS, numbers(-0.25, 0.4))
def test_no_crossing_when_a_knot_is_pulled_in_or_out(ring_of, by):
    _, lengths, knot = ring_of
    before = contour_through(ring(lengths))
    x, y = before.knots[knot]
    moved = before.move_knot(knot, x + by * (x - 100), y + by * (y - 80))
    assert not crosses_itself(moved.outline())


@given(KNOTS, numbers(0.2, 0.8))
def test_inserting_keeps_the_curve_nearly_and_removing_keeps_enough(ring_of, share):
    _, lengths, piece = ring_of
    before = contour_through(ring(lengths))
    place = before.at(piece, share)
    more = before.insert_knot(piece, share)
    assert more.knots[piece + 1] == pytest.approx(place)
    assert dice(drawn(more), drawn(before)) > 0.98
    assert len(more.remove_knot(piece + 1).knots) == len(before.knots)
    few = before
    for _ in range(20):
        few = few.remove_knot(0)
    assert len(few.knots) == 3
    found = before.nearest(*place)
    assert found[2] < 0.1
    assert before.at(found[0], found[1]) == pytest.approx(place, abs=1)


def odd_region():
    """A disc with a notch, a hole, and two other pieces."""
    plane = whole(*Ellipse(100, 80, 50, 45).pixels(SIZE))
    plane[75:82, 50:60] = False
    plane[90:100, 95:110] = False
    plane[10:20, 10:30] = True
    plane[140:150, 180:195] = True
    return plane


def test_what_was_not_moved_stays_to_the_pixel():
    plane = odd_region()
    draft = draft_of(plane)
    contour = draft.contour
    np.testing.assert_array_equal(after(plane, draft), plane)
    knot = int(np.argmax(contour.knots[:, 0]))
    x, y = contour.knots[knot]
    moved = draft.move_knot(knot, x + 12, y)
    reshaped = after(plane, moved)
    changed = np.nonzero(reshaped != plane)
    assert changed[1].min() > 100  # nothing at the far side: notch, hole and the other pieces are as they were
    assert reshaped.sum() > plane.sum() + 100
    np.testing.assert_array_equal(after(plane, moved.move_knot(knot, x, y)), plane)


def test_a_new_knot_changes_no_pixel_also_after_drags():
    plane = odd_region()
    draft = draft_of(plane)
    contour = draft.contour
    moved = draft.move_knot(2, *(contour.knots[2] + 9))
    more = moved.insert_knot(4, 0.4, SIZE)
    np.testing.assert_array_equal(after(plane, more), after(plane, moved))
    x, y = more.contour.knots[5]
    again = more.move_knot(5, x - 6, y - 6)
    assert (after(plane, again) != after(plane, moved)).any()
    np.testing.assert_array_equal(after(plane, again.move_knot(5, x, y)), after(plane, moved))


def wavy_region(seed):
    """A disc whose edge is rough: no curve of few knots runs along it."""
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    turns = np.arctan2(rows - 80, columns - 100)
    radius = 50 + sum(generator.normal(0, 1.2) * np.cos(wave * turns + wave) for wave in range(3, 25))
    return np.hypot(rows - 80, columns - 100) < radius


@given(st.integers(0, 30), st.integers(0, 7), numbers(-14, 20))
def test_no_seam_stays_where_the_edge_was(seed, knot, by):
    plane = wavy_region(seed)
    draft = draft_of(plane)
    x, y = draft.contour.knots[knot]
    away = np.hypot(x - 100, y - 80)
    reshaped = after(plane, draft.move_knot(knot, x + by * (x - 100) / away, y + by * (y - 80) / away))
    pieces = cv2.connectedComponents(reshaped.astype(np.uint8), connectivity=4)[0] - 1
    assert pieces <= cv2.connectedComponents(plane.astype(np.uint8), connectivity=4)[0] + 1
    ground = cv2.connectedComponentsWithStats(1 - reshaped.astype(np.uint8), connectivity=4)[2][1:]
    assert sorted(ground[:, cv2.CC_STAT_AREA])[:-1] == [] or sum(sorted(ground[:, cv2.CC_STAT_AREA])[:-1]) < 12


def test_a_neighbour_that_nearly_touches_keeps_its_pixels():
    plane = np.zeros(SIZE, bool)
    plane[40:100, 40:100] = True
    plane[50:90, 102:130] = True
    draft = draft_of(plane)
    knot = int(np.argmax(draft.contour.knots[:, 0]))
    x, y = draft.contour.knots[knot]
    for by in (-20, 4):
        reshaped = after(plane, draft.move_knot(knot, x + by, y))
        assert reshaped[50:90, 102:130].all()


def test_drawn_from_nothing():
    draft = ContourDraft()
    for count, turn in enumerate((0, 1, 2, 3, 4, 5), 1):
        draft = draft.add_knot(100 + 40 * math.cos(turn), 80 + 40 * math.sin(turn))
        assert (draft.change(SIZE) is None) == (count < 3)
    circle = whole(*Ellipse(100, 80, 40, 40).pixels(SIZE))
    assert dice(after(np.zeros(SIZE, bool), draft.close()), circle) > 0.99
    assert dice(after(np.zeros(SIZE, bool), draft.remove_knot(2)), circle) > 0.97


def test_pieces():
    mask = odd_region().astype(np.uint8)
    assert largest_piece(mask * 0, ONE_STRUCTURE, STRUCTURE) is None
    assert piece_at(mask, ONE_STRUCTURE, STRUCTURE, 0, 0) is None
    assert piece_at(mask, ONE_STRUCTURE, STRUCTURE, -5, 900) is None
    small = piece_at(mask, ONE_STRUCTURE, STRUCTURE, 12.5, 15.5)
    assert (small.box.top, small.box.left, small.box.bottom, small.box.right) == (10, 10, 20, 30)
    assert small.plane.all()
    nested = np.zeros((20, 20), np.uint8)
    nested[4:16, 4:16] = 1
    nested[8:12, 8:12] = 2
    assert largest_piece(nested, DISC_AND_CUP, DISC_AND_CUP.labels[0]).plane.all()
    assert largest_piece(nested, DISC_AND_CUP, DISC_AND_CUP.labels[1]).plane.sum() == 16
