"""SideEffectsPresenter: says in the status line what a gesture does to labels other than the one in use."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.messages.status_line import StatusLine
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.history import Step
from unet_desktop.masks.measure import Measurement
from unet_desktop.masks.patch import SourcePatch

_SHOWN_FOR = 6000
"""Milliseconds for which the status line shows the message."""


def describe_side_effect(labels: LabelSet, label: Label, before: Measurement, now: Measurement) -> str:
    """A sentence on what changing a label did to the one around it or to those inside it; empty if nothing.

    Args:
        labels: the label set that both measurements are of.
        label: the one that was changed.
        before, now: of the mask before and after.
    """
    areas_before = {other: extent.area for other, extent in zip(labels, before.extents, strict=True)}
    grown = {other: extent.area - areas_before[other] for other, extent in zip(labels, now.extents, strict=True)}
    gone = {other for other, extent in zip(labels, now.extents, strict=True) if not extent.area}
    for inner in labels:
        if labels.parent(inner) == label and grown[inner] < 0:
            how = "erased along with the" if inner in gone else "trimmed to the new"
            return f"The {inner.name} was {how} {label.name}."
    outer = labels.parent(label)
    if outer is None or not 0 < grown[outer] <= grown[label]:
        return ""
    if areas_before[outer] == areas_before[label]:
        return (
            f"There is no {outer.name} yet: what you paint as {label.name} counts as {outer.name} too. "
            f"To draw the {outer.name}, choose it ({labels.labels.index(outer) + 1}) and paint around."
        )
    return f"The {outer.name} was extended to hold the {label.name}."


def describe_nothing_painted(label: Label, limit: Label) -> str:
    """A sentence for a gesture that lay all outside the region of `limit`, where the label must stay."""
    return (
        f"Nothing was painted: the {label.name} stays inside the {limit.name}. To enlarge that, choose {limit.name}, "
        "or let a region grow its parent (Region menu)."
    )


class SideEffectsPresenter(QObject):
    """Compares the live measurement during a gesture with the one before it, so that it costs nothing more."""

    def __init__(self, app: AppModel, status: StatusLine) -> None:
        super().__init__(status)
        self._app, self._status = app, status
        self._key: object = None
        self._before: Measurement | None = None  # of the mask between gestures
        self._ended = False  # a gesture ended since
        self._label: Label | None = None  # that the gesture changes; another one may be chosen before it is measured
        self._message = ""
        app.live_measurement.measured.connect(self._on_live_measurement_measured)
        app.editor.gesture_ended.connect(self._on_editor_gesture_ended)
        app.editor.edited.connect(self._on_editor_edited)
        app.editor.mask_changed.connect(self._on_editor_mask_changed)
        app.editor.stayed_outside.connect(self._on_editor_stayed_outside)

    def _on_editor_mask_changed(self) -> None:
        if self._label is None and self._app.editor.drawing:
            self._label = self._app.options.label

    def _on_editor_stayed_outside(self) -> None:
        """Say why nothing was painted; whoever presses undo next must not be surprised."""
        labels, label = self._app.editor.labels, self._label or self._app.options.label
        limit = None if label is None else self._app.editor.limit(label)
        if labels is not None and label is not None and limit is not None:
            self._status.showMessage(describe_nothing_painted(label, limit), _SHOWN_FOR)

    def _on_editor_gesture_ended(self) -> None:
        self._ended = True

    def _on_editor_edited(self, step: Step) -> None:
        if isinstance(step.patch, SourcePatch):
            self._before = None  # of another mask: a stroke that accepted this one has none to compare with

    def _on_live_measurement_measured(self) -> None:
        editor, live, before = self._app.editor, self._app.live_measurement, self._before
        now = live.now
        labels, label = editor.labels, self._label or self._app.options.label
        if labels is None or label is None or now is None or before is None or editor.key != self._key:
            self._show("")
        elif editor.drawing or self._ended:
            self._show(describe_side_effect(labels, label, before, now))
        elif now.extents != before.extents:  # it was undone
            self._show("")
        if live.settled:
            self._before, self._key, self._ended, self._label = now, editor.key, False, None

    def _show(self, sentence: str) -> None:
        if sentence:
            self._status.showMessage(sentence, _SHOWN_FOR)
        else:
            self._status.end_message(self._message)
        self._message = sentence
