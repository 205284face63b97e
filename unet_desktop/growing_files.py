"""Growing files: those that are appended to instead of being replaced, such as journals and lists of results."""

from __future__ import annotations

import contextlib
import os
from io import FileIO
from pathlib import Path

from unet_desktop.errors import WriteError
from unet_desktop.files import copy_file, flush_handle
from unet_desktop.held_folders import check_held
from unet_desktop.links import open_in_place


def append_bytes(path: Path, data: bytes, at: int) -> int:
    """Write data after the first `at` bytes of a file; it is on disk when this returns.

    Anything after those bytes was left half-written by a failed attempt or a killed program, and is overwritten.
    Readers of such a file must therefore tolerate a truncated end; calling this again after a failure loses nothing.

    Returns:
        the file's new length.

    Raises:
        WriteError: disk full, no permission, a link, or the file became shorter; its first `at` bytes are intact.
    """
    try:
        with open_own(path) as file:
            if os.fstat(file.fileno()).st_size < at:
                raise OSError("it is shorter than it was; another program changed it")
            file.truncate(at)
            file.seek(at)
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
            flush_handle(file.fileno())
            if os.fstat(file.fileno()).st_size != at + len(data):  # full network drives report no error
                raise OSError("not all bytes arrived")
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(f"{path} could not be written ({reason}). Check free space and permissions.") from error
    return at + len(data)


class AppendOnlyFile:
    """A file that one program appends to, piece by piece.

    Once `append` returns, the piece survives a crash of the program; a power cut may lose recent pieces and truncate
    the last one.
    """

    def __init__(self, path: Path, at: int) -> None:
        """Append after the first `at` bytes and cut off the rest; create the file if it does not exist.

        Raises:
            WriteError: it cannot be opened, or is a link.
        """
        self._path, self._end = path, at
        try:
            self._file = open_own(path, create=True)
            self._file.truncate(at)
        except OSError as error:
            raise self._error(error) from error

    def append(self, data: bytes) -> int:
        """Append data and return the offset it starts at.

        Raises:
            WriteError: not all of it could be written; the file keeps its previous end.
        """
        start = self._end
        try:
            self._file.seek(start)
            if self._file.write(data) != len(data):
                raise OSError("no space left")
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.truncate(start)
            raise self._error(error) from error
        self._end = start + len(data)
        return start

    def flush(self) -> None:
        """Flush to disk, if the file system can, so that not even a power cut loses what was appended."""
        with contextlib.suppress(OSError):
            flush_handle(self._file.fileno())

    def close(self) -> None:
        """Flush to disk, if the file system can, and close."""
        if self._file.closed:
            return
        self.flush()
        self._file.close()

    def _error(self, error: OSError) -> WriteError:
        reason = error.strerror or str(error)
        return WriteError(f"{self._path} could not be written ({reason}). Check free space and permissions.")


def open_own(path: Path, *, create: bool = False, append: bool = False) -> FileIO:
    """Open a file as `open_in_place` does, and make it a copy first if it has a second name.

    A backup made of hard links would change together with it.

    Raises:
        WriteError: it is a link or not an ordinary file, or cannot be copied. OSError: it cannot be opened.
    """
    check_held(path)
    file = open_in_place(path, create=create, append=append)
    if os.fstat(file.fileno()).st_nlink < 2:
        return file
    file.close()
    copy_file(path, path)
    return open_in_place(path, append=append)
