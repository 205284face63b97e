"""PredictionControls: what the model proposes for the open case, and the decision on it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.widgets.action_button import ActionButton
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.project.predictions import StoredPrediction

UNFAMILIAR = (
    "This photograph looks unlike those that the model was trained on. Look at it closely; how certain the model is "
    "says little here."
)


def describe(prediction: StoredPrediction) -> str:
    """The vertical cup-to-disc ratio and where it probably lies, and the Dice to be expected; a sentence a line.

    Where it probably lies was measured on photographs like those of the training, so of others it is not said.
    """
    trust, lines = prediction.trust, []
    if prediction.vcdr is not None:
        likely = trust.vcdr if not trust.unfamiliar else None
        probably = "" if likely is None else f", likely {likely[0]:.2f} to {likely[1]:.2f}"
        lines.append(f"Cup-to-disc ratio {prediction.vcdr:.2f}{probably}.")
    if trust.expected_dice and not trust.unfamiliar:
        dices = ", ".join(f"{name} {dice:.2f}" for name, dice in trust.expected_dice.items())
        lines.append(f"Expected Dice: {dices}.")
    return "\n".join(lines)


class PredictionControls(QWidget):
    """A sentence, and the buttons that make sense with it."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        """Start with no proposal."""
        super().__init__(parent)
        self._words = QLabel(wordWrap=True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)  # a label's name may look like markup
        self._warning = with_object_name(QLabel(wordWrap=True), "unfamiliar")
        self._warning.setProperty("role", "warning")
        self._decide: list[QToolButton] = [
            ActionButton(actions["proposal.accept"], "Accept"),
            ActionButton(actions["proposal.reject"], "Reject"),
        ]
        self._predict = ActionButton(actions["learn.predict"], "Predict this case")
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in (*self._decide, self._predict):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._words)
        column.addWidget(self._warning)
        column.addLayout(row)
        self.set_state(False, None)

    def set_state(self, has_model: bool, prediction: StoredPrediction | None) -> None:
        """What there is: a model to ask, and a prediction that waits, or None."""
        self._words.setText(_words(has_model, prediction))
        unfamiliar = prediction is not None and prediction.trust.unfamiliar
        self._warning.setText(UNFAMILIAR if unfamiliar else "")
        self._warning.setVisible(unfamiliar)
        for button in self._decide:
            button.setVisible(prediction is not None)
        self._predict.setVisible(prediction is None)


def _words(has_model: bool, prediction: StoredPrediction | None) -> str:
    if prediction is not None:
        first = (
            f"The dashed outline is the model's proposal (confidence {prediction.confidence:.0%}). Painting on it "
            "accepts it first."
        )
        return "\n".join(filter(None, (first, describe(prediction))))
    if has_model:
        return "No prediction waits for a decision."
    return "There is no model yet. Correct some cases, then train one."
