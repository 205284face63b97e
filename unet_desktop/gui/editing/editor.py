"""Editor: the open mask, the gesture in progress and the history; the only holder of all three."""

from __future__ import annotations

import logging
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from PySide6.QtCore import QObject, Signal

from unet_desktop.errors import UserError
from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.history import BUDGET, History, Step, StepKind
from unet_desktop.masks.locks import Locks
from unet_desktop.masks.nesting import find_limit
from unet_desktop.masks.patch import Patch, SourcePatch, patch_between
from unet_desktop.masks.regions import Mask
from unet_desktop.project.journal import read_journal
from unet_desktop.project.layout import Layout

log = logging.getLogger("unet.gui")

CaseKey = tuple[Path, str]
"""A project's folder and a case's id."""


class Gesture(Protocol):
    """What changes the mask while a button is down or a shape is edited, and ends in one patch.

    `masks.stroke.Stroke` and `tools.shape_gesture.ShapeGesture` are two. The tool that began it drives it and tells
    the editor which pixels changed; the editor ends it.
    """

    @property
    def met_limit(self) -> bool:
        """Did it reach outside the region that it must stay inside, where it changes nothing?"""

    @property
    def met_lock(self) -> bool:
        """Did it reach pixels of locked labels, which it left as they were?"""

    def finish(self) -> Patch | None:
        """End it: what it changed, or None."""

    def cancel(self) -> Box:
        """Put everything back; returns the box that changed."""


