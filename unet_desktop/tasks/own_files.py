"""Tell files that this program writes from others, by their content."""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from unet_desktop.errors import Remedy, WriteError
from unet_desktop.images.file_kinds import ZIP_ERRORS

_ENDS = 1 << 16
"""Bytes looked at, at a file's beginning and at its end."""
_PRODUCER = b"U-Net Desktop"
_SIGNATURES = {
    ".png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    ".jpg": (b"\xff\xd8\xff", b"\xff\xd9"),
    ".json": (b"{", b"}"),
    ".geojson": (b"{", b"}"),
}
"""What a complete file of a kind begins with, and has near its end."""


def refuse_foreign(paths: Iterable[Path]) -> None:
    """Refuse to overwrite files that this program did not write for the same purpose.

    Raises:
        WriteError: naming the first of them.
    """
    for path in paths:
        try:
            status = path.stat()
        except (OSError, ValueError):  # nothing is there, or writing says why it cannot be
            continue
        if not stat.S_ISREG(status.st_mode):
            raise WriteError(f"{path} is not a file, so it is not overwritten. Choose another name.")
        if status.st_size and not is_own(path):
            raise WriteError(
                f"{path} exists and was not written by this command. Nothing was overwritten. Choose another name, or "
                "move the file away.",
                Remedy.REPLACE,
            )


def mark_jpeg(data: bytes) -> bytes:
    """A JPEG file with a comment that says who wrote it, by which `is_own` knows it again."""
    return data[:2] + b"\xff\xfe" + (len(_PRODUCER) + 2).to_bytes(2, "big") + _PRODUCER + data[2:]


def is_torn(path: Path) -> bool:
    """Whether a picture or outline file was cut off: it begins as its kind does and lacks the end, or is all zeros."""
    begins, ends = _SIGNATURES.get(path.suffix.lower(), (b"", b""))
    head, tail = _both_ends(path)
    return not (head + tail).strip(b"\0") or (bool(begins) and head.startswith(begins) and ends not in tail[-64:])


def is_own(path: Path) -> bool:
    """Whether a table, report, summary, model card or ONNX file is one that this program wrote, as far as it shows."""
    head, tail = _both_ends(path)
    match path.suffix.lower():
        case ".csv":
            return _is_own_heading(head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0])
        case ".parquet":
            is_measured = b"confidence" in tail and b"sha256" in tail
            return head.startswith(b"PAR1") and (is_measured or b"vcdr_first" in tail or b"dice/" in tail)
        case ".xlsx":
            return _is_own_workbook(path)
        case ".json":
            return b'"vcdr_icc_2_1"' in head + tail or _PRODUCER in head + tail
        case ".md":
            return head.startswith(b"# ") and b"Made with " + _PRODUCER in head
        case _:
            return _PRODUCER in head or _PRODUCER in tail


def _is_own_heading(line: bytes) -> bool:
    names = re.findall(rb"[^\s,;|\"]+", line)
    if names in ([b"image", b"problem"], [b"file", b"remark"]):
        return True
    if names[:2] == [b"trail_number", b"when"]:
        return True
    if names[:5] == [b"first", b"second", b"kind", b"period", b"measure"]:
        return True
    if names[:2] == [b"case", b"patient"]:
        return b"axial_length_mm" in names
    if names[:1] == [b"image"]:
        return b"confidence" in names and b"sha256" in names
    return names[:1] == [b"mask"] and (b"vcdr_first" in names or any(b"dice/" in name for name in names))


def _is_own_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as book, book.open("xl/workbook.xml") as sheets:
            text = sheets.read(_ENDS)
    except (*ZIP_ERRORS, KeyError, RuntimeError, zlib.error):  # RuntimeError: it has a password
        return False
    return b'name="Measurements"' in text and b'name="Columns"' in text


def _both_ends(path: Path) -> tuple[bytes, bytes]:
    """The first and the last bytes of a regular file; empty for everything else."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for its other end
            return b"", b""
        with path.open("rb") as file:
            head = file.read(_ENDS)
            file.seek(max(0, os.fstat(file.fileno()).st_size - _ENDS))
            return head, file.read(_ENDS)
    except OSError:
        return b"", b""
