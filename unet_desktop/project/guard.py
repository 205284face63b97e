"""Guard: makes sure, before each write, that a project's folder is still the one that was opened, and still held.

`files` and `growing_files` ask it before each write; whoever writes several files asks it once before the first.

People move project folders, put a backup in their place or remove lock files while a project is open. What is in memory
must not be mixed into another project.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from unet_desktop.errors import ProjectLostError, WriteError
from unet_desktop.held_folders import check_held, hold, let_go
from unet_desktop.links import is_link
from unet_desktop.project.layout import Layout
from unet_desktop.project.lock import Lock

_WEAK_INTERVAL = 2.0
"""Seconds between two looks at a heartbeat's file, which is read over the network each time."""


class Guard:
    """Watches a project's folder and lock until `stop`."""

    def __init__(self, root: Path, lock: Lock) -> None:
        """Remember the folder as it is now."""
        self._root, self._lock = root, lock
        self._folders = Layout(root).own_folders
        self._identity = _identity(root)
        self._looked = -_WEAK_INTERVAL
        self._paths: list[Path] = []
        self.watch(root)

    def watch(self, root: Path) -> None:
        """Watch the same folder at this path too."""
        self._paths.append(root)
        hold(root, self.check)

    def check(self) -> None:
        """Make sure that the project may be written; it takes some microseconds, or one look over the network.

        Raises:
            ProjectLostError: it must not be written.
        """
        found = _identity(self._root)
        if found is None:
            raise ProjectLostError(
                f"The project folder {self._root} was moved or removed while it was open, or its drive is not "
                "connected, so nothing can be saved in it. Put it back, then try again."
            )
        # Some network drives number their files anew, so a lock with this program's mark counts too.
        if found != self._identity and not self._lock.has_token():
            raise ProjectLostError(
                f"The project folder {self._root} was replaced by another one while it was open, so nothing is saved "
                "in it. Put the former folder back, or open the project again."
            )
        for folder in self._folders:
            if is_link(folder):
                raise ProjectLostError(
                    f"The folder {folder} was replaced by a link while the project was open, and nothing is written "
                    "through links. Put the folder back, then try again."
                )
        if self._lock.is_weak and time.monotonic() - self._looked < _WEAK_INTERVAL:
            return
        try:
            taken = self._lock.check()
        except WriteError as error:  # something else is in the lock's place
            raise ProjectLostError(str(error)) from error
        self._looked = time.monotonic()
        if taken is not None:
            raise ProjectLostError(
                f"The lock of the project {self._root} was removed, and another program has opened the project "
                f"({taken}), so nothing is saved from here. Close it there, then try again."
            )

    def stop(self) -> None:
        """Watch no more."""
        for path in self._paths:
            let_go(path, self.check)


def check_project(root: Path) -> None:
    """Make sure that a project which this program holds may be written; other projects are not looked at.

    Raises:
        ProjectLostError: it must not be written.
    """
    check_held(root)


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(root)
    except OSError:
        return None
    return status.st_dev, status.st_ino
