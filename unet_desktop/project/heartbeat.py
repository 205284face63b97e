"""Heartbeat: a file beside a lock that its holder touches every few seconds, for drives that have no locks.

Ages are differences between times that the drive itself gave to two files, so that neither this computer's clock nor
another's matters. The file is made with O_EXCL, which one program alone can do.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import socket
import threading
from dataclasses import asdict
from io import FileIO
from pathlib import Path

from unet_desktop.errors import WriteError
from unet_desktop.files import TEMPORARY_SUFFIX
from unet_desktop.links import create_new, open_in_place
from unet_desktop.project.holder import Holder, describe_myself, mark, read_holder

log = logging.getLogger("unet.project")

INTERVAL = 15.0
"""Seconds between two signs of life."""
STALE = 180.0
"""Seconds without one after which the holder is taken for gone."""
_SUFFIX = ".alive"
_ATTEMPTS = 3


class Heartbeat:
    """Shows that this program is alive until `stop`."""

    def __init__(self, path: Path, holder: Holder, file: FileIO) -> None:
        """Use `start_heartbeat`."""
        self._path, self._holder, self._file = path, holder, file
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    def check(self) -> Holder | None:
        """Return who took the file away, or None if it is still this program's; one that was removed is made again.

        Raises:
            WriteError: something else is in its place.
        """
        found = _read(self._path)
        if found is None:
            with contextlib.suppress(OSError):  # a drive that is gone just now
                made = _create(self._path, self._holder)
                if made is not None:
                    self._file.close()
                    self._file = made
            found = _read(self._path)
        return None if found is None or found.token == self._holder.token else found

    def is_same_file(self) -> bool:
        """Return whether the file at the path is the one that this program made, not a copy of it."""
        same = mark(self._file, self._path, self._holder)
        with contextlib.suppress(OSError):
            _write(self._file, self._holder)
        return same

    def stop(self) -> None:
        """End the signs of life and delete the file, if it is still this program's."""
        self._stopped.set()
        self._thread.join()
        self._file.close()
        with contextlib.suppress(OSError, WriteError):  # something else may be in its place
            found = _read(self._path)
            if found is not None and found.token == self._holder.token:
                self._path.unlink()

    def _run(self) -> None:
        while not self._stopped.wait(INTERVAL):
            try:
                if self.check() is None:
                    os.utime(self._path)
            except (OSError, WriteError) as error:
                log.warning("The heartbeat %s failed: %s", self._path, error)


def start_heartbeat(lock: Path) -> Heartbeat | Holder:
    """Show that this program holds the lock, unless another one does; then return that.

    Raises:
        OSError: the folder cannot be written. WriteError: the heartbeat's file is a link or no ordinary file.
    """
    path, myself = _path_beside(lock), describe_myself()
    for _ in range(_ATTEMPTS):
        made = _create(path, myself)
        if made is not None:
            return Heartbeat(path, myself, made)
        found = _read(path)
        if found is None:
            continue
        if not _is_stale(path, found):
            return found
        _remove(path, found)
    return Holder()


def find_living(lock: Path) -> Holder | None:
    """Return who holds the lock by a heartbeat, or None.

    Raises:
        WriteError: the heartbeat's file is a link or no ordinary file.
    """
    path = _path_beside(lock)
    found = _read(path)
    return None if found is None or _is_stale(path, found) else found


def _path_beside(lock: Path) -> Path:
    return lock.with_name(lock.name + _SUFFIX)


def _create(path: Path, holder: Holder) -> FileIO | None:
    """Make the file and return it open; None if there is one."""
    try:
        file = create_new(path)
    except FileExistsError:
        return None
    try:
        _write(file, holder)
    except BaseException:
        file.close()
        raise
    return file


def _write(file: FileIO, holder: Holder) -> None:
    file.seek(0)
    file.truncate(0)
    file.write(json.dumps(asdict(holder)).encode())


def _read(path: Path) -> Holder | None:
    """Return whom the file names, or None if there is no file.

    Raises:
        WriteError: a link, a folder or the like is in its place.
    """
    try:
        with open_in_place(path, read_only=True) as file:
            return read_holder(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s", error)
        return Holder()


def _is_stale(path: Path, holder: Holder) -> bool:
    """Return whether the holder has ended: its process is gone, or it has shown no sign of life for long."""
    if holder.host == socket.gethostname() and holder.process and os.name != "nt":
        try:
            os.kill(holder.process, 0)
        except ProcessLookupError:
            return True
        except OSError:  # it is another user's
            pass
    try:
        probe = path.with_name(f".{path.name}.{secrets.token_hex(8)}{TEMPORARY_SUFFIX}")
        create_new(probe).close()
        try:
            age = probe.stat().st_mtime - path.stat().st_mtime
        finally:
            probe.unlink()
    except OSError:  # the folder cannot be written, or the file is gone
        return False
    return abs(age) > STALE  # a living one is never far ahead of the drive's own clock


def _remove(path: Path, holder: Holder) -> None:
    """Remove the file of a holder that has ended, unless another program put its own there meanwhile."""
    aside = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY_SUFFIX}")
    with contextlib.suppress(OSError, WriteError):
        os.rename(path, aside)
        if _read(aside) == holder:
            aside.unlink()
        elif not path.exists():
            os.rename(aside, path)
