"""Plots as SVG inside a page whose style sheet chooses the colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from unet_desktop.reports.colours import ON_WHITE
from unet_desktop.reports.figures import SCREEN, draw_svg, size_of
from unet_desktop.reports.plots import AnyPlot, describe
from unet_desktop.reports.printable import printable

_NOT_IN_A_PAGE = ("metadata", "style")
_ATTRIBUTES = ("width", "height", "version")
_SHAPES = ("path", "use")
_DECIMALS = re.compile(r"-?\d+\.\d+")
_FONT = re.compile(r"font-family: [^;]*; ")
_VARIABLES = {colour: f"var(--{purpose})" for purpose, colour in ON_WHITE.items()}
_COLOUR = re.compile("|".join(_VARIABLES))


def inline_svg(plot: AnyPlot, name: str) -> str:
    """Draw a plot as an `<svg>` element whose colours are variables of the page around it, such as --ink.

    Args:
        plot: what to draw.
        name: begins the ids inside it, which must differ from those of the page's other plots.
    """
    text, tips = draw_svg(plot, size_of(plot, SCREEN))
    svg = ElementTree.fromstring(text)
    for element in svg.iter():
        _adapt(element, name)
    for group in svg.iter("g"):
        _add_titles(group, tips.get(group.attrib.pop("id", ""), ()))
    for attribute in _ATTRIBUTES:
        svg.attrib.pop(attribute, None)
    svg.set("role", "img")
    svg.insert(0, _title(describe(plot)))
    return ElementTree.tostring(svg, "unicode")


def _adapt(element: ElementTree.Element, name: str) -> None:
    """Make an element of a file one of a page: HTML knows no namespaces, and the page has a style of its own."""
    element.tag = element.tag.rpartition("}")[2]
    for child in [child for child in element if child.tag.rpartition("}")[2] in _NOT_IN_A_PAGE]:
        element.remove(child)
    for key, value in list(element.items()):
        del element.attrib[key]
        element.set(key.rpartition("}")[2], _DECIMALS.sub(_round, " ".join(value.split())))
    if (style := element.get("style")) is not None:
        element.set("style", _FONT.sub("", _COLOUR.sub(lambda found: _VARIABLES[found[0]], style)))
    if element.tag != "text":
        element.text = None
    element.tail = None
    if element.tag == "path" and "id" in element.attrib:
        element.set("id", f"{name}-{element.get('id')}")
    if (link := element.get("href")) is not None:
        element.set("href", f"#{name}-{link[1:]}")


def _add_titles(group: ElementTree.Element, tips: Sequence[str]) -> None:
    """Give each shape of a group the title that a browser shows when the mouse is over it."""
    if tips:
        shapes = [shape for parent in group.iter() if parent.tag == "g" for shape in parent if shape.tag in _SHAPES]
        for shape, tip in zip(shapes, tips, strict=True):
            shape.append(_title(tip))


def _title(text: str) -> ElementTree.Element:
    title = ElementTree.Element("title")
    title.text = printable(text)
    return title


def _round(number: re.Match[str]) -> str:
    """Two decimals: a hundredth of a point cannot be seen."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
