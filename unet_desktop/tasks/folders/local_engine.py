"""The engine on this machine: several pictures at once, so that all cores are busy from the first byte to the last."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path

from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.errors import UserError
from unet_desktop.images.read import read_size
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.one_picture import Outcome, try_picture
from unet_desktop.tasks.folders.outputs import Outputs

_AHEAD = 2
"""Pictures a worker: one in hand, and one that waits or is done, so that writing a result keeps nobody waiting."""
_LARGE = 40_000_000
"""Pixels of a picture that is worked on only while no other such is: decoding takes some 10 bytes a pixel."""


class LocalEngine:
    """Each worker is a thread that takes a picture from file to encoded mask, with its share of the cores.

    Decoding, convolutions and encoding all run outside Python's lock, so the decoding of one picture overlaps with the
    network on another; and a small network uses two cores better as two answers with one thread each. Few pictures are
    held at once, however many there are. The answers do not depend on the number of workers.
    """

    def __init__(self, model: Path, outputs: Outputs, device: str = "auto", workers: int = 0) -> None:
        """Load the model.

        Args:
            model: the checkpoint.
            outputs: what is made of each picture.
            device: see `Segmenter.open`.
            workers: how many pictures are worked on at once; 0: as many as there are cores.

        Raises:
            CheckpointError: it is not ours or damaged. TrainingError: there is no such device here.
        """
        self._segmenter = Segmenter.open(model, device)
        self._outputs = outputs
        workers = workers or self._segmenter.device.threads
        self._held = workers * _AHEAD
        self._large = threading.Lock()
        self._pool = ThreadPoolExecutor(workers, "segment", self._segmenter.limit_threads, (workers,))

    def outcomes(self, pictures: Iterable[Picture]) -> Iterator[tuple[Picture, Outcome]]:
        """See `Engine`."""
        coming = iter(pictures)
        held: dict[Future[Outcome], Picture] = {}
        try:
            while True:
                for picture in islice(coming, self._held - len(held)):
                    held[self._pool.submit(self._outcome, picture)] = picture
                if not held:
                    return
                done, _ = wait(held, return_when=FIRST_COMPLETED)
                first = next(future for future in held if future in done)
                yield held.pop(first), first.result()
        finally:
            for future in held:
                future.cancel()

    def _outcome(self, picture: Picture) -> Outcome:
        if not _is_large(picture):
            return try_picture(self._segmenter, picture, self._outputs)
        with self._large:
            return try_picture(self._segmenter, picture, self._outputs)

    def close(self) -> None:
        """See `Engine`; it waits for the pictures in hand."""
        self._pool.shutdown(cancel_futures=True)


def _is_large(picture: Picture) -> bool:
    try:
        height, width = read_size(picture.path)
    except UserError:  # it will be said when it is read
        return False
    return height * width > _LARGE
