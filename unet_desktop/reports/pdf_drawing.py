"""Drawings in a PDF: the shapes of reportlab."""

from __future__ import annotations

from typing import Any

from unet_desktop.reports.drawing import Bar, Dot, Drawing, Line, Shape, Words
from unet_desktop.reports.pdf_style import Style


def flowable(drawing: Drawing, style: Style, width: float) -> Any:
    """The drawing, scaled to a width in points."""
    from reportlab.graphics.shapes import Drawing as Sheet
    from reportlab.graphics.shapes import Group

    scale = width / drawing.width
    sheet = Sheet(width, drawing.height * scale)
    group = Group(transform=(scale, 0, 0, scale, 0, 0))
    for shape in drawing.shapes:
        group.add(_part(shape, drawing.height, style))
    sheet.add(group)
    return sheet


def _part(shape: Shape, height: float, style: Style) -> Any:
    """One shape; reportlab counts y upward."""
    from reportlab.graphics.shapes import Circle, PolyLine, Rect

    match shape:
        case Line():
            points = [number for x, y in shape.points for number in (x, height - y)]
            dashes = [5, 4] if shape.dashed else None
            return PolyLine(
                points, strokeColor=style.colour(shape.role), strokeWidth=shape.width, strokeDashArray=dashes
            )
        case Bar():
            return Rect(
                shape.left, height - shape.top - shape.height, shape.width, shape.height,
                fillColor=style.colour(shape.role), fillOpacity=shape.opacity, strokeColor=None,
            )  # fmt: skip
        case Dot():
            colour = style.colour(shape.role)
            return Circle(shape.x, height - shape.y, shape.radius, fillColor=colour, fillOpacity=0.65, strokeColor=None)
        case Words():
            return _words(shape, height, style)


def _words(words: Words, height: float, style: Style) -> Any:
    from reportlab.graphics.shapes import Group, Rect, String
    from reportlab.lib.colors import white

    x, y = words.x, height - words.y
    text = String(
        0 if words.turned else x, 0 if words.turned else y, style.plain(words.text), textAnchor=words.anchor,
        fontName=style.font, fontSize=words.size * 0.92, fillColor=style.colour(words.role),
    )  # fmt: skip
    if words.clear:
        left, bottom, right, top = text.getBounds()
        ground = Rect(left, bottom, right - left, top - bottom, fillColor=white, fillOpacity=0.8, strokeColor=None)
        return Group(ground, text)
    return Group(text, transform=(0, 1, -1, 0, x, y)) if words.turned else text
