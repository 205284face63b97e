"""The style of a PDF: page, fonts, colours, paragraphs and grids of reportlab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import KeepTogether, LongTable, Paragraph, Table

from unet_desktop.reports.colours import ON_WHITE
from unet_desktop.reports.printable import escape_sequence, printable
from unet_desktop.resources import resource

_LINE = "#d5d9df"
_WARNING = "#fff3d6"
COLUMN_GAP = 20.0
"""Between columns side by side, points."""
_WARNING_LINE = "#e2b04a"

# name: (size, leading, bold, colour, space before, space after, right)
_TEXTS: dict[str, tuple[float, float, bool, str, float, float, bool]] = {
    "title": (19, 23, True, "ink", 0, 3, False),
    "subtitle": (9.5, 13, False, "muted", 0, 8, False),
    "heading": (13, 17, True, "ink", 16, 6, False),
    "part": (10, 13, True, "ink", 10, 4, False),
    "body": (9, 12.5, False, "ink", 0, 6, False),
    "item": (9, 12.5, False, "ink", 0, 3, False),
    "small": (7.8, 10.5, False, "muted", 1, 4, False),
    "muted": (8.3, 11, False, "muted", 0, 0, False),
    "cell": (8.3, 11, False, "ink", 0, 0, False),
    "cell-right": (8.3, 11, False, "ink", 0, 0, True),
    "head": (7.8, 10, True, "muted", 0, 0, False),
    "head-right": (7.8, 10, True, "muted", 0, 0, True),
    "figure": (17, 21, True, "ink", 0, 0, False),
    "plot": (9, 12, True, "ink", 4, 2, False),
    "card": (7, 8.8, True, "ink", 2, 0, False),
    "card-line": (6.8, 8.6, False, "muted", 0, 0, False),
}


class PdfStyle:
    """Makes reportlab's parts in one style, and knows whether the font lacked glyphs.

    Attributes:
        page: (width, height), points.
        margin: on all sides, points.
        font, bold: names of the fonts.
        escaped_any: was anything written as an escape because the font lacks it?
    """

    font, bold = "UNetSans", "UNetSans-Bold"

    def __init__(self) -> None:
        """Register the fonts that come with the program, so that the file looks the same everywhere."""
        self.page: tuple[float, float] = A4
        self.margin = 40.0
        self.escaped_any = False
        self._columns = 1
        regular = TTFont(self.font, str(resource("fonts/DejaVuSans.ttf")))
        pdfmetrics.registerFont(regular)
        pdfmetrics.registerFont(TTFont(self.bold, str(resource("fonts/DejaVuSans-Bold.ttf"))))
        self._glyphs = frozenset(regular.face.charToGlyph)
        self._styles = {
            name: ParagraphStyle(
                name,
                fontName=self.bold if bold else self.font,
                fontSize=size,
                leading=leading,
                textColor=self.colour(colour),
                spaceBefore=before,
                spaceAfter=after,
                alignment=TA_RIGHT if right else TA_LEFT,
                leftIndent=11 if name == "item" else 0,
                splitLongWords=1,
                keepWithNext=name in ("heading", "part"),
            )
            for name, (size, leading, bold, colour, before, after, right) in _TEXTS.items()
        }

    @property
    def width(self) -> float:
        """Width of what is printed, of a column where there are some, points."""
        return (self.page[0] - 2 * self.margin - (self._columns - 1) * COLUMN_GAP) / self._columns

    @contextmanager
    def in_columns(self, count: int) -> Iterator[None]:
        """Make parts for one of this many columns side by side."""
        self._columns = count
        yield
        self._columns = 1

    def colour(self, purpose: str) -> Any:
        """Look up a colour by its purpose in `ON_WHITE`."""
        return HexColor(ON_WHITE[purpose])

    def escape_missing(self, text: str) -> str:
        r"""Write each character that the font cannot show as an escape such as \u4e2d."""
        text = printable(text)
        if all(ord(sign) in self._glyphs for sign in text):
            return text
        self.escaped_any = True
        return "".join(sign if ord(sign) in self._glyphs else escape_sequence(sign) for sign in text)

    def markup(self, text: str) -> str:
        """Turn plain text into reportlab's markup."""
        return escape(self.escape_missing(text), quote=False)

    def text(self, text: str, name: str, *, bullet: str | None = None) -> Any:
        """Make a paragraph of plain text in one of the named styles."""
        return self.paragraph(self.markup(text), name, bullet=bullet)

    def paragraph(self, markup: str, name: str, *, bullet: str | None = None) -> Any:
        """Make a paragraph of text that `markup` returned."""
        return Paragraph(markup, self._styles[name], bulletText=bullet)

    def keep_together(self, parts: Sequence[Any]) -> Any:
        """Keep parts on one page."""
        return KeepTogether(list(parts))

    def grid(
        self,
        rows: Sequence[Sequence[Any]],
        widths: Sequence[float],
        *,
        head: bool = False,
        ruled: bool = False,
        dense: bool = False,
    ) -> Any:
        """Set cells in rows; with `head` the first is repeated on each page, and `dense` rows are closer together."""
        room = 1.0 if dense else 2.5
        rules: list[tuple[Any, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 8),
            ("TOPPADDING", (0, 0), (-1, -1), room),
            ("BOTTOMPADDING", (0, 0), (-1, -1), room + 0.5 * dense),
        ]
        if head or ruled:
            rules.append(("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(_LINE)))
            rules.append(("RIGHTPADDING", (-1, 0), (-1, -1), 0))
        return LongTable(
            list(map(list, rows)),
            colWidths=list(widths),
            repeatRows=int(head),
            style=rules,
            hAlign="LEFT",
            spaceAfter=6,
        )

    def frame_cells(
        self,
        rows: Sequence[Sequence[Any]],
        widths: Sequence[float],
        count: int,
        warnings: Sequence[tuple[int, int]],
    ) -> Any:
        """Frame the first `count` cells of rows; highlight those at the (column, row) of `warnings`."""
        rules: list[tuple[Any, ...]] = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 7)]
        for at in range(count):
            place = (at % len(widths), at // len(widths))
            rules.append(("BOX", place, place, 0.5, HexColor(_LINE)))
        rules += [("BACKGROUND", place, place, HexColor(_WARNING)) for place in warnings]
        return Table(list(map(list, rows)), colWidths=list(widths), style=rules, hAlign="LEFT", spaceAfter=8)

    def frame(self, paragraph: Any) -> Any:
        """Frame a paragraph that must not be overlooked."""
        rules = [
            ("BOX", (0, 0), (-1, -1), 0.7, HexColor(_WARNING_LINE)),
            ("BACKGROUND", (0, 0), (-1, -1), HexColor(_WARNING)),
            ("TOPPADDING", (0, 0), (-1, -1), 6),
        ]
        return Table([[paragraph]], colWidths=[self.width], style=rules, hAlign="LEFT", spaceAfter=8)
