"""Documents as PDF, A4, by reportlab and svglib (extra "report"): the same blocks as in HTML."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from reportlab.graphics.shapes import Drawing, Group, String
from reportlab.platypus import Image, SimpleDocTemplate
from svglib.fonts import register_font
from svglib.svglib import svg2rlg

from unet_desktop.reports.document import (
    NOT_PRINTED,
    Block,
    Card,
    Columns,
    Document,
    FactList,
    Gallery,
    Heading,
    Items,
    Notice,
    Paragraph,
    Photograph,
    Plots,
    Table,
    Tiles,
    TitledPlot,
)
from unet_desktop.reports.figures import FONT, PAPER, draw_svg, size_of
from unet_desktop.reports.pdf_style import PdfStyle
from unet_desktop.reports.printable import shorten

_CARDS_IN_A_ROW = 6
_LONGEST_CELL = 1200
"""Characters of a cell: a row must fit on a page, even in a narrow column."""
_LONGEST_NAME = 60
"""Characters of a card's name; more would push the pictures apart."""
_ROUND = 140.0
"""Width of a round plot in a column, points."""
_TALLEST = 160.0
"""Height of a large picture, points."""
_ESCAPES = "Characters that this file's font lacks are written as escapes, such as \\u4e2d; the HTML report shows them."


def render_pdf(document: Document) -> bytes:
    """Render the document as a PDF file; the same document gives the same bytes."""
    style = PdfStyle()
    target = io.BytesIO()
    template = SimpleDocTemplate(
        target,
        pagesize=style.page,
        leftMargin=style.margin,
        rightMargin=style.margin,
        topMargin=style.margin,
        bottomMargin=style.margin + 14,
        title=style.escape_missing(document.title),
        author="U-Net Desktop",
        # Otherwise each file holds the time of day and a random number.
        invariant=1,
    )
    story: list[Any] = [style.text(document.title, "title"), style.text(document.subtitle, "subtitle")]
    sections: list[tuple[str, str]] = []
    for number, block in enumerate(document.blocks):
        if isinstance(block, Heading) and block.level == 2:
            sections.append((f"part{number}", style.escape_missing(block.text)))
            story.append(style.paragraph(f'<a name="part{number}"/>{style.markup(block.text)}', "heading"))
        else:
            story += _flowables(block, style)
    if style.escaped_any:
        story.append(style.text(_ESCAPES, "small"))

    def foot(canvas: Any, _template: Any) -> None:
        canvas.setFont(style.font, 7.5)
        canvas.setFillColor(style.colour("muted"))
        canvas.drawString(style.margin, style.margin, style.escape_missing(document.footer)[:130])
        canvas.drawRightString(style.page[0] - style.margin, style.margin, f"{canvas.getPageNumber()}")

    def open_at(canvas: Any, template: Any) -> None:
        for name, text in sections:  # a viewer lists them beside the pages
            canvas.addOutlineEntry(text, name)
        foot(canvas, template)

    template.build(story, onFirstPage=open_at, onLaterPages=foot)
    return target.getvalue()


def _flowables(block: Block, style: PdfStyle) -> list[Any]:
    """Turn a block into flowables of reportlab."""
    match block:
        case Heading():
            return [style.text(block.text, "part")]
        case Paragraph():
            return [style.text(block.text, "small" if block.small else "body")]
        case Notice():
            return [style.frame(style.text(block.text, "body"))]
        case Items():
            return [style.text(entry, "item", bullet="•") for entry in block.entries]
        case FactList():
            return [_facts(block, style)]
        case Tiles():
            return [_tiles(block, style)]
        case Table():
            return _table(block, style)
        case TitledPlot():
            return [style.keep_together(_plot(block, style, style.width * 0.62))]
        case Plots():
            return [_plots(block, style)]
        case Gallery():
            return list(_gallery(block, style))
        case Photograph():
            return _photograph(block, style)
        case Columns():
            return [_columns(block, style)]


def _columns(block: Columns, style: PdfStyle) -> Any:
    width = style.width
    with style.in_columns(len(block.columns)):
        cells = [[part for one in column for part in _in_column(one, style)] for column in block.columns]
        own = style.width
    gap = (width - own * len(cells)) / max(len(cells) - 1, 1)
    return style.grid([cells], [own + gap] * (len(cells) - 1) + [own])


def _in_column(block: Block, style: PdfStyle) -> list[Any]:
    """Turn a block into flowables; a plot is kept together by the row that it is in."""
    if isinstance(block, TitledPlot):
        return _plot(block, style, min(style.width, _ROUND))
    return _flowables(block, style)


