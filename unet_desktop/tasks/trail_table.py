"""Write a project's trail as a CSV table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from unet_desktop import files
from unet_desktop.plurals import quantity
from unet_desktop.project.bin import Removed
from unet_desktop.project.trail import Entry, Trail
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.folders.csv_dialect import parse_dialect

NOT_NAMED = "not named"
"""Stands for the person where nobody gave a name."""
HEADINGS = ("trail_number", "when", "who", "act", "case", "model", "source_model", "mask_sha256", "detail")


def write_trail(trail: Trail, path: Path, dialect: str = "plain") -> None:
    """Replace the file by a table of all entries, oldest first; no text becomes a spreadsheet's formula.

    Raises:
        UserError: there is no such dialect. WriteError: it cannot be written; an existing file is unchanged.
    """
    known, text = parse_dialect(dialect), io.StringIO(newline="")
    writer = csv.writer(text, delimiter=known.separator, lineterminator="\n")
    writer.writerow(HEADINGS)
    for entry in trail.entries:
        cells = (entry.when, entry.who, entry.act, entry.case, entry.model, entry.source, entry.mask, entry.detail)
        writer.writerow([entry.number, *(known.encode_cell(escape_controls(cell)) for cell in cells)])
    mark = b"\xef\xbb\xbf" if known.bom else b""
    files.write_bytes(path, mark + text.getvalue().encode("utf-8", "backslashreplace"))


def describe(entry: Entry) -> str:
    """Return an entry as one line for people."""
    what = " ".join(part for part in (entry.case, entry.model) if part)
    line = f"{entry.number}  {entry.when}  {entry.who or NOT_NAMED}: {entry.act} {what}".rstrip()
    source = f" (from model {entry.source[:12]})" if entry.source and not entry.model else ""
    return escape_controls(line + source + (f": {entry.detail}" if entry.detail else ""))


def describe_removed(removed: Removed) -> str:
    """Return what is in the bin as one line for people."""
    return escape_controls(
        f"{removed.number}  {removed.when}  {removed.kind} {removed.name}, removed by: {removed.who or NOT_NAMED}, "
        f"{quantity(len(removed.paths), 'file')}"
    )
