"""What a worker of a cluster does: keeps the model, and segments the pictures that it is given."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from unet_desktop import __version__
from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.device.device import Device, choose
from unet_desktop.engine.files.checkpoint import load
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.errors import CheckpointError
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.one_picture import Outcome, try_picture
from unet_desktop.tasks.folders.outputs import Outputs


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is the same for all pictures of a run.

    Attributes:
        model: the checkpoint, where the workers see it, as they see the pictures.
        fingerprint: of its weights.
        outputs: what is made of each picture.
        device: where it is computed, in one thread; a name leaves the precision to each worker.
        version: of the program that asks.
    """

    model: Path
    fingerprint: str
    outputs: Outputs
    device: Device | str
    version: str


def work_on(assignment: Assignment, picture: Picture) -> Outcome:
    """What comes of a picture.

    Raises:
        UserError: this worker cannot segment any picture: model or program are not those of the run.
    """
    return try_picture(_segmenter(assignment), picture, assignment.outputs)


def dask_setup(_worker: object) -> None:
    """Leave Ctrl+C, which a terminal sends to all processes of a run, to the one that was started: it ends the rest."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


_opening = threading.Lock()
_kept: dict[tuple[Path, str, str], Segmenter] = {}
"""The one model that was used last."""


def _segmenter(assignment: Assignment) -> Segmenter:
    """The model, loaded once in a worker, whose threads use it at the same time."""
    key = (assignment.model, assignment.fingerprint, str(assignment.device))
    with _opening:
        if key not in _kept:
            _kept.clear()
            _kept[key] = _opened(assignment)
        segmenter = _kept[key]
    segmenter.limit_threads(1)  # of a device with one thread
    return segmenter


def _opened(assignment: Assignment) -> Segmenter:
    if assignment.version != __version__:
        raise CheckpointError(
            f"A worker has U-Net Desktop {__version__}, and the run was started by {assignment.version}. Install the "
            "same version everywhere."
        )
    found = read_header(assignment.model).weights_sha256
    if found != assignment.fingerprint:
        raise CheckpointError(f"A worker finds another model in {assignment.model}: it must see the same files.")
    place = choose(assignment.device) if isinstance(assignment.device, str) else assignment.device
    return Segmenter(load(assignment.model), replace(place, threads=1), assignment.model.stem)