class Editor(QObject):
    """Edits the open case's mask.

    Signals:
        mask_replaced: another mask is open, or none.
        mask_changed(Box): pixels in that box of the image may have changed.
        leaving: the case is about to be left; tools end what they have begun.
        gesture_ended: the gesture in progress was finished or cancelled, by whatever caller.
        edited(Step): a gesture was finished, undone or redone: there is something to save.
        refused: the user tried to change a locked mask.
        stayed_outside: a gesture changed nothing, because it lay outside the region that it must stay inside.
        met_lock: something that was asked for was left out, because it would have changed a locked label.
        history_changed: there is more or less to undo.

    Attributes:
        mask: (H, W) uint8, or None while no case is open.
        labels: the project's.
        key: which case is open.
        model: fingerprint of the model whose prediction the mask started from, or empty.
        history: of this mask.
        locked: nothing may be changed, because another program has the project.
        locks: the labels that must not be changed, or None; undo and redo are not held back by them.
        began_empty: did the case begin without a mask?
        opened_blank: was there nothing in the mask when the case was opened?
    """

    mask_replaced = Signal()
    mask_changed = Signal(object)
    leaving = Signal()
    gesture_ended = Signal()
    edited = Signal(object)
    refused = Signal()
    stayed_outside = Signal()
    met_lock = Signal()
    history_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mask: Mask | None = None
        self.labels: LabelSet | None = None
        self.key: CaseKey | None = None
        self.model = ""
        self.history = History()
        self.locked = False
        self.locks: Locks | None = None
        self.began_empty = False
        self.opened_blank = False
        self._gesture: Gesture | None = None
        self._histories = CaseHistories()

    @property
    def drawing(self) -> bool:
        """Is a gesture in progress?"""
        return self._gesture is not None

    @property
    def untouched(self) -> bool:
        """Did the case begin without a mask, and is every edit since undone?"""
        return self.began_empty and not self.history.can_undo and not (self.mask is not None and bool(self.mask.any()))

    def limit(self, label: Label) -> Label | None:
        """The label whose region must not grow when this one is painted; None if this one may be drawn anywhere."""
        if self.mask is None or self.labels is None:
            return None
        blank = self.began_empty or self.opened_blank
        return find_limit(self.mask, self.labels, label, self.history, began_blank=blank)

    def refuse(self) -> bool:
        """If nothing may be changed, say so and return True."""
        if self.locked:
            self.refused.emit()
        return self.locked

    def open_mask(
        self,
        root: Path,
        case_id: str,
        mask: Mask | None,
        size: tuple[int, int],
        labels: LabelSet,
        model: str = "",
    ) -> None:
        """Edit another case's mask.

        Args:
            root: the project's folder.
            case_id: the case.
            mask: (H, W) uint8, which belongs to the editor from now on; None begins with an empty one.
            size: (height, width) of the picture.
            labels: the project's.
            model: fingerprint of the model whose prediction the mask started from, or empty.
        """
        self.close_mask()
        self.key, self.labels, self.model = (root, case_id), labels, model
        self.mask = np.zeros(size, np.uint8) if mask is None else mask
        self.opened_blank = not cv2.hasNonZero(self.mask)
        known = self._histories.take(self.key, self.mask)
        self.history = History() if known is None else known.history
        self.began_empty = mask is None if known is None else known.began_empty
        self.mask_replaced.emit()
        self.history_changed.emit()

    def close_mask(self) -> None:
        """Close the mask; its history is kept for when the case is opened again."""
        self.cancel()
        if self.key is not None and self.mask is not None:
            self._histories.keep(self.key, self.history, self.mask, began_empty=self.began_empty)
        self.key = self.mask = self.labels = None
        self.model, self.history = "", History()
        self.mask_replaced.emit()
        self.history_changed.emit()

    def forget_histories(self) -> None:
        """Forget the histories of cases that are not open: their steps are about labels that the project had."""
        self._histories = CaseHistories()

    def begin(self, gesture: Gesture) -> None:
        """Start a gesture on the open mask; one in progress is finished first."""
        self.finish()
        self._gesture = gesture

    def show(self, box: Box) -> None:
        """The gesture in progress changed pixels in this box."""
        if not box.empty:
            self.mask_changed.emit(box)

    def finish(self) -> bool:
        """End the gesture; what it changed becomes one step of the history. False if it changed nothing."""
        gesture, self._gesture = self._gesture, None
        outside = gesture is not None and gesture.met_limit  # before it is finished, which may forget the shape
        held = gesture is not None and gesture.met_lock
        patch = None if gesture is None else gesture.finish()
        if patch is not None:
            self._push(patch)
        elif outside:
            self.stayed_outside.emit()
        if held:
            self.met_lock.emit()
        if gesture is not None:
            self.gesture_ended.emit()
        return patch is not None

    def leave(self) -> None:
        """End whatever is in progress, because the case is about to be left."""
        self.leaving.emit()
        self.finish()

    def cancel(self) -> None:
        """Cancel the gesture; the mask is as before it."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            self.show(gesture.cancel())
            self.gesture_ended.emit()

    def apply(self, patch: Patch | None) -> None:
        """Make a patch that was computed beforehand, such as filling a hole, one step; None does nothing."""
        self.finish()
        if patch is None or self.mask is None or self.refuse():
            return
        if self.locks is not None:
            allowed = self.locks.restrict_patch(patch)
            if allowed is not patch:
                self.met_lock.emit()
            if not allowed.changed and not isinstance(patch, SourcePatch):  # to accept is a decision all the same
                return
            patch = allowed
        patch.apply(self.mask)
        self.show(patch.box)
        self._push(patch)

    def replace_mask(self, name: str, mask: Mask, *, model: str | None = None) -> None:
        """Change the whole mask in one step, e.g. by accepting a prediction.

        Args:
            name: of the step.
            mask: (H, W) uint8 of the same size; it is copied.
            model: fingerprint of the model it came from, noted when the mask is saved; None leaves what is noted.
        """
        self.finish()
        if self.mask is None or self.refuse():
            return
        whole = Box(0, 0, *mask.shape)
        # An accepted mask that changes nothing is still a decision, which undo must be able to take back.
        nothing = Patch(name, 0, 0, self.mask[:1, :1].copy(), self.mask[:1, :1].copy())
        patch = patch_between(name, self.mask, mask, whole) or nothing
        if model is not None:
            patch = SourcePatch(patch.name, patch.top, patch.left, patch.before, patch.after, self.model, model)
            self.model = model
        self.apply(patch)

    def undo(self) -> None:
        """Undo the last step; during a gesture, cancel the gesture."""
        if self.drawing:
            self.cancel()
            return
        patch = None if self.refuse() else self.history.undo()
        if patch is not None and self.mask is not None:
            patch.apply(self.mask)
            self._announce(Step(StepKind.UNDONE, patch))

    def redo(self) -> None:
        """Redo the last step that was undone; during a gesture, do nothing."""
        patch = None if self.drawing or self.refuse() else self.history.redo()
        if patch is not None and self.mask is not None:
            patch.apply(self.mask)
            self._announce(Step(StepKind.REDONE, patch))

    def go_to(self, step: int) -> None:
        """Undo or redo until that many steps are done, or no more are left; 0 is the mask as it was opened."""
        self.cancel()
        if self.refuse():
            return
        while len(self.history.names) > max(step, 0):
            self.undo()
        while len(self.history.names) < step and self.history.can_redo:
            self.redo()

    def _announce(self, step: Step) -> None:
        """A step was undone or redone."""
        if isinstance(step.patch, SourcePatch):
            self.model = step.patch.model
        self.show(step.patch.box)
        self.history_changed.emit()
        self.edited.emit(step)

    def _push(self, patch: Patch) -> None:
        """A patch was applied for the first time."""
        self.history.push(patch)
        self._histories.make_room(self.history.size)
        self.history_changed.emit()
        self.edited.emit(Step(StepKind.DONE, patch))


@dataclass(frozen=True, slots=True, eq=False)
class CaseHistory:
    """The history of a case that is not open.

    Attributes:
        history: its steps.
        checksum: of the mask that they lead to.
        began_empty: did the case begin without a mask?
    """

    history: History
    checksum: int
    began_empty: bool


class CaseHistories:
    """The histories of cases that are not open, bounded in bytes; the least recently left cases are dropped first."""

    def __init__(self, budget: int = BUDGET) -> None:
        """Spend at most that many bytes over all cases."""
        self._budget = budget
        self._kept: OrderedDict[CaseKey, CaseHistory] = OrderedDict()

    def keep(self, key: CaseKey, history: History, mask: Mask, *, began_empty: bool) -> None:
        """Keep the history of a case that is being left."""
        self._kept.pop(key, None)
        if not (history.can_undo or history.can_redo):
            return
        self._kept[key] = CaseHistory(history, zlib.crc32(mask.data), began_empty)
        self._shrink_to(self._budget, least=1)

    def make_room(self, taken: int) -> None:
        """Keep these histories and the open case's, which takes that many bytes, within the budget."""
        self._shrink_to(self._budget - taken, least=0)

    def take(self, key: CaseKey, mask: Mask) -> CaseHistory | None:
        """The history to continue: from memory, from a journal that was left on disk, or from an earlier session.

        None if there is none, or if the mask was changed elsewhere meanwhile.
        """
        known = self._kept.pop(key, None)
        if known is not None and known.checksum == zlib.crc32(mask.data):
            return known
        layout = Layout(key[0])
        found = _history_from_journal(layout.journal(key[1]), mask)
        return _history_from_journal(layout.past_journal(key[1]), mask) if found is None else found

    def _shrink_to(self, budget: int, *, least: int) -> None:
        size = sum(known.history.size for known in self._kept.values())
        while size > budget and len(self._kept) > least:
            _, dropped = self._kept.popitem(last=False)
            size -= dropped.history.size


def _history_from_journal(path: Path, mask: Mask) -> CaseHistory | None:
    """The history stored in a journal, if the mask is as the journal's last step left it."""
    try:
        journal = read_journal(path)
        if journal is None or not journal.steps or journal.damaged:
            return None
        checksum = zlib.crc32(mask.data)
        if journal.steps not in (journal.steps_in(checksum), None if mask.any() else journal.steps_in(None)):
            return None
        return CaseHistory(journal.replay().history, checksum, journal.header.began_empty)
    except UserError as error:  # a history that cannot be read must not keep the case from opening
        log.warning("%s", error)
        return None
