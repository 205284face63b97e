"""A training run from samples to a checkpoint, as a generator of events; close it to stop."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from unet_desktop import __version__
from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine import checkpoint
from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.dataset import Dataset, Sample, labels_for
from unet_desktop.engine.device import Device, placed, prepare, seed_everything
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message, TrainEvent
from unet_desktop.engine.learn import Clock, Stage, learn
from unet_desktop.engine.networks import NO_PRETRAINED, NetworkSpec, build, keep_statistics, specs_for, start_pretrained
from unet_desktop.engine.segmenter import Segmenter
from unet_desktop.engine.validate import through_pipeline
from unet_desktop.errors import CheckpointError, TrainingError
from unet_desktop.labels import LabelSet
from unet_desktop.masks.compare import Figures, mean

CROPS = "what the network sees, at its resolution"
PICTURES = "whole pictures at their own resolution"
"""What a checkpoint's figures were measured on: a run that was stopped has only the former."""

_NAMES: tuple[Literal["locate", "segment"], ...] = ("locate", "segment")


@dataclass(frozen=True, slots=True)
class _Run:
    """What every checkpoint of a run has in common."""

    labels: LabelSet
    config: TrainConfig
    specs: Mapping[str, NetworkSpec]
    networks: Mapping[str, nn.Module]
    data: Mapping[str, Any]
    parent: str | None
    save_to: Path

    def save(self, metrics: Mapping[str, float], measured_on: str = CROPS) -> CheckpointHeader:
        """Write the networks as they are now, with figures and what these were measured on."""
        header = CheckpointHeader(
            labels=self.labels,
            networks={name: spec.to_json() for name, spec in self.specs.items()},
            preset=self.config.preset,
            training=self.config.to_json(),
            metrics=dict(metrics),
            data=dict(self.data) | {"measured_on": measured_on},
            versions={"unet-desktop": __version__, "torch": str(torch.__version__), "numpy": np.__version__},
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            weights_sha256="",
            parent=self.parent,
        )
        return checkpoint.save(self.save_to, header, self.networks)


def fit(
    train: Sequence[Sample],
    validation: Sequence[Sample],
    labels: LabelSet,
    config: TrainConfig,
    *,
    save_to: Path,
    device: Device,
    start_from: Path | None = None,
) -> Generator[TrainEvent, None, None]:
    """Train on the samples and keep the best model in `save_to`.

    The file is written whole, first when all its networks have learned something (after the first epoch of the
    segmenting network), then at each better epoch, and at the end. Closing the generator stops the run: the file
    then holds the best model so far, or is not there yet.

    Args:
        train: cases to learn from.
        validation: cases to choose the best epoch by; may be empty.
        labels: of their masks.
        config: how.
        save_to: checkpoint file to write; its folder exists.
        device: where, from `device.choose`.
        start_from: checkpoint to go on from, or None to start anew.

    Raises:
        TrainingError: nothing to learn from, or the loss is not a number any more.
        CheckpointError: `start_from` is damaged, or of other labels or networks.
        ImageError, MaskError: a case cannot be read.
        WriteError: the checkpoint cannot be written.
    """
    begun = time.perf_counter()
    prepare(device)
    seed_everything(config.seed)
    specs = specs_for(labels, config)
    networks, parent, warning = _networks(specs, labels, config, start_from)
    if warning:
        yield Message(warning)
    data = Dataset(train, labels, specs), Dataset(validation, labels, specs)
    yield from _read(data, len(train), len(validation))
    stages = [_stage(name, specs[name], labels, config, data[0]) for name in _NAMES if name in specs]
    for network in networks.values():
        placed(network, device)
    run = _Run(labels, config, specs, networks, _description(train, validation, data), parent, save_to)
    kept = yield from _learn_all(run, stages, data, device)
    yield from _finish(run, device, validation, kept, begun)


