"""Runs in each worker of a cluster: keep the model loaded and segment the given pictures."""

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
from unet_desktop.tasks.folders.one_picture import try_picture
from unet_desktop.tasks.folders.outcome import Outcome
from unet_desktop.tasks.folders.outputs import Outputs


@dataclass(frozen=True, slots=True)
class Assignment:
    """The settings that all pictures of a run share.

    Attributes:
        model: path of the checkpoint, which must be the same for all workers.
        fingerprint: of its weights.
        outputs: what to make of each picture.
        folder: the output folder.
        device: where to compute, in one thread; a name leaves the precision to each worker.
        version: of the program that started the run.
    """

    model: Path
    fingerprint: str
    outputs: Outputs
    folder: Path
    device: Device | str
    version: str


def work_on(assignment: Assignment, picture: Picture) -> Outcome:
    """Segment a picture.

    Raises:
        UserError: this worker cannot segment any picture: its model or program is not that of the run.
    """
    return try_picture(_segmenter(assignment), picture, assignment.outputs, assignment.folder)


def dask_setup(_worker: object) -> None:
    """Ignore Ctrl+C, which a terminal sends to all processes of a run; the main process ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


_opening = threading.Lock()
_loaded: dict[tuple[Path, str, str], Segmenter] = {}
"""The model that was used last, and no other."""


def _segmenter(assignment: Assignment) -> Segmenter:
    """The model, loaded once per worker and shared by its threads."""
    key = (assignment.model, assignment.fingerprint, str(assignment.device))
    with _opening:
        if key not in _loaded:
            _loaded.clear()
            _loaded[key] = _open(assignment)
        segmenter = _loaded[key]
    segmenter.limit_threads(1)  # of a device with one thread
    return segmenter


def _open(assignment: Assignment) -> Segmenter:
    if assignment.version != __version__:
        raise CheckpointError(
            f"A worker has U-Net Desktop {__version__}, but the run was started by {assignment.version}. Install the "
            "same version everywhere."
        )
    found = read_header(assignment.model).weights_sha256
    if found != assignment.fingerprint:
        raise CheckpointError(
            f"A worker found a different model at {assignment.model}. All workers must see the same files."
        )
    place = choose(assignment.device) if isinstance(assignment.device, str) else assignment.device
    return Segmenter(load(assignment.model), replace(place, threads=1), assignment.model.stem)
