"""Trail end: number and digest of the trail's last line in a second file, so that a missing end is noticed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from unet_desktop import files, json_data
from unet_desktop.plurals import quantity
from unet_desktop.project.layout import Layout


@dataclass(frozen=True, slots=True)
class TrailEnd:
    """The last line: its number, and the SHA-256 of it without its line break."""

    number: json_data.Count
    digest: str


def read_end(layout: Layout) -> TrailEnd | None:
    """Return what was noted last; None if there is nothing, or it cannot be read."""
    try:
        return json_data.read(layout.trail_end, TrailEnd)
    except (OSError, json_data.DataError):
        return None


def write_end(layout: Layout, end: TrailEnd) -> None:
    """Note the last line, which must be on disk.

    Raises:
        WriteError: it cannot be noted; an older note stays, which is as good as none for the lines after it.
    """
    files.write_bytes(layout.trail_end, json.dumps(asdict(end)).encode(), flush=False)


def count_missing(layout: Layout, last: int, *, unfinished: bool) -> int:
    """Return how many lines were written after the last one that is there, apart from one that is unfinished."""
    end = read_end(layout)
    return 0 if end is None else max(end.number - last - unfinished, 0)


def describe_missing(count: int) -> str:
    """Return that so many lines are missing, as part of a sentence."""
    lines = quantity(count, "line is", "lines are")
    return f"{lines} missing: the end was cut off, or an older copy was put in the trail's place"
