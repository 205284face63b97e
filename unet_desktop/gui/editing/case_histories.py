"""CaseHistories: the histories of cases that were open before, so that undo works when a case is opened again."""

from __future__ import annotations

import logging
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.errors import UserError
from unet_desktop.masks.history import BUDGET, History
from unet_desktop.masks.regions import Mask
from unet_desktop.project.journal import read_journal
from unet_desktop.project.layout import Layout

log = logging.getLogger("unet.gui")

Key = tuple[Path, str]
"""A project's folder and a case's id."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A case's history, the checksum of the mask it belongs to, and whether the case began without a mask."""

    history: History
    checksum: int
    began_empty: bool


class CaseHistories:
    """The histories of cases that are not open, bounded in bytes; those left longest ago go first."""

    def __init__(self, budget: int = BUDGET) -> None:
        """Start empty, with that many bytes to spend over all cases."""
        self._budget = budget
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def keep(self, key: Key, history: History, mask: Mask, *, began_empty: bool) -> None:
        """Put away the history of a case that is being left."""
        self._kept.pop(key, None)
        if not (history.can_undo or history.can_redo):
            return
        self._kept[key] = Kept(history, zlib.crc32(mask.data), began_empty)
        self._drop_over(self._budget, least=1)

    def make_room(self, taken: int) -> None:
        """Let the histories kept here and the open one, which holds that many bytes, stay within the budget."""
        self._drop_over(self._budget - taken, least=0)

    def _drop_over(self, budget: int, *, least: int) -> None:
        size = sum(kept.history.size for kept in self._kept.values())
        while size > budget and len(self._kept) > least:
            _, dropped = self._kept.popitem(last=False)
            size -= dropped.history.size

    def take(self, key: Key, mask: Mask) -> Kept | None:
        """The history to go on with, in memory or in a journal that was left on disk.

        None when there is none, or when the mask was changed elsewhere meanwhile.
        """
        kept = self._kept.pop(key, None)
        if kept is not None and kept.checksum == zlib.crc32(mask.data):
            return kept
        return _recorded(Layout(key[0]).journal(key[1]), mask)


def _recorded(path: Path, mask: Mask) -> Kept | None:
    """What a journal tells of the mask, when the mask is as the journal's last step left it."""
    try:
        recording = read_journal(path)
        if recording is None or not recording.steps or recording.damaged:
            return None
        state = zlib.crc32(mask.data)
        if recording.steps not in (recording.steps_in(state), None if mask.any() else recording.steps_in(None)):
            return None
        return Kept(recording.replay().history, state, recording.header.began_empty)
    except UserError as error:  # a history that cannot be read shall keep nobody from working on
        log.warning("%s", error)
        return None
