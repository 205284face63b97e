import math
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.reports.axes import Axis, Frame, round_ticks, tick_texts
from unet_desktop.reports.drawing import Bar, Dot, Drawing, Line, Role, Words
from unet_desktop.reports.plots import Band, Mark, Series, Slope, density, histogram, scatter, strips
from unet_desktop.reports.svg import inline_svg, svg_file

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)
ODD_TEXT = "<b>&\"'</b>"


def parts(drawing, kind):
    return [shape for shape in drawing.shapes if isinstance(shape, kind)]


@given(NUMBERS, st.floats(1e-3, 1e6), st.integers(2, 12))
def test_ticks_are_round_rising_and_inside(low, span, most):
    high = low + span
    ticks = round_ticks(low, high, most)
    assert 1 <= len(ticks) <= most + 1
    assert all(a < b for a, b in pairwise(ticks))
    assert all(low - 1e-6 * span <= tick <= high + 1e-6 * span for tick in ticks)
    assert len(set(tick_texts(ticks))) == len(ticks)


def test_ticks_have_the_decimals_that_they_need():
    assert tick_texts(round_ticks(0, 1, 4)) == ("0.00", "0.25", "0.50", "0.75", "1.00")
    assert tick_texts(round_ticks(-20, 20, 4)) == ("−20", "−10", "0", "10", "20")
    assert tick_texts(round_ticks(0, 12000, 4)) == ("0", "5,000", "10,000")


def test_an_axis_over_nothing_or_one_value_has_a_span():
    for values in ([], [math.nan], [0.0], [0.5, 0.5], [math.inf]):
        axis = Axis.around("x", values)
        assert axis.high > axis.low


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_a_histogram_is_as_high_as_its_counts(counts):
    drawing = histogram("ratio", [n / 10 for n in range(len(counts) + 1)], counts)
    bars = parts(drawing, Bar)
    assert len(bars) == sum(count > 0 for count in counts)
    heights = [bar.height for bar in bars]
    expected = [count for count in counts if count]
    for height, count in zip(heights, expected, strict=True):
        assert height / heights[0] == pytest.approx(count / expected[0])
    assert all(bar.top >= 0 and bar.top + bar.height <= drawing.height for bar in bars)


def test_a_scatter_leaves_out_what_lies_outside_its_axes_and_names_its_series():
    drawing = scatter(
        [Series("one", ((0.5, 0.5), (2.0, 0.5)), ("a.jpg", "b.jpg")), Series("two", ((0.1, 0.9),))],
        Axis("first", 0, 1),
        Axis("second", 0, 1),
        marks=[Mark(0.3, "bias 0.3"), Mark(7.0, "outside"), Mark(0.8, "limit", "across", dashed=True)],
        bands=[Band(0.2, 0.4), Band(3, 4)],
        slopes=[Slope((-1, -1), (2, 2))],
    )
    tips = [dot.tip for dot in parts(drawing, Dot)]
    assert "a.jpg" in tips
    assert "b.jpg" not in tips
    words = [text.text for text in parts(drawing, Words)]
    assert {"one", "two", "bias 0.3", "limit", "first", "second"} <= set(words)
    assert "outside" not in words
    assert len(parts(drawing, Bar)) == 1
    frame = Frame(Axis("first", 0, 1), Axis("second", 0, 1))
    slope = next(line for line in parts(drawing, Line) if line.dashed and line.role is Role.MUTED)
    assert slope.points == (frame.point(0, 0), frame.point(1, 1))


@given(*[st.tuples(st.floats(-3, 3), st.floats(-3, 3))] * 2)
def test_what_is_left_of_a_line_lies_in_the_frame(start, end):
    frame = Frame(Axis("x", 0, 1), Axis("y", 0, 1))
    part = frame.clipped(start, end)
    if part is not None:
        assert all(-1e-9 <= number <= 1 + 1e-9 for point in part for number in point)
    inside = [0 <= x <= 1 and 0 <= y <= 1 for x, y in (start, end)]
    assert part is not None or not any(inside)


def test_a_density_is_darker_where_there_are_more():
    drawing = density([[0, 1], [10, 1000]], Axis("x", 0, 1), Axis("y", 0, 1))
    cells = {bar.tip: bar for bar in parts(drawing, Bar)}
    assert set(cells) == {"1", "10", "1,000"}
    assert cells["1"].opacity < cells["10"].opacity < cells["1,000"].opacity
    assert cells["1"].top > cells["10"].top  # the first row is the lowest


def test_strips_show_every_value_and_a_box_for_each_group():
    groups = {"disc": [0.9, 0.95, math.nan, 0.97], "cup": [0.8, 0.85], "none": []}
    drawing = strips(groups, "Dice")
    assert len(parts(drawing, Dot)) == 5
    assert sum(line.width > 2 for line in parts(drawing, Line)) == 2
    assert strips(groups, "Dice") == drawing


def test_svg_is_well_formed_and_takes_names_for_nothing_but_names():
    odd = scatter(
        [Series(ODD_TEXT, ((0.5, 0.5),), (ODD_TEXT,)), Series("b", ())], Axis(ODD_TEXT, 0, 1), Axis("y", 0, 1)
    )
    for text in (inline_svg(odd), svg_file(odd)):
        root = ElementTree.fromstring(text)
        namespace = "{http://www.w3.org/2000/svg}"
        assert {node.tag for node in root.iter()} <= {
            namespace + tag for tag in ("svg", "title", "style", "polyline", "rect", "circle", "text")
        }
        assert sum("".join(node.itertext()) == ODD_TEXT for node in root.iter(namespace + "text")) == 2


def test_an_svg_file_brings_its_colours():
    drawing = Drawing(10, 10, tuple(Dot(5, 5, role) for role in Role))
    text = svg_file(drawing)
    assert all(f"--{role}:#" in text for role in Role)
