"""Documents as one HTML file, by Jinja2 (extra "report"): no network, no script; light, dark and on paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from unet_desktop.reports.document import NOT_PRINTED, Block, Document, Heading, Table, TitledPlot
from unet_desktop.reports.printable import printable
from unet_desktop.reports.svg import inline_svg

_BUFFERED = 256
"""Pieces of text that are joined before they are yielded."""

_Named = tuple[Block, str]
"""A block and its id in the page."""


def render_html(document: Document) -> Iterator[bytes]:
    """Yield the page in pieces, UTF-8, so that a long table never exists twice in memory."""
    blocks = [(block, f"part{number}") for number, block in enumerate(document.blocks)]
    introduction, sections = _sections(blocks)
    stream = (
        _environment()
        .get_template("document.html.jinja")
        .stream(
            document=document,
            introduction=introduction,
            sections=sections,
            tables=[(block, name) for block, name in blocks if isinstance(block, Table)],
            not_printed=NOT_PRINTED,
        )
    )
    stream.enable_buffering(_BUFFERED)
    for piece in stream:
        yield piece.encode("utf-8")


def _sections(blocks: Sequence[_Named]) -> tuple[Sequence[_Named], list[Sequence[_Named]]]:
    """Split blocks at the headings of level 2, into the introduction and the sections."""
    starts = [at for at, (block, _) in enumerate(blocks) if isinstance(block, Heading) and block.level == 2]
    ends = [*starts[1:], len(blocks)]
    introduction = blocks[: starts[0]] if starts else blocks
    return introduction, [blocks[start:end] for start, end in zip(starts, ends, strict=True)] if starts else []


def _environment() -> Environment:
    """Make an environment whose templates make all text printable and escape it."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"kind": _kind, "svg": _svg, "data_uri": _data_uri}
    return environment


def _finalize(value: object) -> object:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _kind(block: Block) -> str:
    return type(block).__name__


def _svg(plot: TitledPlot, name: str) -> Markup:
    return Markup(inline_svg(plot.figure, name))


def _data_uri(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")
