"""TrainingCurves: loss and validation Dice of the running training, redrawn at most ten times a second."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from unet_desktop.engine.events import BatchDone, EpochDone
from unet_desktop.gui.panels.curve_data import CurveData
from unet_desktop.gui.panels.plot import Curve, Plot
from unet_desktop.labels import DISC_AND_CUP, LabelSet

REDRAW_INTERVAL = 100
"""Milliseconds between two redraws: drawing costs milliseconds, events come in bursts."""

_BATCH = Curve("", None, faint=True)
_TRAIN = Curve("training", None)
_VALIDATION = Curve("validation (BCE)", "#cc3377", dashed=True)
_OTHER_COLOUR = "#56b4e9"


class TrainingCurves(QWidget):
    """Two plots over the epochs of the running stage: losses, and the validation Dice of each region."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty plots."""
        super().__init__(parent)
        self._data = CurveData()
        self._epochs = 1
        self._colours: dict[str, str] = {}
        self._loss = Plot("Loss")
        self._dice = Plot("Validation Dice")
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_INTERVAL)
        self._redraw.timeout.connect(self._on_redraw_timeout)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._loss, 1)
        layout.addWidget(self._dice, 1)
        self.set_labels(DISC_AND_CUP)

    def set_labels(self, labels: LabelSet) -> None:
        """Draw each region in its label's colour."""
        self._colours = {label.name: label.colour for label in labels}
        self._on_redraw_timeout()

    def add_event(self, event: object) -> None:
        """Take in an event of the training; others are passed over."""
        if not self._data.add(event):
            return
        if isinstance(event, BatchDone | EpochDone):
            self._epochs = event.epochs
        if not self._redraw.isActive():
            self._redraw.start()

    def reset(self) -> None:
        """Forget the last run."""
        self._data, self._epochs = CurveData(), 1
        self._on_redraw_timeout()

    @Slot()
    def _on_redraw_timeout(self) -> None:
        data = self._data
        self._loss.set_curves({_BATCH: data.batches, _TRAIN: data.train, _VALIDATION: data.validation})
        self._loss.set_range(None, None, self._epochs)
        names = [*self._colours, *(name for name in data.dice if name not in self._colours)]
        shown = names if not data.dice else [name for name in names if name in data.dice]
        self._dice.set_curves(
            {Curve(name, self._colours.get(name, _OTHER_COLOUR)): data.dice.get(name, ([], [])) for name in shown}
        )
        lowest = min((value for _, values in data.dice.values() for value in values), default=0.0)
        # What matters happens near 1: once every region is past 0.5 the axis starts there.
        self._dice.set_range(0.0 if lowest < 0.5 else 0.5, 1.0, self._epochs)
