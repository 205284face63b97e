"""What a prediction says of itself, in sentences."""

from __future__ import annotations

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
