"""ProposalPanel: what the model proposes for the open case, and the decision on it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from unet_desktop.gui.actions import Actions
from unet_desktop.gui.named import named
from unet_desktop.gui.panels.buttons import action_button
from unet_desktop.gui.panels.trust_text import UNFAMILIAR, describe
from unet_desktop.project.predictions import StoredPrediction


class ProposalPanel(QWidget):
    """A sentence, and the buttons that make sense with it."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        """Start with no proposal."""
        super().__init__(parent)
        self._words = QLabel(wordWrap=True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)  # a label's name may look like markup
        self._warning = named(QLabel(wordWrap=True), "unfamiliar")
        self._warning.setProperty("role", "warning")
        self._decide: list[QToolButton] = [
            action_button(actions["proposal.accept"], "Accept"),
            action_button(actions["proposal.reject"], "Reject"),
        ]
        self._predict = action_button(actions["learn.predict"], "Predict this case")
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
