"""ProposalPanel: what the model proposes for the open case, and the decision on it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from unet_desktop.gui.actions import Actions
from unet_desktop.gui.panels.buttons import action_button


class ProposalPanel(QWidget):
    """A sentence, and the buttons that make sense with it."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        """Start with no proposal."""
        super().__init__(parent)
        self._words = QLabel(wordWrap=True)
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
        column.addLayout(row)
        self.set_state(has_model=False, confidence=None)

    def set_state(self, *, has_model: bool, confidence: float | None) -> None:
        """What there is: a model to ask, and the confidence (0..1) of a prediction that waits, or None."""
        waits = confidence is not None
        if confidence is not None:
            self._words.setText(f"The dashed outline is the model's proposal (confidence {confidence:.0%}).")
        elif has_model:
            self._words.setText("No prediction waits for a decision.")
        else:
            self._words.setText("There is no model yet. Correct some cases, then train one.")
        for button in self._decide:
            button.setVisible(waits)
        self._predict.setVisible(not waits)
