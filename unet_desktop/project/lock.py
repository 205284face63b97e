"""Lock: only one program at a time may write in a project; a second one learns who holds it."""

from __future__ import annotations

import contextlib
import getpass
import json
import logging
import os
import socket
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path

from unet_desktop.errors import WriteError
from unet_desktop.links import open_in_place

log = logging.getLogger("unet.project")

_LOCK_OFFSET = 1 << 30
"""Offset of the locked byte: Windows blocks reading of locked bytes, so it must be far behind the content."""
_LONGEST = 4096
"""Bytes that a lock file may hold."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a project open; fields are empty or 0 if they could not be read.

    Attributes:
        user, host: of the program that has it.
        process: its process id.
        since: when it opened the project (ISO 8601, local time with UTC offset).
    """

    user: str = ""
    host: str = ""
    process: int = 0
    since: str = ""

    def __str__(self) -> str:
        """Return text for a sentence, such as "anna on ward-3, process 4711, since 14:05"."""
        if not self.process:
            return "its user could not be determined"
        return f"{self.user or 'someone'} on {self.host}, process {self.process}, since {_clock(self.since)}"


class Lock:
    """A lock that is held; the operating system releases it when the program ends, even if it crashes."""

    def __init__(self, path: Path, file: FileIO | None) -> None:
        """Use `try_lock`. The file is None in a folder where nothing can be locked."""
        self._path, self._file = path, file

    def release(self) -> None:
        """Release the lock and delete its file."""
        file, self._file = self._file, None
        if file is None:
            return
        if os.name != "nt":  # while still locked, so that nobody else can have locked the deleted file
            _delete(self._path)
        file.close()
        if os.name == "nt":  # Windows cannot delete a file that is open anywhere
            _delete(self._path)


def try_lock(path: Path) -> Lock | Holder:
    """Take the lock if it is free; otherwise return who has it.

    If the file system has no locks, or the folder is not writable, the returned lock holds nothing: a read-only folder
    is reported when the first change cannot be saved.

    Raises:
        WriteError: the path is a link or another program's file, which taking the lock would destroy.
    """
    while True:
        file = _open(path)
        if file is None:
            return Lock(path, None)
        try:
            _lock(file)
        except BlockingIOError:
            with file:
                return _read(file)
        except OSError as error:
            log.warning("The project is not locked because its file system has no locks: %s", error)
            file.close()
            return Lock(path, None)
        if _still_named(file, path):
            if os.fstat(file.fileno()).st_nlink > 1:  # writing would change the file's other name too
                with file:
                    _delete(path)
                continue
            if not _is_ours(file):
                file.close()
                raise WriteError(
                    f"{path} is not a lock of this program. Move it away, then try again; nothing was changed."
                )
            return _write_holder(path, file)
        file.close()  # the previous holder deleted it between our opening and locking


def _write_holder(path: Path, file: FileIO) -> Lock:
    with contextlib.suppress(OSError):  # a full disk; the lock is held anyway
        file.truncate(0)
        file.write(json.dumps(asdict(_myself())).encode())
    return Lock(path, file)


def _is_ours(file: FileIO) -> bool:
    """Return whether this is a lock, perhaps a half-written one, and not somebody's document."""
    file.seek(0)
    start = file.read(_LONGEST + 1)
    file.seek(0)
    return len(start) <= _LONGEST and (not start.strip(b"\0") or start.startswith(b"{"))


def _still_named(file: FileIO, path: Path) -> bool:
    """Return whether the path still refers to this file; the lock of a deleted file would keep nobody out."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _delete(path: Path) -> None:
    with contextlib.suppress(OSError):  # it stays behind, unlocked
        path.unlink()


def _open(path: Path) -> FileIO | None:
    """Open the file for writing, or else for reading, which is enough to see who holds it."""
    for read_only in (False, True):
        try:
            return open_in_place(path, create=not read_only, read_only=read_only)
        except OSError as error:
            log.info("The lock cannot be opened: %s", error)
    return None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: FileIO) -> None:
        file.seek(_LOCK_OFFSET)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
        finally:
            file.seek(0)

else:
    import fcntl

    def _lock(file: FileIO) -> None:
        # Not `lockf`: that lock is lost when the process closes any handle of the file.
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def _myself() -> Holder:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container without a user name
        user = ""
    return Holder(user, socket.gethostname(), os.getpid(), datetime.now().astimezone().isoformat(timespec="seconds"))


def _read(file: FileIO) -> Holder:
    try:
        file.seek(0)
        data = json.loads(file.read(_LONGEST))
        return Holder(str(data["user"]), str(data["host"]), int(data["process"]), str(data["since"]))
    except (OSError, ValueError, KeyError, TypeError):  # it is being written right now
        return Holder()


def _clock(since: str) -> str:
    """Return the time of day, with the date unless it is today."""
    try:
        when = datetime.fromisoformat(since).astimezone()
    except ValueError:
        return "an unknown time"
    return f"{when:%H:%M}" if when.date() == datetime.now().astimezone().date() else f"{when:%Y-%m-%d %H:%M}"
