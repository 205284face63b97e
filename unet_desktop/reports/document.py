"""A report as a document: blocks of plain values, which each renderer shows in its own way.

All text is plain text: nothing in it is ever taken for markup, whatever a file is called.
"""

from __future__ import annotations

from dataclasses import dataclass

from unet_desktop.reports.plots import AnyPlot


@dataclass(frozen=True, slots=True)
class Heading:
    """A title: level 2 opens a section, which is listed at the top; level 3 opens a part of one."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `small` for text that explains a table or a plot."""

    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that must not be overlooked, in a frame."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A bulleted list."""

    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactList:
    """Names and their values: settings, a model's details, definitions."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """A key number: its value, large, its title and a remark; `warning` highlights it."""

    value: str
    title: str
    remark: str = ""
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Tiles:
    """Key numbers side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A table's column.

    Attributes:
        title: its head.
        numeric: aligned right, with digits of one width.
        share: the column's part of the table's width, relative to the other columns.
    """

    title: str
    numeric: bool = False
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class RowOrder:
    """One way to order a table's rows: `ranks` holds each row's place, from 0."""

    title: str
    ranks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells.

    Attributes:
        columns: one for each cell of a row.
        rows: plain text of each cell.
        orders: other orders of the rows, which a reader can choose on the screen.
        order: the name of the order that `rows` have; needed where there are others.
        printed: whether the table is printed; long ones are not.
        dense: with little room between the rows on paper.
    """

    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    orders: tuple[RowOrder, ...] = ()
    order: str = ""
    printed: bool = True
    dense: bool = False


NOT_PRINTED = "This table is too long for paper; the HTML report shows it."
"""Printed in place of a table that is too long."""


@dataclass(frozen=True, slots=True)
class TitledPlot:
    """A plot with its title and what must be known to read it."""

    title: str
    figure: AnyPlot
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Plots:
    """Plots side by side where there is room."""

    plots: tuple[TitledPlot, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A close-up with its name and a few facts.

    Attributes:
        name: the picture's.
        jpeg: the close-up as a JPEG file; None where there is none to show.
        lines: short facts, one a line.
        size: (width, height) of the close-up, pixels.
    """

    name: str
    jpeg: bytes | None
    lines: tuple[str, ...] = ()
    size: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class Gallery:
    """Close-ups in rows; `legend` pairs each outline's colour ("#rrggbb") with its meaning."""

    cards: tuple[Card, ...]
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Photograph:
    """One large picture.

    Attributes:
        jpeg: a JPEG file.
        size: (width, height) of it, pixels.
        description: in words, for those who do not see it.
        caption: what must be known to read it.
    """

    jpeg: bytes
    size: tuple[int, int]
    description: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks side by side, such as those of both eyes."""

    columns: tuple[tuple[Block, ...], ...]


Block = (
    Heading
    | Paragraph
    | Notice
    | Items
    | FactList
    | Tiles
    | Table
    | TitledPlot
    | Plots
    | Gallery
    | Photograph
    | Columns
)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    Attributes:
        title: the heading.
        subtitle: source, date and program, in one line.
        blocks: the content, in order.
        footer: the last line, on every page of a PDF.
    """

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    footer: str
