"""Watch folders for new pictures and report each once it has been written completely."""

from __future__ import annotations

import time
from pathlib import Path

from unet_desktop.errors import ImageError, Remedy, UserError
from unet_desktop.file_names import fold
from unet_desktop.masks.pairs import find_masks_among
from unet_desktop.tasks.folders.inputs import (
    STANDARD_INPUT,
    InputSelection,
    Picture,
    find_files,
    list_pictures,
)

PAUSE = 2.0
"""Seconds between two polls of the folders."""
SETTLED = 4.0
"""Seconds that a file must stay unchanged."""

_Stamp = tuple[int, int]
"""Length in bytes and time of the last change, nanoseconds."""


class Arrivals:
    """Reports each file once, and again when it has changed.

    It polls: no file notification service of an operating system works on every network share.
    """

    def __init__(self, selection: InputSelection, *, halves: bool = False) -> None:
        """Watch the folders of the selection.

        Args:
            selection: of files.
            halves: see `list_pictures`.

        Raises:
            UserError: there is no folder in it, or the list is standard input, which can be read only once.
        """
        if selection.list_file == STANDARD_INPUT:
            raise UserError("Standard input cannot be watched. Give a list file.", Remedy.STOP_WATCHING)
        if not any(source.is_dir() for source in selection.sources):
            raise UserError("Only folders can be watched, and no folder is given. Give one.", Remedy.STOP_WATCHING)
        self._selection, self._halves = selection, halves
        self._seen: dict[Path, tuple[_Stamp, float]] = {}
        self._reported: dict[Path, _Stamp] = {}
        self._names: dict[Path, set[str]] = {}

    def poll(self) -> list[Picture]:
        """The pictures that are new or changed and have settled; none while a folder cannot be read."""
        try:
            files = find_files(self._selection)
        except ImageError:  # a network share may be away for a while
            return []
        masks = find_masks_among(files.values())
        now = time.monotonic()
        settled = {
            where: path for where, path in files.items() if path not in masks and self._has_settled(where, path, now)
        }
        taken = {name for where, names in self._names.items() if where not in settled for name in names}
        pictures = list_pictures(settled, taken, halves=self._halves)
        by_path: dict[Path, set[str]] = {}
        for picture in pictures:
            by_path.setdefault(picture.path, set()).add(fold(picture.name))
        self._names.update((where, by_path[path]) for where, path in settled.items())
        return pictures

    def _has_settled(self, where: Path, path: Path, now: float) -> bool:
        try:
            status = path.stat()
        except OSError:  # it is gone again
            return False
        stamp = (status.st_size, status.st_mtime_ns)
        before, since = self._seen.get(where, (None, now))
        if stamp != before:
            self._seen[where] = stamp, now
            return False
        if self._reported.get(where) == stamp or now - since < SETTLED:
            return False
        self._reported[where] = stamp
        return True
