"""Documents as one HTML file: no network, no script; light, dark and on paper."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from unet_desktop.reports.document import (
    NOT_PRINTED,
    Block,
    Card,
    Column,
    Document,
    Facts,
    Gallery,
    Heading,
    Items,
    Notice,
    Paragraph,
    Plot,
    Plots,
    Table,
    Tiles,
)
from unet_desktop.reports.plain import shown
from unet_desktop.reports.svg import inline_svg
from unet_desktop.resources import resource

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""The browser itself is told that nothing may be loaded and nothing run."""

_NUMERIC = "text-align:right;padding-right:18px;font-variant-numeric:tabular-nums;white-space:nowrap"


def html_pages(document: Document) -> Iterator[bytes]:
    """The file's content in pieces, UTF-8, so that a long table never exists twice in memory."""
    for piece in _document(document):
        yield piece.encode("utf-8")


def _document(document: Document) -> Iterator[str]:
    style = resource("report.css").read_text("utf-8")
    tables = ((block, number) for number, block in enumerate(document.blocks) if isinstance(block, Table))
    style += "".join(_column_rules(table, f"table{number}") for table, number in tables)
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_text(document.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
    )
    yield f"<header>\n<h1>{_text(document.title)}</h1>\n<p>{_text(document.subtitle)}</p>\n"
    yield _contents(document.blocks)
    yield "</header>\n<main>\n"
    sections = 0
    for number, block in enumerate(document.blocks):
        if isinstance(block, Heading) and block.level == 2:
            yield ("</section>\n" if sections else "") + "<section>\n"
            sections += 1
        yield from _block(block, number)
    yield (
        "</section>\n" if sections else ""
    ) + f"</main>\n<footer>{_text(document.footer)}</footer>\n</body>\n</html>\n"


def _contents(blocks: Sequence[Block]) -> str:
    """Links to the sections; where there is but one, none."""
    links = [
        f'<a href="#part{number}">{_text(block.text)}</a>'
        for number, block in enumerate(blocks)
        if isinstance(block, Heading) and block.level == 2
    ]
    return f'<nav aria-label="Contents">{" ".join(links)}</nav>\n' if len(links) > 1 else ""


def _block(block: Block, number: int) -> Iterator[str]:
    match block:
        case Heading():
            yield f'<h{block.level} id="part{number}">{_text(block.text)}</h{block.level}>\n'
        case Paragraph():
            opening = '<p class="small">' if block.small else "<p>"
            yield f"{opening}{_text(block.text)}</p>\n"
        case Notice():
            yield f'<p class="notice" role="note">{_text(block.text)}</p>\n'
        case Items():
            yield "<ul>\n" + "".join(f"<li>{_text(entry)}</li>\n" for entry in block.entries) + "</ul>\n"
        case Facts():
            pairs = (f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>\n" for name, value in block.pairs)
            yield '<dl class="facts">\n' + "".join(pairs) + "</dl>\n"
        case Tiles():
            yield '<div class="tiles">\n' + "".join(_tiles(block)) + "</div>\n"
        case Table():
            yield from _table(block, number)
        case Plot():
            yield _plot(block)
        case Plots():
            yield '<div class="plots">\n' + "".join(_plot(plot) for plot in block.plots) + "</div>\n"
        case Gallery():
            yield from _gallery(block)


def _tiles(block: Tiles) -> Iterator[str]:
    for tile in block.tiles:
        remark = f"<small>{_text(tile.remark)}</small>" if tile.remark else ""
        doubtful = " doubtful" if tile.doubtful else ""
        yield f'<div class="tile{doubtful}"><b>{_text(tile.value)}</b><span>{_text(tile.title)}</span>{remark}</div>\n'


def _table(table: Table, number: int) -> Iterator[str]:
    classes = " ".join(("table", *(() if table.printed else ("screen",)), *(("ordered",) if table.orders else ())))
    name = f"table{number}"
    if not table.printed:
        yield f'<p class="small paper">{_text(NOT_PRINTED)}</p>\n'
    yield f'<div class="{classes}" id="{name}">\n'
    if table.orders:
        yield from _orders(table, name)
    yield '<div class="scroll">\n<table>\n<thead><tr>'
    yield "".join(_head(column) for column in table.columns)
    yield "</tr></thead>\n<tbody>\n"
    # The style sheet needs no class for a cell of numbers: it knows the columns (see `_column_rules`).
    for place, row in enumerate(table.rows):
        ranks = ";".join(f"--o{at}:{order.ranks[place]}" for at, order in enumerate(table.orders, 1))
        yield (f'<tr style="{ranks}">' if ranks else "<tr>") + "".join(f"<td>{_text(cell)}" for cell in row) + "\n"
    yield "</tbody>\n</table>\n</div>\n</div>\n"


def _orders(table: Table, name: str) -> Iterator[str]:
    """Radio buttons that order the rows without a script: each row knows its place in every order."""
    yield "<fieldset><legend>Order</legend>\n"
    for at, title in enumerate((table.order, *(order.title for order in table.orders))):
        checked = "" if at else " checked"
        yield f'<label><input type="radio" name="{name}" id="{name}o{at}"{checked}> {_text(title)}</label>\n'
    yield "</fieldset>\n"


def _column_rules(table: Table, name: str) -> str:
    rules = [
        f"#{name} td:nth-child({at}){{{_NUMERIC}}}" for at, column in enumerate(table.columns, 1) if column.numeric
    ]
    if table.orders:
        widths = " ".join(f"minmax(0,{column.share:g}fr)" for column in table.columns)
        rules.append(f"#{name} tr{{grid-template-columns:{widths}}}")
        rules += [
            f"#{name}:has(#{name}o{at}:checked) tr{{order:var(--o{at})}}" for at in range(1, len(table.orders) + 1)
        ]
    return "".join(f"{rule}\n" for rule in rules)


def _head(column: Column) -> str:
    return f'<th scope="col"{" class=number" if column.numeric else ""}>{_text(column.title)}</th>'


def _plot(plot: Plot) -> str:
    caption = f"<p>{_text(plot.caption)}</p>" if plot.caption else ""
    return (
        f'<figure class="plot"><figcaption>{_text(plot.title)}</figcaption>\n{inline_svg(plot.drawing)}\n'
        f"{caption}</figure>\n"
    )


def _gallery(gallery: Gallery) -> Iterator[str]:
    if gallery.legend:
        entries = (
            f'<span><i style="background:{escape(colour)}"></i>{_text(name)}</span>' for colour, name in gallery.legend
        )
        yield f'<p class="legend">{"".join(entries)}</p>\n'
    yield '<div class="gallery">\n'
    for card in gallery.cards:
        yield _card(card)
    yield "</div>\n"


def _card(card: Card) -> str:
    lines = "".join(f"<span>{_text(line)}</span>" for line in card.lines)
    if card.jpeg is None:
        picture = '<div class="none">not shown</div>'
    else:
        width, height = card.size
        picture = f'<img src="{data_uri(card.jpeg)}" width="{width}" height="{height}" alt="{_text(card.name)}">'
    name = f'<b title="{_text(card.name)}">{_text(card.name)}</b>'
    return f"<figure>{picture}<figcaption>{name}{lines}</figcaption></figure>\n"


def data_uri(jpeg: bytes) -> str:
    """A JPEG file as an address that contains it."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _text(text: str) -> str:
    return escape(shown(text))


def joined(pieces: Iterable[bytes]) -> bytes:
    """The whole file at once, for those who have room."""
    return b"".join(pieces)
