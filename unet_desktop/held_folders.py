"""Held folders: nothing is written in a folder that this program holds open before it is known to be still that one.

People move an open project, put a backup in its place, or remove its lock. Every writer asks here, whatever it writes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_checks: dict[str, Callable[[], None]] = {}
"""By folder, for all threads."""


def hold(folder: Path, check: Callable[[], None]) -> None:
    """Call `check` before anything is written below the folder, until `let_go`; it raises a `WriteError` to refuse."""
    _checks[os.fspath(folder)] = check


def let_go(folder: Path, check: Callable[[], None]) -> None:
    """Check no more, unless the folder was held again meanwhile."""
    if _checks.get(os.fspath(folder)) == check:
        del _checks[os.fspath(folder)]


def check_held(path: Path) -> None:
    """Make sure that the file or folder at this path may be written, if it is in a folder that is held, or is one.

    Raises:
        WriteError: the folder is not the one that was opened, or another program holds it now.
    """
    if not _checks:
        return
    text = os.fspath(path)
    for folder, check in tuple(_checks.items()):
        if text.startswith(folder) and text[len(folder) : len(folder) + 1] in {"", os.sep}:
            check()
