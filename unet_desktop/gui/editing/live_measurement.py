"""LiveMeasurement: the measurements of the open mask, updated during every gesture."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.images.box import Box
from unet_desktop.labels import Label
from unet_desktop.masks.measure import Measurement
from unet_desktop.masks.measurement_tracker import MeasurementTracker
from unet_desktop.masks.regions import Mask

INTERVAL = 25
"""Milliseconds between updates while the mask changes, however often the mouse moves: some 30 updates a second."""
PATIENCE = 150
"""Milliseconds after which what is shown is called late, while a newer measurement is still being made."""

Pieces = tuple[tuple[Label, int], ...]
"""Unique labels that are in several pieces, and how many."""


class LiveMeasurement(QObject):
    """Notes changes at once, which costs nothing; a thread of its own measures them, also during a drag.

    When the timer fires, the pixels that changed are copied and handed to the thread. So the window never waits for a
    measurement, however large the region is, and the thread never reads a mask that is being painted.

    Signals:
        measured: there is a new measurement, or another mask, or none.
        became_late: what is shown is older than the user would notice, until the next measurement.

    Attributes:
        now: of the open mask; None without one.
        shown: the same, but only the largest piece of each unique label, as tables count them. A piece counts as
            separate once the gesture that made it ends.
        opened: `shown` when the case was opened.
        fragmented: unique labels that are in several pieces, and how many; updated between gestures.
        settled: no gesture is in progress, and `now` is of the mask as it is.
        late: `now` is of a mask that changed some time ago.
    """

    measured = Signal()
    became_late = Signal()
    _arrived = Signal(object)

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        """Follow the editor's mask."""
        super().__init__(parent)
        self.now: Measurement | None = None
        self.shown: Measurement | None = None
        self.opened: Measurement | None = None
        self.fragmented: Pieces = ()
        self.settled = True
        self.late = False
        self._editor = editor
        self._pool = ThreadPoolExecutor(1, "measure")
        self._tracker: MeasurementTracker | None = None
        self._changed = Box(0, 0, 0, 0)  # since pixels were last handed over
        self._due = False  # something is to be handed over
        self._waiting_since = 0.0  # when it began to be
        self._running: list[Future[_Found]] = []
        self._as_opened = False
        self._accepted: dict[str, Future[_Found] | None] = {}  # by the model's fingerprint
        # A single shot that is not restarted while it runs: a steady stream of events cannot delay it.
        self._timer = QTimer(self, singleShot=True, interval=INTERVAL, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        editor.mask_replaced.connect(self._on_editor_mask_replaced)
        editor.mask_changed.connect(self._on_editor_mask_changed)
        editor.gesture_ended.connect(self._on_editor_gesture_ended)
        editor.edited.connect(self._on_editor_edited)

    @property
    def accepted(self) -> Measurement | None:
        """Of the prediction that was accepted since the case was opened; None if none was, or it was undone."""
        future = self._accepted.get(self._editor.model)
        return None if future is None else future.result().now

    def shutdown(self) -> None:
        """Stop measuring."""
        self._timer.stop()
        self._running.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _want(self) -> None:
        """Something is to be measured soon."""
        if not self._due and not self._running:
            self._waiting_since = time.monotonic()
        self._due, self.settled = True, False
        if not self._timer.isActive():
            self._timer.start()

    def _hand_over(self) -> Future[_Found] | None:
        """Give the changed pixels to the thread; None without a mask."""
        mask, tracker = self._editor.mask, self._tracker
        if mask is None or tracker is None:
            return None
        box, self._changed, self._due = self._changed, Box(0, 0, 0, 0), False
        settle = not self._editor.drawing
        order = _Order(tracker, box, mask[box.slices].copy(), None if settle else self.fragmented, self._as_opened)
        future = self._pool.submit(order.carry_out)
        self._running.append(future)
        self._timer.start()  # also to notice when it takes long
        future.add_done_callback(self._arrived.emit)
        return future

    def _on_timer_timeout(self) -> None:
        if not self._running:
            self._hand_over()
            return
        self._timer.start()
        if not self.late and 1000 * (time.monotonic() - self._waiting_since) > PATIENCE:
            self.late = True
            self.became_late.emit()

    def _on_arrived(self, future: Future[_Found]) -> None:
        """The thread has measured what it was given."""
        if future not in self._running:
            return  # of a mask that is open no longer
        self._running.remove(future)
        found = future.result()
        self.now, self.shown, self.fragmented = found.now, found.shown, found.fragmented
        if found.as_opened:
            self.opened = self.shown
        if self._running:
            return  # what was accepted is measured next
        self.settled = not (self._due or self._editor.drawing)
        self.late, self._waiting_since = False, time.monotonic()
        self._timer.stop()
        if self._due and self._editor.drawing:
            self._timer.start()
        elif self._due:
            self._hand_over()
        self.measured.emit()

    def _on_editor_mask_replaced(self) -> None:
        mask, labels = self._editor.mask, self._editor.labels
        self._timer.stop()
        self._running.clear()
        self._changed, self._due, self.late = Box(0, 0, 0, 0), False, False
        self._accepted = {self._editor.model: None}
        self._tracker = None if mask is None or labels is None else MeasurementTracker(mask, labels)
        self.now = self.shown = self.opened = None if self._tracker is None else self._tracker.measure()
        self.fragmented, self._as_opened, self.settled = (), True, True
        self.measured.emit()
        if self._tracker is not None:
            self._want()  # for `fragmented`, which opening need not wait for

    def _on_editor_mask_changed(self, box: Box) -> None:
        if self._tracker is not None and self._editor.mask is not None:
            self._as_opened = False
            self._changed = self._changed.union(box.clip(*self._editor.mask.shape))
            self._want()

    def _on_editor_gesture_ended(self) -> None:
        if self._tracker is not None:
            self._want()
            if not self._running:
                self._hand_over()

    def _on_editor_edited(self) -> None:
        if self._tracker is not None and self._editor.model not in self._accepted:
            self._accepted[self._editor.model] = self._hand_over()


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What the thread found out, see `LiveMeasurement`."""

    now: Measurement
    shown: Measurement
    fragmented: Pieces
    as_opened: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    """What the thread is to do.

    Attributes:
        tracker: measures the mask; only the thread uses it from now on.
        box: where the mask changed.
        pixels: (h, w) uint8, what it holds there.
        fragmented: what was known of it, while a gesture is in progress; None to look for pieces.
        as_opened: nothing was changed since the case was opened.
    """

    tracker: MeasurementTracker
    box: Box
    pixels: Mask
    fragmented: Pieces | None
    as_opened: bool

    def carry_out(self) -> _Found:
        self.tracker.update(self.box, self.pixels)
        now = self.tracker.measure()
        fragmented = self.tracker.labels_in_pieces() if self.fragmented is None else self.fragmented
        return _Found(now, self.tracker.measure_largest() if fragmented else now, fragmented, self.as_opened)
