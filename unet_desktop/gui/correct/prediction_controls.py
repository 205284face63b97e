"""PredictionControls: what is proposed for the open case, with buttons to accept or reject it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.action_button import ActionButton
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.masks.trust import Unfamiliar
from unet_desktop.project.predictions import StoredPrediction

_CERTAINTY = "Check the proposal closely; the model's certainty means little here."


def describe(prediction: StoredPrediction) -> str:
    """The vertical cup-to-disc ratio with its likely range, and the expected Dice; one sentence a line.

    Range and expected Dice come from photographs like those of the training, so they are left out for unfamiliar ones.
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


def warn_of(unfamiliar: Unfamiliar) -> str:
    """How the picture is unlike the training pictures, and what to do; empty if it is not."""
    if not unfamiliar:
        return ""
    certainty = "" if unfamiliar is Unfamiliar.NOT_FUNDUS else _CERTAINTY
    return " ".join(filter(None, (unfamiliar.sentence("This picture"), certainty, unfamiliar.advice)))


class PredictionControls(QWidget):
    """A few sentences, and the buttons that go with them."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = PlainLabel(wrap=True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)  # a label's name may look like markup
        self._warning = with_object_name(PlainLabel(wrap=True), "unfamiliar")
        self._warning.setProperty("role", "warning")
        self._decide: list[QToolButton] = [
            ActionButton(actions["proposal.accept"], "Accept"),
            ActionButton(actions["proposal.reject"], "Reject"),
        ]
        self._predict = ActionButton(actions["learn.predict"], "Predict this case")
        self._first = ActionButton(actions["learn.first_proposal"], "First proposal (no model)")
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in (*self._decide, self._predict, self._first):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._text)
        column.addWidget(self._warning)
        column.addLayout(row)
        self.set_state(False, None)

    def set_state(
        self,
        has_model: bool,
        prediction: StoredPrediction | None,
        *,
        offers_first_proposal: bool = False,
        stereo: str = "",
    ) -> None:
        """Show whether there is a model, and the proposal to accept or reject, or None.

        Args:
            has_model: there is one to predict with.
            prediction: the proposal, or None.
            offers_first_proposal: disc and cup can be proposed without a model.
            stereo: that the picture shows two photographs, as a sentence; empty if it shows one.
        """
        self._text.setText(_text(has_model, prediction, offers_first_proposal))
        unfamiliar = Unfamiliar.NO if prediction is None else prediction.trust.unfamiliar
        warning = "\n".join(filter(None, (stereo, warn_of(unfamiliar))))
        self._warning.setText(warning)
        self._warning.setVisible(bool(warning))
        for button in self._decide:
            button.setVisible(prediction is not None)
        self._predict.setVisible(prediction is None and not offers_first_proposal)
        self._first.setVisible(prediction is None and offers_first_proposal)


def _text(has_model: bool, prediction: StoredPrediction | None, offers_first_proposal: bool) -> str:
    if prediction is not None and prediction.is_first_proposal:
        first = (
            "The dashed outline is a first proposal (no model): disc and cup by brightness and vessels. Check the cup "
            "closely. Painting on it accepts it."
        )
        return "\n".join(filter(None, (first, describe(prediction))))
    if prediction is not None:
        first = (
            f"The dashed outline is the model's proposal (confidence {prediction.confidence:.0%}). Painting on it "
            "accepts it."
        )
        return "\n".join(filter(None, (first, describe(prediction))))
    if has_model:
        return "There is no proposal to accept or reject."
    if offers_first_proposal:
        return (
            "There is no model yet. A first proposal finds disc and cup by brightness and vessels, without a model. "
            "Correct some cases, then train a model."
        )
    return "There is no model yet. Correct some cases, then train one."
