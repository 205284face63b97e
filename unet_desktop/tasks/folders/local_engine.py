"""Segment pictures on this computer, several at once, so that all cores stay busy."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.errors import UserError
from unet_desktop.images.read import read_size
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.one_picture import try_picture
from unet_desktop.tasks.folders.outcome import Outcome
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.threads import map_unordered

_AHEAD = 2
"""Pictures per worker: one in progress, and one waiting or done, so that writing results delays no worker."""
_LARGE = 40_000_000
"""Pictures with more pixels than this are processed one at a time: decoding takes some 10 bytes per pixel."""


class LocalEngine:
    """Runs worker threads, each of which takes a picture from file to encoded mask with its share of the cores.

    Decoding, convolutions and encoding all run outside Python's lock, so decoding one picture overlaps with the network
    on another; and a small network uses two cores better as two predictions with one thread each. Only a few pictures
    are held in memory. The results do not depend on the number of workers.
    """

    def __init__(self, model: Path, outputs: Outputs, folder: Path, device: str = "auto", workers: int = 0) -> None:
        """Load the model.

        Args:
            model: the checkpoint.
            outputs: what to make of each picture.
            folder: the output folder.
            device: see `Segmenter.open`.
            workers: how many pictures are processed at once; 0: as many as there are cores.

        Raises:
            CheckpointError: the model is not ours or damaged. TrainingError: there is no such device here.
        """
        self._segmenter = Segmenter.open(model, device)
        self._outputs, self._folder = outputs, folder
        workers = workers or self._segmenter.device.threads
        self._held = workers * _AHEAD
        self._large = threading.Lock()
        self._pool = ThreadPoolExecutor(workers, "segment", self._segmenter.limit_threads, (workers,))

    def outcomes(self, pictures: Iterable[Picture]) -> Iterator[tuple[Picture, Outcome]]:
        return map_unordered(self._pool, self._outcome, pictures, self._held)

    def _outcome(self, picture: Picture) -> Outcome:
        with self._large if _is_large(picture) else contextlib.nullcontext():
            return try_picture(self._segmenter, picture, self._outputs, self._folder)

    def close(self) -> None:
        """Stop after the pictures in progress."""
        self._pool.shutdown(cancel_futures=True)


def _is_large(picture: Picture) -> bool:
    try:
        height, width = read_size(picture.path)
    except UserError:  # reported when it is read
        return False
    return height * width > _LARGE
