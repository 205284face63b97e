"""A report's document: blocks of plain values that each renderer shows in its own way.

All text is plain text; what it contains is never taken for markup, whatever a file was called.
"""

from __future__ import annotations

from dataclasses import dataclass

from unet_desktop.reports.plots import AnyPlot


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's title; level 2 opens a section and is listed at the top, 3 a part of one."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; small is for what explains a table or a plot."""

    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that must not be overlooked, in a frame."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list with points."""

    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and their values: settings, a model's details, definitions."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure: what stands large, what it counts, and a word on it; `doubtful` ones are set apart."""

    value: str
    title: str
    remark: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Tiles:
    """Key figures side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column.

    Attributes:
        title: its head.
        numeric: set to the right, with figures of one width.
        share: of the table's width, relative to the other columns.
    """

    title: str
    numeric: bool = False
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """One way to order a table's rows: `ranks` holds each row's place, from 0."""

    title: str
    ranks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells.

    Attributes:
        columns: as many as each row has cells.
        rows: of plain text.
        orders: further ways to order the rows, which a reader can choose on the screen, beside `order`.
        order: what the order of `rows` is called; needed where there are others.
        printed: is it worth paper? Long tables are not.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    orders: tuple[Order, ...] = ()
    order: str = ""
    printed: bool = True


NOT_PRINTED = "This table is too long for paper; the HTML report shows it."
"""What stands in place of a table that is not worth paper."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot with its title and what must be known to read it."""

    title: str
    figure: AnyPlot
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Plots:
    """Plots side by side where there is room."""

    plots: tuple[Plot, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A small picture with its name and what is said of it.

    Attributes:
        name: of the picture.
        jpeg: the small picture as a JPEG file; None where there is none to show.
        lines: short facts, one a line.
        size: (width, height) of the small picture, pixels.
    """

    name: str
    jpeg: bytes | None
    lines: tuple[str, ...] = ()
    size: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class Gallery:
    """Small pictures in rows; `legend` says what each outline's colour ("#rrggbb") means."""

    cards: tuple[Card, ...]
    legend: tuple[tuple[str, str], ...] = ()


Block = Heading | Paragraph | Notice | Items | Facts | Tiles | Table | Plot | Plots | Gallery


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    Attributes:
        title: what it is.
        subtitle: what, when and with what, in one line.
        blocks: its content in order.
        footer: the last line of it, and of every page of a PDF.
    """

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    footer: str
