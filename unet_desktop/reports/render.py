"""Render documents; the libraries of the extra "report" are imported only then."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from unet_desktop.errors import UserError
from unet_desktop.reports.document import Document

_LIBRARIES = {"html": ("matplotlib", "jinja2"), "pdf": ("matplotlib", "reportlab", "svglib")}


def require_libraries(kind: str) -> None:
    """Check, before long work, that reports of this kind can be made.

    Raises:
        UserError: the extra "report" is not installed.
    """
    for name in _LIBRARIES[kind]:
        if find_spec(name) is None:
            raise UserError(f'A report needs {name}. Install it with: pip install "unet-desktop[report]"')


def render(document: Document, kind: str) -> Iterator[bytes]:
    """Yield the bytes of the document's file, "html" or "pdf", in pieces.

    Raises:
        UserError: the extra "report" is not installed.
    """
    require_libraries(kind)
    if kind == "pdf":
        from unet_desktop.reports.pdf import render_pdf

        yield render_pdf(document)
    else:
        from unet_desktop.reports.html import render_html

        yield from render_html(document)
