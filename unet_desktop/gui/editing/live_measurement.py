"""LiveMeasurement: the measurements of the open mask, updated during every gesture."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.images.box import Box
from unet_desktop.labels import Label
from unet_desktop.masks.measure import Measurement, MeasurementTracker

INTERVAL = 25
"""Milliseconds between updates while the mask changes, however often the mouse moves: some 30 updates a second."""


class LiveMeasurement(QObject):
    """Notes changes at once, which costs nothing, and measures when its timer fires, also during a drag.

    Signals:
        measured: there is a new measurement, or another mask, or none.

    Attributes:
        now: of the open mask; None without one.
        shown: the same, but only the largest piece of each unique label, as tables count them. A piece counts as
            separate once the gesture that made it ends.
        opened: `shown` when the case was opened.
        fragmented: unique labels that are in several pieces, and how many; updated between gestures.
    """

    measured = Signal()

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        """Follow the editor's mask."""
        super().__init__(parent)
        self.now: Measurement | None = None
        self.shown: Measurement | None = None
        self.opened: Measurement | None = None
        self.fragmented: tuple[tuple[Label, int], ...] = ()
        self._editor = editor
        self._tally: MeasurementTracker | None = None
        self._as_opened = False
        self._accepted: dict[str, Measurement | None] = {}  # by the model's fingerprint
        # A single shot that is not restarted while it runs: a steady stream of events cannot delay it.
        self._timer = QTimer(self, singleShot=True, interval=INTERVAL, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._measure)
        editor.mask_replaced.connect(self._on_editor_mask_replaced)
        editor.mask_changed.connect(self._on_editor_mask_changed)
        editor.gesture_ended.connect(self._start)
        editor.edited.connect(self._on_editor_edited)

    @property
    def accepted(self) -> Measurement | None:
        """Of the prediction that was accepted since the case was opened; None if none was, or it was undone."""
        return self._accepted.get(self._editor.model)

    def _measure(self) -> None:
        if self._tally is not None:
            self.now = self._tally.measure()
            if not self._editor.drawing:
                self.fragmented = self._tally.labels_in_pieces()
            self.shown = self._tally.measure_largest() if self.fragmented else self.now
            if self._as_opened:
                self.opened = self.shown
            self.measured.emit()

    def _start(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _on_editor_mask_replaced(self) -> None:
        mask, labels = self._editor.mask, self._editor.labels
        self._timer.stop()
        self._accepted = {self._editor.model: None}
        self._tally = None if mask is None or labels is None else MeasurementTracker(mask, labels)
        self.now = self.shown = self.opened = None if self._tally is None else self._tally.measure()
        self.fragmented, self._as_opened = (), True
        self.measured.emit()
        self._start()  # for `fragmented`, which opening need not wait for

    def _on_editor_mask_changed(self, box: Box) -> None:
        if self._tally is not None:
            self._as_opened = False
            self._tally.mark_changed(box)
            self._start()

    def _on_editor_edited(self) -> None:
        if self._tally is not None and self._editor.model not in self._accepted:
            self._accepted[self._editor.model] = self._tally.measure()
