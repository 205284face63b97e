"""One training run in several processes: the first sends the others what to train, and all train together."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.device import distributed
from unet_desktop.engine.device.device import Device, choose
from unet_desktop.engine.events import TrainEvent
from unet_desktop.engine.training.fit import fit
from unet_desktop.errors import Remedy, TrainingError
from unet_desktop.labels import LabelSet

_LOST = (
    "Training stopped because another of its processes ended; the message of that process says why. A model "
    "that was saved before is kept."
)


def fit_distributed(
    train: Sequence[Sample],
    validation: Sequence[Sample],
    labels: LabelSet,
    config: TrainConfig,
    *,
    save_to: Path,
    device: Device,
    start_from: Path | None = None,
    state_at: Path | None = None,
    resume: bool = False,
    origin: str = "",
) -> Generator[TrainEvent, None, None]:
    """Like `fit`, in all processes of the group that this one has joined; plain `fit` when alone.

    Raises:
        TrainingError: also when another process has ended.
    """
    if distributed.world_size() > 1:
        distributed.broadcast(
            {
                "train": [_sample_to_json(sample) for sample in train],
                "validation": [_sample_to_json(sample) for sample in validation],
                "labels": labels.to_json(),
                "config": config.to_json(),
                "half": None if device.half is None else str(device.half).removeprefix("torch."),
                "start_from": None if start_from is None else str(start_from.resolve()),
                "state_at": str(state_at.resolve()) if resume and state_at is not None else None,
            }
        )
    with _report_lost_process():
        yield from fit(
            train,
            validation,
            labels,
            config,
            save_to=save_to,
            device=device,
            start_from=start_from,
            state_at=state_at,
            resume=resume,
            origin=origin,
        )


def run_worker(device: str) -> Iterator[TrainEvent]:
    """Take this process's share of each run, until the first process has no more; for all processes but the first.

    Reads pictures, masks and models from the same paths as the first, and writes nothing.

    Raises:
        UserError: as `fit`. The first process raises the same, unless the problem is this computer's.
    """
    place = choose(device)
    while (task := _receive_run()) is not None:
        half = None if task["half"] is None else getattr(torch, task["half"])
        start_from, state_at = (None if path is None else Path(path) for path in (task["start_from"], task["state_at"]))
        with _report_lost_process():
            yield from fit(
                [_sample_from_json(data) for data in task["train"]],
                [_sample_from_json(data) for data in task["validation"]],
                LabelSet.from_json(task["labels"]),
                TrainConfig.from_json(task["config"]),
                save_to=Path(),
                device=replace(place, half=half),
                start_from=start_from,
                state_at=state_at,
                resume=state_at is not None,
            )


def _receive_run() -> Any:
    """The next run; None when the first process has ended, so that there are no more."""
    try:
        return distributed.receive()
    except RuntimeError as error:
        if distributed.is_peer_lost(error):
            return None
        raise


@contextmanager
def _report_lost_process() -> Iterator[None]:
    """Say in a sentence that another process has gone."""
    try:
        yield
    except RuntimeError as error:
        if distributed.is_peer_lost(error):
            raise TrainingError(_LOST, Remedy.RESUME_TRAINING) from error
        raise


def _sample_to_json(sample: Sample) -> dict[str, Any]:
    paths = {name: None if value is None else str(value.resolve()) for name, value in _paths(sample).items()}
    return asdict(sample) | paths


def _sample_from_json(data: dict[str, Any]) -> Sample:
    paths = {name: None if data[name] is None else Path(data[name]) for name in ("image", "mask", "prediction")}
    return Sample(**data | paths)


def _paths(sample: Sample) -> dict[str, Path | None]:
    return {"image": sample.image, "mask": sample.mask, "prediction": sample.prediction}
