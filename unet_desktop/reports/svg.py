"""Drawings as SVG: inline in a page whose style sheet knows the roles, or as a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from unet_desktop.reports.drawing import Bar, Dot, Drawing, Line, Role, Shape, Words
from unet_desktop.reports.plain import shown

_COLOURS = {
    Role.INK: "#1b1e23", Role.MUTED: "#565d68", Role.GRID: "#dfe2e6", Role.FIRST: "#0072b2", Role.SECOND: "#d55e00",
    Role.THIRD: "#009e73", Role.FOURTH: "#aa4499",
}  # fmt: skip
"""On white; a page's style sheet has its own, light and dark."""

_CLEAR = ' stroke="var(--sheet)" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'


def colour_of(role: Role) -> str:
    """The role's colour on white, "#rrggbb"."""
    return _COLOURS[role]


def inline_svg(drawing: Drawing) -> str:
    """An `<svg>` element whose colours are the variables --ROLE of the page around it."""
    return _svg(drawing, "")


def svg_file(drawing: Drawing) -> str:
    """The drawing as an SVG file on white, for articles and slides."""
    variables = "".join(f"--{role}:{colour};" for role, colour in _COLOURS.items())
    style = f"<style>svg{{--sheet:#fff;{variables}font-family:Arial,Helvetica,sans-serif}}</style>"
    ground = f'<rect width="{_number(drawing.width)}" height="{_number(drawing.height)}" fill="#fff"/>'
    return _svg(drawing, style + ground) + "\n"


def _svg(drawing: Drawing, before: str) -> str:
    size = f"{_number(drawing.width)} {_number(drawing.height)}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img">'
    title = f"<title>{_text(drawing.description)}</title>" if drawing.description else ""
    return head + title + before + "".join(_elements(drawing)) + "</svg>"


def _elements(drawing: Drawing) -> Iterator[str]:
    for shape in drawing.shapes:
        yield _element(shape)


def _element(shape: Shape) -> str:
    match shape:
        case Line():
            points = " ".join(f"{_number(x)},{_number(y)}" for x, y in shape.points)
            dashes = ' stroke-dasharray="5 4"' if shape.dashed else ""
            width = "" if shape.width == 1 else f' stroke-width="{_number(shape.width)}"'
            return f'<polyline points="{points}" fill="none" style="stroke:var(--{shape.role})"{width}{dashes}/>'
        case Bar():
            place = " ".join(
                f'{name}="{_number(value)}"'
                for name, value in (
                    ("x", shape.left),
                    ("y", shape.top),
                    ("width", shape.width),
                    ("height", shape.height),
                )
            )
            opacity = "" if shape.opacity == 1 else f' opacity="{_number(shape.opacity)}"'
            return _with_tip("rect", f'{place} style="fill:var(--{shape.role})"{opacity}', shape.tip)
        case Dot():
            place = f'cx="{_number(shape.x)}" cy="{_number(shape.y)}" r="{_number(shape.radius)}"'
            return _with_tip("circle", f'{place} style="fill:var(--{shape.role})" opacity=".65"', shape.tip)
        case Words():
            anchor = "" if shape.anchor == "start" else f' text-anchor="{shape.anchor}"'
            place = f'x="{_number(shape.x)}" y="{_number(shape.y)}"'
            turn = f' transform="rotate(-90 {_number(shape.x)} {_number(shape.y)})"' if shape.turned else ""
            style = f'font-size="{_number(shape.size)}" style="fill:var(--{shape.role})"'
            clear = _CLEAR if shape.clear else ""
            return f"<text {place}{anchor}{turn}{clear} {style}>{_text(shape.text)}</text>"


def _with_tip(tag: str, attributes: str, tip: str) -> str:
    return f"<{tag} {attributes}><title>{_text(tip)}</title></{tag}>" if tip else f"<{tag} {attributes}/>"


def _text(text: str) -> str:
    return escape(shown(text))


def _number(value: float) -> str:
    """At most two decimals, none that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
