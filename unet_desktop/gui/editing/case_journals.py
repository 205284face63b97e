"""CaseJournals: those of the cases that were edited since their project was opened."""

from __future__ import annotations

import logging
from pathlib import Path

from unet_desktop.errors import UserError
from unet_desktop.files import delete_file
from unet_desktop.gui.editing.case_histories import Key
from unet_desktop.gui.session.unsaved_masks import UnsavedMasks
from unet_desktop.project.journal import Journal, JournalHeader, read_journal, stamp_of
from unet_desktop.project.layout import JOURNAL_SUFFIX, Layout
from unet_desktop.project.records import list_stems

log = logging.getLogger("unet.gui")


class CaseJournals:
    """Gives the open case its journal, and clears all of a project away when everything in them is in the masks."""

    def __init__(self, unsaved: UnsavedMasks) -> None:
        """Start with none."""
        self._journals: dict[Key, Journal] = {}
        self._root: Path | None = None
        self._open: tuple[Key, JournalHeader] | None = None
        self._unsaved = unsaved

    @property
    def safe(self) -> bool:
        """Is every step that was ever finished on disk?"""
        return all(journal.safe for journal in self._journals.values())

    def open(self, key: Key, start: JournalHeader) -> None:
        """A case was opened, and its mask file is as the start says; nothing is made before it is edited."""
        known = self._journals.get(key)
        if known is not None and known.state != start.state and self._unsaved.find(*key) is None:
            del self._journals[key]  # another program wrote a mask meanwhile
        self._open = key, start

    def current(self) -> Journal | None:
        """The open case's, or None when none is open."""
        if self._open is None:
            return None
        key, start = self._open
        if key not in self._journals:
            self._journals[key] = _resumed(Layout(key[0]).journal(key[1]), start)
        return self._journals[key]

    def close(self) -> None:
        """No case is open."""
        self._open = None

    def enter(self, root: Path | None) -> None:
        """Another project is open, or the same again, or none: delete the journals of the one that was left.

        Those that hold something that is not in the masks stay.
        """
        if self._root is not None and self._root != root:
            _delete_finished(Layout(self._root))
            for key in [key for key in self._journals if key[0] == self._root]:
                if self._unsaved.find(*key) is None:
                    del self._journals[key]
        self._root = root


def _delete_finished(layout: Layout) -> None:
    try:
        for case_id in list_stems(layout.masks, JOURNAL_SUFFIX):
            recording = read_journal(layout.journal(case_id))
            if recording is not None and recording.is_up_to_date(stamp_of(layout.mask(case_id))):
                delete_file(layout.journal(case_id))
    except (UserError, OSError) as error:  # they are read and found finished when the project is opened again
        log.warning("journals were left in %s: %s", layout.root, error)


def _resumed(path: Path, start: JournalHeader) -> Journal:
    """The journal that an earlier program left, when the mask is as it left it; else a new one."""
    try:
        recording = read_journal(path)
    except UserError as error:
        log.warning("%s", error)
        recording = None
    if recording is None or recording.damaged or recording.steps_in(start.state) != recording.steps:
        return Journal(path, start)
    return recording.resume()
