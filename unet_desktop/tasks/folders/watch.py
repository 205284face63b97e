"""Watching: pictures that arrive in a folder, as soon as whoever writes them has ended."""

from __future__ import annotations

import time
from pathlib import Path

from unet_desktop.errors import ImageError, UserError
from unet_desktop.masks.pairs import find_masks_among
from unet_desktop.tasks.folders.inputs import STANDARD_INPUT, InputSelection, Picture, find_files, list_pictures

PAUSE = 2.0
"""Seconds between two looks into the folders."""
SETTLED = 4.0
"""Seconds that a file has to stay as it is."""

_Stamp = tuple[int, int]
"""Length in bytes and time of the last change, nanoseconds."""


class Arrivals:
    """Tells of each file once, and once more when it has changed.

    Looks are all it takes: no service of the operating system, none of which works on every network share.
    """

    def __init__(self, selection: InputSelection) -> None:
        """Watch these folders.

        Raises:
            UserError: there is no folder among them, or a list that can be read only once.
        """
        if selection.list_file == STANDARD_INPUT:
            raise UserError("The standard input cannot be watched. Give a list file, or leave --watch.")
        if not any(source.is_dir() for source in selection.sources):
            raise UserError("Only folders can be watched, and no folder is named. Name one, or leave --watch.")
        self._selection = selection
        self._seen: dict[Path, tuple[_Stamp, float]] = {}
        self._told: dict[Path, _Stamp] = {}
        self._names: dict[Path, set[str]] = {}

    def poll(self) -> list[Picture]:
        """The pictures that are new or changed and have settled. A folder that cannot be read now holds nothing new."""
        try:
            files = find_files(self._selection)
        except ImageError:  # a share that is away for a while
            return []
        masks = find_masks_among(files.values())
        now = time.monotonic()
        settled = {
            where: path for where, path in files.items() if path not in masks and self._has_settled(where, path, now)
        }
        taken = {name for where, names in self._names.items() if where not in settled for name in names}
        pictures = list_pictures(settled, taken)
        by_path: dict[Path, set[str]] = {}
        for picture in pictures:
            by_path.setdefault(picture.path, set()).add(picture.name.casefold())
        self._names.update((where, by_path[path]) for where, path in settled.items())
        return pictures

    def _has_settled(self, where: Path, path: Path, now: float) -> bool:
        try:
            status = path.stat()
        except OSError:  # it went as it came
            return False
        stamp = (status.st_size, status.st_mtime_ns)
        before, since = self._seen.get(where, (None, now))
        if stamp != before:
            self._seen[where] = stamp, now
            return False
        if self._told.get(where) == stamp or now - since < SETTLED:
            return False
        self._told[where] = stamp
        return True
