"""TrainingCurves: loss, validation figures and learning rate of a training, redrawn at most ten times a second."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from unet_desktop.engine.events import BatchDone, EpochDone
from unet_desktop.gui.train.curve_data import CurveData
from unet_desktop.gui.widgets.named import named
from unet_desktop.gui.widgets.plot import Curve, Plot, Points
from unet_desktop.labels import DISC_AND_CUP, LabelSet

REDRAW_INTERVAL = 100
"""Milliseconds between two redraws: drawing costs milliseconds, events come in bursts."""

_BATCH = Curve("", None, faint=True)
_TRAIN = Curve("training", None)
_VALIDATION = Curve("validation (BCE)", "#cc3377", dashed=True)
_RATE = Curve("", None, key="rate")
_CHOICES = {"loss": "Loss", "dice": "Dice", "iou": "IoU", "rate": "Learning rate"}
_SHOWN_AT_FIRST = ("loss", "dice")
_OTHER_COLOUR = "#56b4e9"


class TrainingCurves(QWidget):
    """Plots over the epochs of the running stage, of which the user chooses those that are shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty plots; loss and Dice are shown."""
        super().__init__(parent)
        self._data = CurveData()
        self._epochs = 1
        self._colours: dict[str, str] = {}
        self._plots = {
            "loss": Plot("Loss"),
            "dice": Plot("Validation Dice"),
            "iou": Plot("Validation IoU"),
            "rate": Plot("Learning rate"),
        }
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_INTERVAL)
        self._redraw.timeout.connect(self._on_redraw_timeout)
        self._lay_out()
        self.set_labels(DISC_AND_CUP)

    def set_labels(self, labels: LabelSet) -> None:
        """Draw each region in its label's colour."""
        self._colours = {label.name: label.colour for label in labels}
        self._on_redraw_timeout()

    def add_event(self, event: object) -> bool:
        """Take in an event of the training; False when it is another, which is passed over."""
        if not self._data.add(event):
            return False
        if isinstance(event, BatchDone | EpochDone):
            self._epochs = event.epochs
        if not self._redraw.isActive():
            self._redraw.start()
        return True

    def reset(self) -> None:
        """Forget the last run."""
        self._data, self._epochs = CurveData(), 1
        self._on_redraw_timeout()

    def _lay_out(self) -> None:
        choices = QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(choices)
        for key, title in _CHOICES.items():
            box, plot = named(QCheckBox(title), f"show_{key}"), self._plots[key]
            box.setChecked(key in _SHOWN_AT_FIRST)
            plot.setVisible(box.isChecked())
            box.toggled.connect(plot.setVisible)
            box.toggled.connect(self._on_redraw_timeout)
            choices.addWidget(box)
            layout.addWidget(plot, 1)
        choices.addStretch(1)
        layout.addStretch(0)

    @Slot()
    def _on_redraw_timeout(self) -> None:
        data, plots = self._data, self._plots
        self._draw("loss", {_BATCH: data.batches, _TRAIN: data.train, _VALIDATION: data.validation})
        self._draw("rate", {_RATE: data.rate})
        for key, curves in (("dice", data.dice), ("iou", data.iou)):
            names = [*self._colours, *(name for name in curves if name not in self._colours)]
            shown = names if not curves else [name for name in names if name in curves]
            drawn = {Curve(name, self._colours.get(name, _OTHER_COLOUR)): curves.get(name, ([], [])) for name in shown}
            self._draw(key, drawn)
            lowest = min((value for _, values in curves.values() for value in values), default=0.0)
            # What matters happens near 1: once every region is past 0.5 the axis starts there.
            plots[key].set_range(0.0 if lowest < 0.5 else 0.5, 1.0, self._epochs)

    def _draw(self, key: str, curves: dict[Curve, Points]) -> None:
        """What is not shown costs no time; it is drawn when it is chosen."""
        if not self._plots[key].isHidden():
            self._plots[key].set_curves(curves)
            self._plots[key].set_range(None, None, self._epochs)
