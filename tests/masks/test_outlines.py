from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays

from unet_desktop.images.box import Box
from unet_desktop.masks.measure import measure_extent
from unet_desktop.masks.outlines import signed_area, split_pieces, trace_outlines

PLANES = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=9))


def plane_of(*rows):
    return np.array([[letter == "#" for letter in row] for row in rows])


def drawn(ring, shape):
    """Crossings of a ray from each pixel's centre to the left: odd inside."""
    inside = np.zeros(shape, bool)
    for (x, y), (next_x, next_y) in zip(ring.tolist(), np.roll(ring, -1, axis=0).tolist(), strict=True):
        assert (x == next_x) != (y == next_y), "an edge of pixels is upright or level"
        if x == next_x:
            inside[min(y, next_y) : max(y, next_y), x:] ^= True
    return inside


def drawn_all(found, shape):
    plane = np.zeros(shape, bool)
    for outline in found:
        part = drawn(outline.outer, shape)
        for hole in outline.holes:
            within = drawn(hole, shape)
            assert not (within & ~part).any()
            part &= ~within
        assert not (plane & part).any()
        plane |= part
    return plane


@given(PLANES)
def test_outlines_give_back_the_plane(plane):
    assert np.array_equal(drawn_all(trace_outlines(plane), plane.shape), plane)


@given(PLANES)
def test_areas_are_pixels_and_run_as_geojson_wants(plane):
    found = trace_outlines(plane)
    rings = [ring for outline in found for ring in (outline.outer, *outline.holes)]
    assert sum(signed_area(ring) for ring in rings) == measure_extent(plane).area
    assert all(signed_area(outline.outer) > 0 for outline in found)
    assert all(signed_area(hole) < 0 for outline in found for hole in outline.holes)


@given(PLANES)
def test_no_ring_meets_itself(plane):
    for outline in trace_outlines(plane):
        for ring in (outline.outer, *outline.holes):
            assert len({tuple(corner) for corner in ring.tolist()}) == len(ring) >= 4


@given(PLANES)
def test_pieces_hang_together_and_are_all(plane):
    whole = np.zeros(plane.shape, int)
    for box, part in split_pieces(plane):
        assert measure_extent(part).height == box.height
        assert measure_extent(part).width == box.width
        whole[box.slices] += part
    assert np.array_equal(whole, plane.astype(int))


def test_one_pixel_is_a_square():
    (outline,) = trace_outlines(plane_of("....", "..#.", "...."))
    assert sorted(outline.outer.tolist()) == [[2, 1], [2, 2], [3, 1], [3, 2]]
    assert outline.holes == ()


def test_pixels_that_touch_in_a_corner_are_one_piece_and_two_polygons():
    plane = plane_of("#.", ".#")
    assert len(trace_outlines(plane)) == 2
    assert [box for box, _ in split_pieces(plane)] == [Box(0, 0, 2, 2)]


def test_a_ring_has_a_hole_even_where_it_closes_in_a_corner():
    (outline,) = trace_outlines(plane_of("###", "#.#", "##."))
    assert len(outline.holes) == 1
    assert signed_area(outline.holes[0]) == -1


def test_an_island_in_a_hole_is_a_polygon_of_its_own():
    found = trace_outlines(plane_of("#####", "#...#", "#.#.#", "#...#", "#####"))
    assert sorted(len(outline.holes) for outline in found) == [0, 1]


@pytest.mark.parametrize("plane", [np.zeros((3, 4), bool), np.zeros((0, 4), bool)])
def test_nothing_has_no_outline(plane):
    assert trace_outlines(plane) == ()
    assert list(split_pieces(plane)) == []


def test_a_straight_edge_has_two_corners():
    (outline,) = trace_outlines(np.ones((700, 900), bool))
    assert len(outline.outer) == 4
