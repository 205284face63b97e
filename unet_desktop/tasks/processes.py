"""Training by several processes that torchrun started: which one this is, and what it has to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from unet_desktop.engine.events import TrainEvent


@contextmanager
def joined(device: str) -> Iterator[bool]:
    """Meet the others, if there are any; whether this is the first, which alone has the project, writes and tells.

    Raises:
        TrainingError: they do not find each other, or the device cannot be shared out.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or "RANK" not in os.environ:
        yield True  # without torch, which takes a second to load
        return
    from unet_desktop.engine.device import distributed

    distributed.join(device)
    first = distributed.is_first()
    try:
        yield first
    finally:
        distributed.leave()
    if not first:
        distributed.exit_process()


def run_worker(device: str) -> Iterator[TrainEvent]:
    """What the others do: see `engine.together.run_worker`."""
    from unet_desktop.engine.training import distributed_run

    yield from distributed_run.run_worker(device)
