"""CorrectiveCurve: how much of each proposal a human had to change, case after case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from unet_desktop.gui.train.curve_data import moving_mean
from unet_desktop.gui.widgets.named import named
from unet_desktop.gui.widgets.plot import Curve, Plot, Points
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.project.corrections import Correction

WINDOW = 5
"""Cases that the mean runs over."""
_EMPTY = (
    "Correct or accept cases that a model predicted: here you see how much of each proposal you had to change, and "
    "whether that becomes less from model to model."
)


class CorrectiveCurve(QWidget):
    """Dice between proposal and corrected mask: a dot a case, their moving mean, a line where another model began."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty."""
        super().__init__(parent)
        self._labels = DISC_AND_CUP
        self._text = named(QLabel(_EMPTY, wordWrap=True), "corrections_text")
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

    def set_corrections(self, corrections: Sequence[Correction], names: Mapping[str, str]) -> None:
        """Show these, in the order in which they were made.

        Args:
            corrections: those whose model had learned from the case are left out, and said.
            names: model's fingerprint to its name.
        """
        told = [correction for correction in corrections if not correction.seen]
        self._plot.setVisible(bool(told))
        self._text.setText(self._summary(told, len(corrections) - len(told)) if corrections else _EMPTY)
        curves: dict[Curve, Points] = {}
        for label in self._labels:
            points = _points(told, f"dice/{label.name}")
            curves[Curve("", label.colour, dots=True, key=label.name)] = points
            curves[Curve(label.name, label.colour)] = (points[0], moving_mean(points[1], WINDOW))
        lowest = min((value for _, values in curves.values() for value in values), default=0.0)
        self._plot.set_curves(curves)
        self._plot.set_range(0.0 if lowest < 0.5 else 0.5, 1.0, len(told) + 0.5)
        self._plot.set_marks(_boundaries(told, names))

    def _summary(self, told: Sequence[Correction], seen: int) -> str:
        parts = []
        for label in self._labels:
            values = _points(told, f"dice/{label.name}")[1]
            if values:
                last = values[-WINDOW:]
                parts.append(f"{label.name} {sum(last) / len(last):.3f}")
        text = f"{len(told)} {'proposal' if len(told) == 1 else 'proposals'} corrected or accepted."
        if parts:
            text += f" Mean Dice of the last {min(WINDOW, len(told))}: {', '.join(parts)}."
        if seen:
            text += f" Not shown: {seen} whose model had learned from the case."
        return text


def _points(corrections: Sequence[Correction], figure: str) -> Points:
    pairs = [(number, c.figures[figure]) for number, c in enumerate(corrections, 1) if figure in c.figures]
    return [float(number) for number, _ in pairs], [value for _, value in pairs]


def _boundaries(corrections: Sequence[Correction], names: Mapping[str, str]) -> dict[float, str]:
    """Where another model than before proposed, between two cases, and which it is."""
    found: dict[float, str] = {}
    before = ""
    for number, correction in enumerate(corrections):
        if correction.model != before:
            found[number + 0.5] = names.get(correction.model, correction.model[:8])
        before = correction.model
    return found
