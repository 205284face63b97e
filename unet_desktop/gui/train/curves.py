"""TrainingCurves and CorrectiveCurve: how a training run goes, and how much its models' proposals had to be changed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.train.progress import CurvePoints
from unet_desktop.gui.widgets.curve import Curve
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.plot import Plot
from unet_desktop.gui.widgets.points import Points, moving_mean
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.plurals import quantity
from unet_desktop.project.corrections import Correction
from unet_desktop.statistics.learning_curve import ModelError, cases_to_lower

REDRAW_INTERVAL = 100
"""Milliseconds between two redraws: drawing costs milliseconds, events come in bursts."""

_BATCH = Curve("", None, faint=True)
_TRAIN = Curve("training", None)
_VALIDATION = Curve("validation (BCE)", "#cc3377", dashed=True)
_RATE = Curve("", None, key="rate")
_CHOICES = {"loss": "Loss", "dice": "Dice", "iou": "IoU", "rate": "Learning rate"}
_SHOWN_AT_FIRST = ("loss", "dice")
_OTHER_COLOUR = "#56b4e9"

_WINDOW = 5
"""Cases that the moving mean runs over."""
_GAIN = 0.1
"""What the forecast asks for: a tenth less to change."""
_NO_CORRECTIONS = (
    "Correct or accept cases that a model predicted: this plot then shows how much of each proposal you had to change, "
    "and whether that decreases from model to model."
)


class TrainingCurves(QWidget):
    """Plots over the epochs of the running stage, redrawn at most ten times a second; the user chooses which."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show the plots of loss and Dice."""
        super().__init__(parent)
        self._points = CurvePoints()
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

    def clear(self) -> None:
        """Draw nothing, at once."""
        self._points = CurvePoints()
        self._on_redraw_timeout()

    def set_points(self, points: CurvePoints) -> None:
        """Draw these, soon."""
        self._points = points
        if not self._redraw.isActive():
            self._redraw.start()

    def _lay_out(self) -> None:
        choices = QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(choices)
        for key, title in _CHOICES.items():
            box, plot = with_object_name(QCheckBox(title), f"show_{key}"), self._plots[key]
            choices.addWidget(box)
            layout.addWidget(plot, 1)
            box.setChecked(key in _SHOWN_AT_FIRST)
            plot.setVisible(box.isChecked())  # only now: without a parent it would be a window
            box.toggled.connect(plot.setVisible)
            box.toggled.connect(self._on_redraw_timeout)
        choices.addStretch(1)
        layout.addStretch(0)

    @Slot()
    def _on_redraw_timeout(self) -> None:
        points, plots = self._points, self._plots
        self._draw("loss", {_BATCH: points.batches, _TRAIN: points.train, _VALIDATION: points.validation})
        self._draw("rate", {_RATE: points.rate})
        for key, curves in (("dice", points.dice), ("iou", points.iou)):
            names = [*self._colours, *(name for name in curves if name not in self._colours)]
            shown = names if not curves else [name for name in names if name in curves]
            drawn = {Curve(name, self._colours.get(name, _OTHER_COLOUR)): curves.get(name, Points()) for name in shown}
            self._draw(key, drawn)
            lowest = min((value for curve in curves.values() for value in curve.y), default=0.0)
            # The interesting part is near 1: once every region is past 0.5 the axis starts there.
            plots[key].set_range(0.0 if lowest < 0.5 else 0.5, 1.0, points.epochs)

    def _draw(self, key: str, curves: dict[Curve, Points]) -> None:
        """Draw a plot that is shown; the others are drawn when they are chosen."""
        if not self._plots[key].isHidden():
            self._plots[key].set_curves(curves)
            self._plots[key].set_range(None, None, self._points.epochs)


class CorrectiveCurve(QWidget):
    """Dice between proposal and corrected mask: one dot per case, their moving mean, a line at each new model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = DISC_AND_CUP
        self._text = with_object_name(PlainLabel(_NO_CORRECTIONS, wrap=True), "corrections_text")
        self._plot = Plot("Dice before correction")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._plot, 1)
        column.addWidget(self._text)
        column.addStretch(0)
        self.set_corrections([], {})

    def set_labels(self, labels: LabelSet) -> None:
        """Use the colours and the order of these labels."""
        self._labels = labels

    def set_corrections(
        self, corrections: Sequence[Correction], names: Mapping[str, str], trained_on: Mapping[str, int] | None = None
    ) -> None:
        """Show these, in the order in which they were made.

        Args:
            corrections: those whose model was trained on the case are left out, and counted.
            names: fingerprint of a model to its name.
            trained_on: fingerprint of a model to the number of cases it was trained on; for the forecast.
        """
        shown = [correction for correction in corrections if not correction.seen]
        self._plot.setVisible(bool(shown))
        text = self._summary(shown, len(corrections) - len(shown)) if corrections else _NO_CORRECTIONS
        self._text.setText(f"{text} {_forecast(shown, trained_on or {})}".rstrip())
        curves: dict[Curve, Points] = {}
        for label in self._labels:
            points = _points(shown, f"dice/{label.name}")
            curves[Curve("", label.colour, dots=True, key=label.name)] = points
            curves[Curve(label.name, label.colour)] = Points(points.x, moving_mean(points.y, _WINDOW))
        lowest = min((value for points in curves.values() for value in points.y), default=0.0)
        self._plot.set_curves(curves)
        self._plot.set_range(0.0 if lowest < 0.5 else 0.5, 1.0, len(shown) + 0.5)
        self._plot.set_marks(_boundaries(shown, names))

    def _summary(self, shown: Sequence[Correction], seen: int) -> str:
        parts = []
        for label in self._labels:
            values = _points(shown, f"dice/{label.name}").y
            if values:
                last = values[-_WINDOW:]
                parts.append(f"{label.name} {sum(last) / len(last):.3f}")
        text = f"{quantity(len(shown), 'proposal')} corrected or accepted."
        if parts:
            text += f" Mean Dice of the last {min(_WINDOW, len(shown))}: {', '.join(parts)}."
        if seen:
            text += f" Not shown: {seen} whose model had learned from the case."
        return text


def _forecast(corrections: Sequence[Correction], trained_on: Mapping[str, int]) -> str:
    """How many more corrections are likely to help, or an empty string if that is not known."""
    errors: dict[str, list[float]] = {}
    for correction in corrections:
        if "dice" in correction.figures and correction.model in trained_on:
            errors.setdefault(correction.model, []).append(1.0 - correction.figures["dice"])
    models = [ModelError(trained_on[model], sum(found) / len(found), len(found)) for model, found in errors.items()]
    more = cases_to_lower(models, _GAIN)
    if more is None:
        return ""
    if math.isinf(more):
        return "More corrections like these are not likely to reduce what has to be changed."
    return (
        f"About {quantity(round(more), 'more correction is', 'more corrections are')} likely to reduce it by a tenth."
    )


def _points(corrections: Sequence[Correction], metric: str) -> Points:
    points = Points()
    for number, correction in enumerate(corrections, 1):
        points.add(number, correction.figures.get(metric, math.nan))
    return points


def _boundaries(corrections: Sequence[Correction], names: Mapping[str, str]) -> dict[float, str]:
    """Places between two cases where another model began to propose, and the models' names."""
    found: dict[float, str] = {}
    before = ""
    for number, correction in enumerate(corrections):
        if correction.model != before:
            found[number + 0.5] = names.get(correction.model, correction.model[:8])
        before = correction.model
    return found
