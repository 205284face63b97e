"""What training masks cannot teach, said before training begins."""

from __future__ import annotations

from collections.abc import Iterator

from unet_desktop.engine.data.dataset import Dataset
from unet_desktop.engine.events import Message
from unet_desktop.errors import TrainingError
from unet_desktop.labels import LabelSet


def check_training_data(train: Dataset, labels: LabelSet) -> Iterator[Message]:
    """Sentences on labels that nobody drew and on cases of which only strokes were judged.

    Raises:
        TrainingError: no mask holds any label, or none shows how large the located one is.
    """
    undrawn = train.absent_labels()
    names = " and ".join(f'"{label.name}"' for label in undrawn)
    if len(undrawn) == len(labels):
        raise TrainingError(
            f"There is nothing to learn from: none of the training masks holds {names}. Draw and save some first."
        )
    if undrawn:
        yield Message(f"None of the training masks holds {names}, so the model will not find it.")
    label = labels.location_label()
    if label is None or not train.cases_without_outline:
        return
    some = "; ".join(train.cases_without_outline[:3]) + (" and others" if len(train.cases_without_outline) > 3 else "")
    advice = f'Draw the whole outline of "{label.name}", or let a model predict them first. ({some})'
    if not train.usable("segment"):
        raise TrainingError(f"There is nothing to learn an outline from: only strokes were judged. {advice}")
    yield Message(
        f'{len(train.cases_without_outline)} of the training cases teach only where "{label.name}" is, not its '
        f"outline: only strokes were judged in them, and no prediction shows how large it is there. {advice}"
    )
