"""File identity: tells a file from one that was written, or put in its place, later, without reading it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class FileIdentity(NamedTuple):
    """When a file's content and its entry last changed (ns), its length (bytes) and its inode."""

    modified: int
    changed: int
    size: int
    inode: int


def read_identity(path: Path) -> FileIdentity | None:
    """Return the identity of the file at a path; None if there is none.

    Raises:
        OSError: it cannot be looked at.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return FileIdentity(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def identity_of(path: Path) -> FileIdentity | None:
    """Return the identity of the file at a path; None if there is none or it cannot be looked at."""
    try:
        return read_identity(path)
    except OSError:
        return None
