"""Documents as Markdown, without plots and pictures, to keep beside code or paste into a paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unet_desktop.reports.document import (
    Block,
    Document,
    FactList,
    Gallery,
    Heading,
    Items,
    Notice,
    Paragraph,
    Plots,
    Table,
    Tiles,
    TitledPlot,
)
from unet_desktop.reports.printable import printable

_SIGNS = "\\`*_[]<>|#"


def render_markdown(document: Document) -> str:
    """Render the document as Markdown; the text ends with a line break."""
    parts = [
        f"# {_plain(document.title)}",
        _plain(document.subtitle),
        *_parts(document.blocks),
        _plain(document.footer),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _parts(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading():
                yield "#" * block.level + " " + _plain(block.text)
            case Paragraph() | Notice():
                yield _plain(block.text)
            case Items():
                yield "\n".join(f"- {_plain(entry)}" for entry in block.entries)
            case FactList():
                yield _table(("", ""), block.pairs)
            case Tiles():
                yield _table(("", "", ""), ((tile.title, tile.value, tile.remark) for tile in block.tiles))
            case Table():
                yield _table((column.title for column in block.columns), block.rows)
            case TitledPlot() | Plots() | Gallery():
                pass


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = ["| " + " | ".join(_plain(head) for head in heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows])


def _plain(text: str) -> str:
    """Escape text so that Markdown shows it as it is."""
    text = printable(" ".join(text.splitlines()))
    for sign in _SIGNS:
        text = text.replace(sign, f"\\{sign}")
    return text
