"""Lock: one program at a time writes in a project; whoever comes second learns who has it."""

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

log = logging.getLogger("unet.project")

_FAR = 1 << 30
"""Windows keeps others from reading the bytes that are locked, so the locked one lies far behind what is written."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a project open; empty or 0 where that could not be read.

    Attributes:
        user, host: whose program on which computer.
        process: its number there.
        since: when it opened the project (ISO 8601, local time with its offset).
    """

    user: str = ""
    host: str = ""
    process: int = 0
    since: str = ""

    def __str__(self) -> str:
        """For a sentence: "anna on ward-3, process 4711, since 14:05"."""
        if not self.process:
            return "who that is could not be read"
        return f"{self.user or 'somebody'} on {self.host}, process {self.process}, since {_clock(self.since)}"


class Lock:
    """A project's lock that is held; the operating system releases it when the program ends, however it ends."""

    def __init__(self, path: Path, file: FileIO | None) -> None:
        """Use `try_lock`. None stands for a folder where nothing can be locked."""
        self._path, self._file = path, file

    def release(self) -> None:
        """Let others have the project."""
        file, self._file = self._file, None
        if file is None:
            return
        if os.name != "nt":  # while it is held still, so that nobody has locked the file that loses its name
            _delete(self._path)
        file.close()
        if os.name == "nt":  # which deletes no file that is open anywhere, here or in another program
            _delete(self._path)


def try_lock(path: Path) -> Lock | Holder:
    """The lock when it is free, else who has it.

    Where the file system knows no locks, or the folder cannot be written, there is nothing to hold: whoever opens the
    project learns of a read-only folder when the first change cannot be saved.
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
            log.warning("The project is not locked, its file system knows no locks: %s", error)
            file.close()
            return Lock(path, None)
        if _is_named(file, path):
            return _held(path, file)
        file.close()  # whoever had it deleted it between opening and locking


def _held(path: Path, file: FileIO) -> Lock:
    with contextlib.suppress(OSError):  # a full disk: it is held all the same
        file.truncate(0)
        file.write(json.dumps(asdict(_myself())).encode())
    return Lock(path, file)


def _is_named(file: FileIO, path: Path) -> bool:
    """Is it still the file of that name? The lock of one that has no name any more keeps nobody out."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _delete(path: Path) -> None:
    with contextlib.suppress(OSError):  # it lies there, but nobody holds it
        path.unlink()


def _open(path: Path) -> FileIO | None:
    """The file, to write if possible, else to read, which is enough to learn who has it."""
    for flags, mode in ((os.O_RDWR | os.O_CREAT, "r+b"), (os.O_RDONLY, "rb")):
        try:
            return FileIO(os.open(path, flags | getattr(os, "O_BINARY", 0), 0o666), mode)
        except OSError as error:
            log.info("The lock cannot be opened: %s", error)
    return None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: FileIO) -> None:
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
        finally:
            file.seek(0)

else:
    import fcntl

    def _lock(file: FileIO) -> None:
        # Not `lockf`: that lock is lost as soon as the process closes any handle of the file.
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
        data = json.loads(file.read(4096))
        return Holder(str(data["user"]), str(data["host"]), int(data["process"]), str(data["since"]))
    except (OSError, ValueError, KeyError, TypeError):  # it is just being written
        return Holder()


def _clock(since: str) -> str:
    """The time of day, with the date unless it is today's."""
    try:
        when = datetime.fromisoformat(since).astimezone()
    except ValueError:
        return "an unknown time"
    return f"{when:%H:%M}" if when.date() == datetime.now().astimezone().date() else f"{when:%Y-%m-%d %H:%M}"
