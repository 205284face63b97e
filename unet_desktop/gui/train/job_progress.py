"""Progress: what a running job does, how far it is and how long it will still take."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from unet_desktop.engine.events import BatchDone, EpochDone
from unet_desktop.gui.widgets.durations import time_left
from unet_desktop.gui.widgets.named import named
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.tasks.events import ItemDone

_STEPS = 1000
_PICTURE_BY_PICTURE = {"read": "Reading pictures", "measure": "LiveMeasurement on the validation pictures"}


class JobProgress(QWidget):
    """A sentence over a bar; empty and flat while nothing runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Idle."""
        super().__init__(parent)
        self._text = named(QLabel(), "progress_text")
        self._text.setWordWrap(True)
        self._bar = named(QProgressBar(), "progress_bar")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._text)
        layout.addWidget(self._bar)
        self.set_labels(DISC_AND_CUP)
        self.set_idle("")

    def set_labels(self, labels: LabelSet) -> None:
        """Name what a locating network looks for."""
        located = labels.location_label()
        self._located = "structure" if located is None else located.name

    def set_idle(self, text: str) -> None:
        """Nothing runs; the text says how the last job ended, or nothing."""
        self._text.setText(text)
        self._bar.setRange(0, _STEPS)  # an endless bar keeps a timer running
        self._bar.hide()
        self.setVisible(bool(text))

    def set_working(self, text: str) -> None:
        """Something runs and cannot say yet how far it is."""
        self._text.setText(text)
        self._bar.setRange(0, 0)
        self._bar.show()
        self.show()

    def add_event(self, event: object) -> None:
        """Follow a job; events that say nothing about progress are passed over."""
        if isinstance(event, BatchDone):
            share = (max(event.epoch, 1) - 1 + event.step / max(event.steps, 1)) / max(event.epochs, 1)
            self._show(self._doing(event), share, event.seconds_left)
        elif isinstance(event, EpochDone):
            share = event.epoch / max(event.epochs, 1)
            self._show(self._doing(event), share, event.seconds_left)
        elif isinstance(event, ItemDone):
            self._show(f"{event.done} of {event.total}: {event.name}", event.done / max(event.total, 1), math.nan)

    def _doing(self, event: BatchDone | EpochDone) -> str:
        if isinstance(event, BatchDone) and event.stage in _PICTURE_BY_PICTURE:
            return f"{_PICTURE_BY_PICTURE[event.stage]}, {event.step} of {event.steps}"
        doing = f"Locating the {self._located}" if event.stage == "locate" else "Learning to segment"
        return f"{doing}, epoch {event.epoch} of {event.epochs}"

    def _show(self, text: str, share: float, seconds_left: float) -> None:
        left = time_left(seconds_left).replace(" ", "\N{NO-BREAK SPACE}")  # "2 min" must not be torn apart
        self._text.setText(f"{text}, {left}" if left else text)
        self._bar.setRange(0, _STEPS)
        self._bar.setValue(round(_STEPS * min(max(share, 0.0), 1.0)))
        self._bar.show()
        self.show()
