"""Editor: the open mask, the gesture in progress and the history; the only holder of all three."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from PySide6.QtCore import QObject, Signal

from unet_desktop.gui.editing.case_histories import CaseHistories, Key
from unet_desktop.images.box import Box
from unet_desktop.labels import LabelSet
from unet_desktop.masks.history import History, Step, StepKind
from unet_desktop.masks.patch import Patch, SourcePatch, patch_between
from unet_desktop.masks.regions import Mask


class Gesture(Protocol):
    """What changes the mask while a button is down or a shape is edited, and ends in one patch.

    `masks.stroke.Stroke` and `masks.reshape.Reshape` are two. Whoever began it drives it and tells the editor which
    pixels changed; the editor ends it.
    """

    def finish(self) -> Patch | None:
        """End it: what it changed, or None."""

    def cancel(self) -> Box:
        """Put everything back; returns the box that changed."""


class Editor(QObject):
    """Edits of the open case's mask.

    Signals:
        mask_replaced: another mask is open, or none.
        mask_changed(Box): pixels in that box of the image may have changed.
        leaving: the case is about to be left; tools end what they have begun.
        gesture_ended: the gesture in progress was finished or abandoned, by whomever.
        edited(Step): a gesture was finished, undone or redone: there is something to save.
        refused: somebody tried to change what may not be changed.
        history_changed: there is more or less to undo.
    """

    mask_replaced = Signal()
    mask_changed = Signal(object)
    leaving = Signal()
    gesture_ended = Signal()
    edited = Signal(object)
    refused = Signal()
    history_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Start with no mask."""
        super().__init__(parent)
        self.mask: Mask | None = None
        self.labels: LabelSet | None = None
        self.key: Key | None = None
        self.model = ""
        self.history = History()
        self._began_empty = False
        self._gesture: Gesture | None = None
        self._histories = CaseHistories()
        self._locked = False

    @property
    def drawing(self) -> bool:
        """Is a gesture in progress?"""
        return self._gesture is not None

    @property
    def locked(self) -> bool:
        """May nothing be changed?"""
        return self._locked

    def set_locked(self, locked: bool) -> None:
        """Let nothing be changed, because another program has the project."""
        self._locked = locked

    def refuse(self) -> bool:
        """Say that nothing may be changed, if that is so; True then."""
        if self._locked:
            self.refused.emit()
        return self._locked

    @property
    def began_empty(self) -> bool:
        """Did the case begin without a mask?"""
        return self._began_empty

    @property
    def untouched(self) -> bool:
        """Did the case begin without a mask, and is every edit since undone?"""
        return self._began_empty and not self.history.can_undo and not (self.mask is not None and bool(self.mask.any()))

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
            mask: (H, W) uint8, taken over and changed in place; None begins with an empty one.
            size: (height, width) of the picture.
            labels: the project's.
            model: fingerprint of the model whose prediction the mask started from, or empty.
        """
        self.close_mask()
        self.key, self.labels, self.model = (root, case_id), labels, model
        self.mask = np.zeros(size, np.uint8) if mask is None else mask
        kept = self._histories.take(self.key, self.mask)
        self.history = History() if kept is None else kept.history
        self._began_empty = mask is None if kept is None else kept.began_empty
        self.mask_replaced.emit()
        self.history_changed.emit()

    def close_mask(self) -> None:
        """Put the mask away; its history is kept for when the case is opened again."""
        self.cancel()
        if self.key is not None and self.mask is not None:
            self._histories.keep(self.key, self.history, self.mask, began_empty=self._began_empty)
        self.key = self.mask = self.labels = None
        self.model, self.history = "", History()
        self.mask_replaced.emit()
        self.history_changed.emit()

    def begin(self, gesture: Gesture) -> None:
        """Start a gesture on the open mask; one in progress is finished first."""
        self.finish()
        self._gesture = gesture

    def show(self, box: Box) -> None:
        """The gesture in progress changed pixels in this box."""
        if not box.empty:
            self.mask_changed.emit(box)

    def finish(self) -> bool:
        """End the gesture; what it changed becomes one step of the history. False when it changed nothing."""
        gesture, self._gesture = self._gesture, None
        patch = None if gesture is None else gesture.finish()
        if patch is not None:
            self._note(patch)
        if gesture is not None:
            self.gesture_ended.emit()
        return patch is not None

    def leave(self) -> None:
        """End whatever is in progress, because the case is about to be left."""
        self.leaving.emit()
        self.finish()

    def cancel(self) -> None:
        """Abandon the gesture; the mask is as before it."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            self.show(gesture.cancel())
            self.gesture_ended.emit()

    def apply(self, patch: Patch | None) -> None:
        """Do in one step what was worked out beforehand, such as filling a hole; None does nothing."""
        self.finish()
        if patch is None or self.mask is None or self.refuse():
            return
        patch.apply(self.mask)
        self.show(patch.box)
        self._note(patch)

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
        """Take the last step back; during a gesture, abandon the gesture."""
        if self.drawing:
            self.cancel()
        elif not self.refuse():
            self._step(StepKind.UNDONE, self.history.undo())

    def redo(self) -> None:
        """Do the last undone step again."""
        if not self.drawing and not self.refuse():
            self._step(StepKind.REDONE, self.history.redo())

    def go_to(self, step: int) -> None:
        """Undo or redo until that many steps are done, as far as there are some; 0 is the mask as it was opened."""
        self.cancel()
        if self.refuse():
            return
        while len(self.history.names) > max(step, 0):
            self.undo()
        while len(self.history.names) < step and self.history.can_redo:
            self.redo()

    def _step(self, kind: StepKind, patch: Patch | None) -> None:
        if patch is None or self.mask is None:
            return
        patch.apply(self.mask)
        if isinstance(patch, SourcePatch):
            self.model = patch.model
        self.show(patch.box)
        self.history_changed.emit()
        self.edited.emit(Step(kind, patch))

    def _note(self, patch: Patch) -> None:
        self.history.push(patch)
        self._histories.make_room(self.history.size)
        self.history_changed.emit()
        self.edited.emit(Step(StepKind.DONE, patch))
