"""The engine on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from unet_desktop.engine.segmenter import Segmenter
from unet_desktop.tasks.folders.engine import Outcome, outcome_of
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.outputs import Outputs


class LocalEngine:
    """Segments picture after picture in the caller's thread."""

    def __init__(self, model: Path, outputs: Outputs, device: str = "auto") -> None:
        """Load the model.

        Raises:
            CheckpointError: it is not ours or damaged. TrainingError: there is no such device here.
        """
        self._segmenter = Segmenter.open(model, device)
        self._outputs = outputs

    def outcomes(self, pictures: Iterable[Picture]) -> Iterator[tuple[Picture, Outcome]]:
        """See `Engine`."""
        for picture in pictures:
            yield picture, outcome_of(self._segmenter, picture, self._outputs)

    def close(self) -> None:
        """See `Engine`."""
