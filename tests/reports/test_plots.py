import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_desktop.reports.colours import ON_WHITE
from unet_desktop.reports.figures import PAPER, draw_figure, draw_svg
from unet_desktop.reports.plots import Axis, Density, Histogram, Mark, Scatter, Strips, describe
from unet_desktop.reports.svg import inline_svg

X, Y = Axis("first", 0, 1), Axis("second", 0, 1)
SCATTER = Scatter(
    X,
    Y,
    ((0.5, 0.5), (2.0, 0.5), (0.5, 0.5), (0.1, 0.9)),
    ("a.jpg", "outside.jpg", "again.jpg", "c.jpg"),
    marks=(Mark(0.3, "bias 0.3"), Mark(7.0, "outside"), Mark(0.8, "limit", "x", dashed=True)),
    bands=((0.2, 0.4), (3, 4), (0.9, 5)),
    identity=True,
)
PLOTS = (
    SCATTER,
    Scatter(X, Y, ()),
    Histogram("ratio", (0, 0.5, 1), (3, 0), (Mark(0.4, "median 0.4", "x"),)),
    Histogram("ratio", (0, 1), (0,)),
    Density(X, Y, ((0, 1), (10, 1000))),
    Strips("Dice", (("disc", (0.9, 0.95, math.nan, 0.97)), ("cup", (0.8, 0.85)), ("none", ()))),
)
ODD_TEXT = "<b>&\"'</b> $x$ 眼底 \x1b \udc80"


def page_of(plot):
    return ElementTree.fromstring(inline_svg(plot, "plot"))


def titles(svg, tag):
    return [title.text for shape in svg.iter(tag) for title in shape.iter("title")]


def texts(svg):
    return [text.text for text in svg.iter("text")]


def test_an_axis_over_nothing_or_one_value_has_a_span():
    for values in ([], [math.nan], [0.0], [0.5, 0.5], [math.inf]):
        axis = Axis.around("x", values)
        assert axis.high > axis.low


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30))
@settings(max_examples=10, deadline=None)
def test_a_histogram_is_as_high_as_its_counts(counts):
    histogram = Histogram("ratio", tuple(n / 10 for n in range(len(counts) + 1)), tuple(counts))
    figure, tips = draw_figure(histogram)
    (bars,) = figure.axes[0].collections
    heights = [path.vertices[:, 1].max() for path in bars.get_paths()]
    assert heights == [count for count in counts if count]
    assert figure.axes[0].get_ylim()[1] > max(counts)
    assert [tip.rpartition(": ")[2] for tip in tips["bars"]] == [f"{count:,}" for count in counts if count]


def test_counts_are_whole_numbers_with_thousands_apart():
    assert {"0", "5,000", "10,000"} <= set(texts(page_of(Histogram("ratio", (0, 1), (12_000,)))))
    assert {"0", "1", "2", "3", "4"} <= set(texts(page_of(Histogram("ratio", (0, 1), (1,)))))


def test_a_scatter_leaves_out_what_lies_outside_its_axes():
    svg = page_of(SCATTER)
    assert titles(svg, "use") == ["a.jpg", "again.jpg", "c.jpg"]
    assert {"bias 0.3", "limit", "first", "second"} <= set(texts(svg))
    assert "outside" not in texts(svg)
    figure, _ = draw_figure(SCATTER)
    identity = figure.axes[0].lines[0]
    assert list(zip(*identity.get_data(), strict=True)) == [(0, 0), (1, 1)]
    bands = [patch.get_bbox().intervaly for patch in figure.axes[0].patches]
    assert [tuple(band) for band in bands] == [(0.2, 0.4), (0.9, 1.0)]


def test_a_density_is_darker_where_there_are_more():
    svg = page_of(Density(X, Y, ((0, 1), (10, 1000))))
    cells = {cell.find("title").text: cell for cell in svg.iter("path") if cell.find("title") is not None}
    assert set(cells) == {"1", "10", "1,000"}
    opacity = {tip: float(re.search("fill-opacity: ([0-9.]+)", cell.get("style"))[1]) for tip, cell in cells.items()}
    assert opacity["1"] < opacity["10"] < opacity["1,000"]
    top = {
        tip: min(float(y) for y in re.findall(r" ([0-9.]+)(?= [LMz])", cell.get("d"))) for tip, cell in cells.items()
    }
    assert top["1"] > top["10"]  # the first row is the lowest


def test_strips_show_every_value_and_a_box_for_each_group():
    figure, tips = draw_figure(PLOTS[-1])
    assert sum(map(len, tips.values())) == 5
    assert sum(line.get_linewidth() > 2 for line in figure.axes[0].lines) == 2
    assert {"disc", "cup", "none", "Dice"} <= set(texts(page_of(PLOTS[-1])))


@pytest.mark.parametrize("plot", PLOTS)
def test_a_plot_in_a_page_takes_colours_and_font_from_the_page(plot):
    text = inline_svg(plot, "plot")
    assert inline_svg(plot, "plot") == text
    assert not re.search("#[0-9a-f]{6}", text)
    assert set(re.findall(r"var\(--(\w+)\)", text)) <= set(ON_WHITE)
    assert "font-family" not in text
    assert "url(" not in text
    svg = ElementTree.fromstring(text)
    assert svg[0].text == describe(plot)
    assert svg.get("role") == "img"
    names = [element.get("id") for element in svg.iter() if "id" in element.attrib]
    assert len(names) == len(set(names))
    assert all(name.startswith("plot-") for name in names)
    assert {use.get("href") for use in svg.iter("use")} == {f"#{name}" for name in names}


@pytest.mark.parametrize("plot", PLOTS)
def test_a_drawing_on_paper_is_the_same_twice(plot):
    assert draw_svg(plot, PAPER) == draw_svg(plot, PAPER)


def test_names_are_taken_for_nothing_but_names():
    mark = (Mark(0.5, ODD_TEXT),)
    for plot in (
        Scatter(Axis(ODD_TEXT, 0, 1), Y, ((0.5, 0.5),), (ODD_TEXT,), mark, description=ODD_TEXT),
        Strips(ODD_TEXT, ((ODD_TEXT, (0.5,)),)),
    ):
        text = inline_svg(plot, "plot")
        assert "<b>" not in text
        svg = ElementTree.fromstring(text)
        assert texts(svg).count("<b>&\"'</b> $x$ 眼底 \\x1b \\udc80") == 2
        assert all("\\x1b" in tip for tip in titles(svg, "use"))


def test_an_unwritten_description_names_the_axes():
    assert describe(Scatter(X, Y, ())) == "second against first"
    assert describe(Histogram("ratio", (0, 1), (1,))) == "Histogram of ratio"
    assert describe(PLOTS[-1]) == "Dice of disc, cup, none"
