"""File names that every file system takes and tells apart."""

from __future__ import annotations

import hashlib
import itertools
import os
import unicodedata

MAX_NAME_BYTES = 255
"""Of a file or folder on Linux and macOS. Windows allows 255 UTF-16 units, which never take more bytes than UTF-8."""
SUFFIX_BYTES = 8
"""Of the longest suffix that is written: ".geojson"."""
_HASH_DIGITS = 12


def fold(name: str) -> str:
    """The same for names that people and some file systems do not tell apart: Unicode forms and case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def limit_name(name: str, spare: int = SUFFIX_BYTES) -> str:
    """Shorten a file or folder name that file systems refuse for its length, in the same way each time.

    A shortened name ends in "~" and a hash of the whole name, so that different names stay different.

    Args:
        name: without folders.
        spare: bytes to leave for a suffix; 0 for a folder.
    """
    most = MAX_NAME_BYTES - spare
    if len(_name_bytes(name)) <= most:
        return name
    end = "~" + hashlib.sha256(_name_bytes(name)).hexdigest()[:_HASH_DIGITS]
    sizes = itertools.accumulate(len(_name_bytes(letter)) for letter in name)
    return name[: sum(size <= most - len(end) for size in sizes)] + end


def _name_bytes(name: str) -> bytes:
    try:
        return os.fsencode(name)
    except UnicodeEncodeError:  # a name from elsewhere, which this file system cannot hold
        return name.encode("utf-8", "surrogatepass")
