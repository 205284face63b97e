"""Lock: only one program at a time may write in a project; a second one learns who holds it.

The operating system's lock on a file is released however a program ends. Where a drive has no locks, the holder instead
shows every few seconds that it is alive, in a file beside the lock; that is weaker, because it rests on times.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import threading
from dataclasses import asdict
from io import FileIO
from pathlib import Path

from unet_desktop.errors import WriteError
from unet_desktop.links import open_in_place
from unet_desktop.project.heartbeat import Heartbeat, find_living, start_heartbeat
from unet_desktop.project.holder import LONGEST, Holder, describe_myself, mark, read_holder

log = logging.getLogger("unet.project")

_LOCK_OFFSET = 1 << 30
"""Offset of the locked byte: Windows blocks reading of locked bytes, so it must be far behind the content."""


class Lock:
    """A lock that is held; the operating system releases it when the program ends, even if it crashes."""

    def __init__(
        self, path: Path, file: FileIO | None, holder: Holder | None = None, heartbeat: Heartbeat | None = None
    ) -> None:
        """Use `try_lock`. The file is None where no file can be locked; without a heartbeat it holds nothing then."""
        self._path, self._file, self._holder, self._heartbeat = path, file, holder, heartbeat
        self._checking = threading.Lock()

    @property
    def is_weak(self) -> bool:
        """Whether the drive has no locks, so that two programs could take it for their own."""
        return self._heartbeat is not None

    def check(self) -> Holder | None:
        """Return who took the lock away, or None if it is still held; a lock file that was removed is made again.

        Any thread may call this; it takes a few microseconds.

        Raises:
            WriteError: a link or another program's file is in its place.
        """
        with self._checking:
            if self._heartbeat is not None:
                return self._heartbeat.check()
            if self._file is None or _still_named(self._file, self._path) or self._has_token():
                return None
            found = try_lock(self._path)
            log.warning("The lock %s was removed or replaced; it is taken again.", self._path)
            if isinstance(found, Holder):
                return found
            self._file.close()
            self._file, self._holder, self._heartbeat = found._file, found._holder, found._heartbeat
            return None

    def has_token(self) -> bool:
        """Return whether the lock file at the path is the one that this lock wrote, on whatever inode."""
        with self._checking:
            if self._heartbeat is not None:
                return self._heartbeat.is_same_file()
            return self._file is None or _still_named(self._file, self._path) or self._has_token()

    def release(self) -> None:
        """Release the lock and delete its file."""
        with self._checking:
            file, self._file = self._file, None
            heartbeat, self._heartbeat = self._heartbeat, None
        if heartbeat is not None:
            heartbeat.stop()
        if file is None:
            return
        is_own = _still_named(file, self._path) or self._has_token()
        if os.name != "nt" and is_own:  # while still locked, so that nobody else can have locked the deleted file
            _delete(self._path)
        file.close()
        if os.name == "nt" and is_own:  # Windows cannot delete a file that is open anywhere
            _delete(self._path)

    def _has_token(self) -> bool:
        """Some network drives give a file another inode from time to time."""
        return self._file is not None and self._holder is not None and mark(self._file, self._path, self._holder)


def try_lock(path: Path) -> Lock | Holder:
    """Take the lock if it is free; otherwise return who has it.

    If the folder is not writable, the returned lock holds nothing: a read-only folder is reported when the first change
    cannot be saved.

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
                return read_holder(file)
        except OSError as error:
            log.warning("%s cannot be locked (%s), so a heartbeat stands in for the lock.", path, error)
            with file:
                _refuse_foreign(file, path)
                if not os.fstat(file.fileno()).st_size:
                    _delete(path)
            return _take_by_heartbeat(path)
        if not _still_named(file, path):
            file.close()  # the previous holder deleted it between our opening and locking
        elif os.fstat(file.fileno()).st_nlink > 1:  # writing would change the file's other name too
            with file:
                _delete(path)
        else:
            return _keep_lock(path, file)


def _keep_lock(path: Path, file: FileIO) -> Lock | Holder:
    """Note in the locked file who holds it, unless a program on another computer lives there without locks."""
    try:
        _refuse_foreign(file, path)
        living = find_living(path)
    except BaseException:
        file.close()
        raise
    if living is not None:
        file.close()
        return living
    myself = describe_myself()
    with contextlib.suppress(OSError):  # a full disk; the lock is held anyway
        file.truncate(0)
        file.write(json.dumps(asdict(myself)).encode())
    return Lock(path, file, myself)


def _take_by_heartbeat(path: Path) -> Lock | Holder:
    try:
        found = start_heartbeat(path)
    except OSError as error:  # it may be read, but not written
        log.warning("%s has no lock at all: %s", path, error)
        return Lock(path, None)
    return found if isinstance(found, Holder) else Lock(path, None, heartbeat=found)


def _refuse_foreign(file: FileIO, path: Path) -> None:
    """Refuse to overwrite somebody's document; a lock may be half-written."""
    file.seek(0)
    start = file.read(LONGEST + 1)
    file.seek(0)
    if len(start) > LONGEST or (start.strip(b"\0") and not start.startswith(b"{")):
        file.close()
        raise WriteError(f"{path} is not a lock of this program. Move it away, then try again; nothing was changed.")


def _still_named(file: FileIO, path: Path) -> bool:
    """Return whether the path still refers to this file; the lock of a deleted file would keep nobody out."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
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
        except PermissionError as error:  # another program has it
            raise BlockingIOError from error
        finally:
            file.seek(0)

else:
    import fcntl

    def _lock(file: FileIO) -> None:
        # Not `lockf`: that lock is lost when the process closes any handle of the file.
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