def _photograph(block: Photograph, style: PdfStyle) -> list[Any]:
    scale = min(style.width / block.size[0], _TALLEST / block.size[1])
    size = (block.size[0] * scale, block.size[1] * scale)
    caption = [style.text(block.caption, "small")] if block.caption else []
    return [Image(io.BytesIO(block.jpeg), *size, hAlign="LEFT"), *caption]


def _facts(block: FactList, style: PdfStyle) -> Any:
    rows = [
        [style.text(name, "muted"), style.text(shorten(value, _LONGEST_CELL), "cell")] for name, value in block.pairs
    ]
    return style.grid(rows, [style.width * 0.27, style.width * 0.73], ruled=True)


def _tiles(block: Tiles, style: PdfStyle) -> Any:
    cells = [
        [style.text(tile.value, "figure"), style.text(tile.title, "cell"), style.text(tile.remark, "small")]
        for tile in block.tiles
    ]
    most = 5
    rows = [cells[at : at + most] for at in range(0, len(cells), most)]
    widths = [style.width / min(most, len(cells))] * min(most, len(cells))
    rows[-1] += [[]] * (len(widths) - len(rows[-1]))
    warnings = [(at % most, at // most) for at, tile in enumerate(block.tiles) if tile.warning]
    return style.frame_cells(rows, widths, len(cells), warnings)


def _table(block: Table, style: PdfStyle) -> list[Any]:
    if not block.printed:
        return [style.text(NOT_PRINTED, "small")]
    total = sum(column.share for column in block.columns)
    heads = [style.text(column.title, "head-right" if column.numeric else "head") for column in block.columns]
    rows = [
        [
            style.text(shorten(cell, _LONGEST_CELL), "cell-right" if column.numeric else "cell")
            for cell, column in zip(row, block.columns, strict=True)
        ]
        for row in block.rows
    ]
    widths = [style.width * column.share / total for column in block.columns]
    return [style.grid([heads, *rows], widths, head=True, dense=block.dense)]


def _plots(block: Plots, style: PdfStyle) -> Any:
    gap = 12.0
    width = (style.width - gap) / 2
    cells = [_plot(plot, style, width) for plot in block.plots]
    rows = [cells[at : at + 2] for at in range(0, len(cells), 2)]
    rows[-1] += [[]] * (2 - len(rows[-1]))
    return style.grid(rows, [width + gap / 2] * 2)


def _plot(plot: TitledPlot, style: PdfStyle, width: float) -> list[Any]:
    parts = [style.text(plot.title, "plot"), _drawing(plot, style, width)]
    if plot.caption:
        parts.append(style.text(plot.caption, "small"))
    return parts


def _drawing(plot: TitledPlot, style: PdfStyle, width: float) -> Any:
    """Draw a plot as vectors and text, so that it is sharp at any size and its text can be searched."""
    svg, _ = draw_svg(plot.figure, size_of(plot.figure, PAPER))
    register_font(FONT, rlgFontName=style.font)
    drawing: Any = svg2rlg(io.BytesIO(svg.encode("utf-8")))
    _escape_texts(drawing, style)
    scale = width / drawing.width
    drawing.width, drawing.height = width, drawing.height * scale
    drawing.scale(scale, scale)
    return drawing


def _escape_texts(shape: Any, style: PdfStyle) -> None:
    if isinstance(shape, String):
        shape.text = style.escape_missing(shape.text)
    elif isinstance(shape, Drawing | Group):
        for part in shape.contents:
            _escape_texts(part, style)


def _gallery(gallery: Gallery, style: PdfStyle) -> Iterator[Any]:
    if gallery.legend:
        names = "   ".join(
            f'<font color="{escape(colour)}">■</font> {style.markup(name)}' for colour, name in gallery.legend
        )
        yield style.paragraph(names, "small")
    width = style.width / _CARDS_IN_A_ROW
    cells = [_card(card, style, width - 8) for card in gallery.cards]
    for row in _in_rows(cells):
        yield style.grid([row], [width] * _CARDS_IN_A_ROW)


def _in_rows(cells: Sequence[Any]) -> Iterator[list[Any]]:
    for at in range(0, len(cells), _CARDS_IN_A_ROW):
        row = list(cells[at : at + _CARDS_IN_A_ROW])
        yield row + [""] * (_CARDS_IN_A_ROW - len(row))


def _card(card: Card, style: PdfStyle, side: float) -> list[Any]:
    picture: list[Any] = []
    if card.jpeg is not None:
        width, height = card.size
        scale = side / max(width, height)
        picture = [Image(io.BytesIO(card.jpeg), width * scale, height * scale, hAlign="LEFT")]
    name = style.text(shorten(card.name, _LONGEST_NAME), "card")
    return [*picture, name, *(style.text(line, "card-line") for line in card.lines)]