def _learn_all(
    run: _Run, stages: list[Stage], data: tuple[Dataset, Dataset], device: Device
) -> Generator[TrainEvent, None, Figures]:
    """Train one network after the other, saving each better epoch of the last; returns the best epoch's figures."""
    clock = Clock(stages)
    kept: Figures = {}
    for stage in stages:
        network = run.networks[stage.name]
        for event in learn(network, stage, data, run.config, device, clock, keep_start=run.parent is not None):
            if isinstance(event, EpochDone) and event.saved and stage.name == "segment":
                kept = dict(event.metrics)
                run.save(kept)
                yield event
            else:
                yield replace(event, saved=False) if isinstance(event, EpochDone) else event
    return kept


def _networks(
    specs: Mapping[str, NetworkSpec], labels: LabelSet, config: TrainConfig, start_from: Path | None
) -> tuple[dict[str, nn.Module], str | None, str]:
    """The networks to train, whose weights they come from, and a warning or nothing."""
    if start_from is not None:
        loaded = checkpoint.load(start_from)
        if loaded.header.labels != labels:
            theirs = ", ".join(label.name for label in loaded.header.labels)
            raise CheckpointError(f"{start_from} was trained for other labels ({theirs}); train from scratch instead.")
        if set(loaded.specs) != set(specs) or not all(specs[name].same_weights(loaded.specs[name]) for name in specs):
            raise CheckpointError(f"{start_from} has other networks than these settings; train from scratch instead.")
        for network in loaded.networks.values():
            keep_statistics(network)
        return loaded.networks, loaded.header.weights_sha256, ""
    networks = {name: build(spec) for name, spec in specs.items()}
    if not config.pretrained or config.network != "lite0":
        return networks, None, ""
    found = [start_pretrained(network) for network in networks.values()]
    return networks, None, "" if all(found) else NO_PRETRAINED


def _read(data: tuple[Dataset, Dataset], train: int, validation: int) -> Iterator[BatchDone]:
    if train == 0:
        raise TrainingError("There is nothing to learn from: no case has a mask yet. Draw and save some first.")
    before = 0
    for dataset, count in zip(data, (train, validation), strict=True):
        for done in dataset.read():
            yield BatchDone("read", 0, 0, before + done, train + validation, float("nan"), float("nan"))
        before += count


def _stage(
    name: Literal["locate", "segment"], spec: NetworkSpec, labels: LabelSet, config: TrainConfig, train: Dataset
) -> Stage:
    usable = train.usable(name)
    if not usable:
        label = labels.located()
        what = f'"{label.name}"' if label is not None and spec.framing == "crop" else "anything that was judged"
        raise TrainingError(f"There is nothing to learn from: none of the training masks holds {what}.")
    if name == "locate":
        epochs, batch_size, rate = config.locate_epochs, config.locate_batch_size, config.locate_learning_rate
    else:
        epochs, batch_size, rate = config.epochs, config.batch_size, config.learning_rate
    looks = sum(train.looks(name, case) for case in usable)
    steps = max(config.least_steps, -(-looks // batch_size))
    return Stage(name, spec, labels_for(name, labels), epochs, steps, batch_size, rate)


def _description(
    train: Sequence[Sample], validation: Sequence[Sample], data: tuple[Dataset, Dataset]
) -> dict[str, Any]:
    return {
        "train": len(train),
        "validation": len(validation),
        "train_cases": [sample.case_id for sample in train],
        "validation_cases": [sample.case_id for sample in validation],
        "fingerprint": data[0].fingerprint,
    }


def _finish(
    run: _Run, place: Device, validation: Sequence[Sample], kept: Figures, begun: float
) -> Iterator[TrainEvent]:
    """Measure the best model as it will be used, and write it with these figures."""
    header = run.save(kept)
    cases: dict[str, Figures] = {}
    if validation:
        segmenter = Segmenter(checkpoint.Checkpoint(header, dict(run.specs), dict(run.networks)), place)
        for done, (case, figures) in enumerate(through_pipeline(segmenter, validation), start=1):
            cases[case] = figures
            yield BatchDone("measure", 0, 0, done, len(validation), float("nan"), float("nan"))
        metrics = {name: kept[name] for name in ("bce",) if name in kept} | mean(cases.values())
        run.save(metrics, PICTURES)
    else:
        metrics = kept
    cases = dict(sorted(cases.items(), key=lambda item: item[1].get("dice", 1.0)))
    yield Finished(run.save_to, metrics, cases, time.perf_counter() - begun)
