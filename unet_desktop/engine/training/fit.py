"""A training run from samples to a checkpoint, as a generator of events; close it to stop."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from unet_desktop import __version__, files
from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.data import warnings
from unet_desktop.engine.data.dataset import Dataset, Sample, describe_data, labels_for
from unet_desktop.engine.device import distributed
from unet_desktop.engine.device.device import Device, move_network, prepare, seed_everything
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message, Resumed, TrainEvent, Working
from unet_desktop.engine.files import checkpoint
from unet_desktop.engine.inference.calibration import Calibration, Outcome
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.networks.specs import (
    NO_PRETRAINED,
    NetworkSpec,
    build,
    keep_statistics,
    load_pretrained,
    specs_for,
)
from unet_desktop.engine.training import state as training_state
from unet_desktop.engine.training.epoch_loop import DivergenceError, train_stage
from unet_desktop.engine.training.memory import is_out_of_memory, out_of_memory_error
from unet_desktop.engine.training.optimisation import TrainState, new_train_state
from unet_desktop.engine.training.schedule import Clock, Stage
from unet_desktop.engine.training.state import LoadedTrainState
from unet_desktop.engine.training.state_header import TrainingHeader
from unet_desktop.engine.training.validate import evaluate_end_to_end, fit_feature_statistics
from unet_desktop.errors import CheckpointError, TrainingError
from unet_desktop.labels import LabelSet
from unet_desktop.masks.compare import Figures, mean_figures

CROPS = "what the network sees, at its resolution"
PICTURES = "whole pictures at their own resolution"
"""What a checkpoint's figures were measured on: a run that was stopped has only the former."""

_NAMES: tuple[Literal["locate", "segment"], ...] = ("locate", "segment")


@dataclass(frozen=True, slots=True)
class _Run:
    """What all files of a run have in common.

    Attributes:
        data: training and validation cases, read.
        parent: weights_sha256 of the checkpoint that training goes on from, or None.
        save_to: the checkpoint.
        state_at: the training state, or None to keep none: so do all but the first of several processes.
    """

    labels: LabelSet
    config: TrainConfig
    device: Device
    specs: Mapping[str, NetworkSpec]
    networks: Mapping[str, nn.Module]
    data: tuple[Dataset, Dataset]
    parent: str | None
    save_to: Path
    state_at: Path | None

    def save(
        self,
        metrics: Mapping[str, float],
        measured_on: str = CROPS,
        trust: Mapping[str, Any] | None = None,
        learning: Mapping[str, nn.Module] | None = None,
    ) -> CheckpointHeader:
        """Write the networks as they are now, with figures, what these were measured on, and the header's `trust`.

        `learning` has what answers in place of a network that is still learning.
        """
        header = CheckpointHeader(
            labels=self.labels,
            networks={name: spec.to_json() for name, spec in self.specs.items()},
            preset=self.config.preset,
            training=self.config.to_json(),
            metrics=dict(metrics),
            data=describe_data(self.data) | {"measured_on": measured_on},
            versions={"unet-desktop": __version__, "torch": str(torch.__version__), "numpy": np.__version__},
            created=training_state.now(),
            weights_sha256="",
            parent=self.parent,
            trust=dict(trust or {}),
        )
        return checkpoint.save(self.save_to, header, {**self.networks, **(learning or {})})

    def save_epoch(self, state: TrainState, past: Sequence[EpochDone]) -> Iterator[Working]:
        """Write the model, if the last epoch is kept, and then the run's state."""
        done = past[-1]
        if done.saved and distributed.is_first():
            self.save(done.metrics, learning={done.stage: state.ema.network})
            yield Working(done.stage)
        yield from self.save_state(state, past)

    def save_state(self, state: TrainState, past: Sequence[EpochDone]) -> Iterator[Working]:
        """Write where the run is, between two epochs."""
        if self.state_at is None:
            return
        train, validation = self.data
        header = TrainingHeader(
            labels=self.labels,
            config=self.config,
            train=train.digests,
            validation=validation.digests,
            parent=self.parent,
            past=tuple(past),
            place=training_state.describe_environment(self.device),
            created=training_state.now(),
            internals=training_state.collect_internals(state),
            recent=tuple(sorted(train.recent | validation.recent)),
        )
        for _ in training_state.save(self.state_at, header, state, self.networks):
            yield Working(state.stage.name)

    def forget_state(self) -> None:
        """There is nothing to go on with any more."""
        if self.state_at is not None:
            files.delete_file(self.state_at)


def fit(
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
) -> Generator[TrainEvent, None, None]:
    """Train on the samples and keep the best model in `save_to`, see `train_stage`.

    The file is written whole, first when all its networks have learned something (after the first epoch of the
    segmenting network), then at each epoch that is kept, and at the end. Closing the generator stops the run: the file
    then holds the model kept so far, or is not there yet, and `state_at` holds the last epoch's end.

    Args:
        train: cases to learn from.
        validation: cases to choose the epoch by that is kept; may be empty.
        labels: of their masks.
        config: how.
        save_to: checkpoint file to write; its folder exists.
        device: where, from `device.choose`.
        start_from: checkpoint to go on from, or None to start anew.
        state_at: file to keep the training's state in after each epoch; deleted when there is nothing to go on with.
        resume: go on from that file; gives what the uninterrupted run would, but for masks that were changed since.

    Raises:
        TrainingError: nothing to learn from, the loss is not a number, or what is to be resumed is another run now.
        CheckpointError, ImageError, MaskError: `start_from` is damaged or does not fit, or a case cannot be read.
        WriteError: the checkpoint or the state cannot be written; the last good ones still stand.
    """
    prepare(device)
    seed_everything(config.seed)
    specs = specs_for(labels, config)
    resume_from = training_state.load(state_at) if resume and state_at is not None else None
    networks, parent, warning = _networks(specs, labels, config, start_from, resume_from)
    if warning:
        yield Message(warning)
    data = (
        Dataset(train, labels, specs, weight_corrections=parent is not None and config.weights_corrections),
        Dataset(validation, labels, specs),
    )
    yield from _read(data, len(train), len(validation))
    yield from warnings.check_training_data(data[0], labels)
    stages = [_stage(name, specs[name], labels, config, data[0]) for name in _NAMES if name in specs]
    for network in networks.values():
        move_network(network, device)
    run = _Run(
        labels, config, device, specs, networks, data, parent, save_to, state_at if distributed.is_first() else None
    )
    kept = yield from _train_stages(run, stages, clock := Clock(stages), resume_from)
    yield from _finish(run, validation, kept, clock)


def _train_stages(
    run: _Run, stages: list[Stage], clock: Clock, resume_from: LoadedTrainState | None
) -> Generator[TrainEvent, None, Figures]:
    """Train one network after the other, saving each kept epoch of the last; returns the last kept one's figures."""
    past: list[EpochDone] = []
    if resume_from is not None:
        header = resume_from.header
        header.check_cases(*(dataset.digests for dataset in run.data))
        for dataset in run.data:
            dataset.recent = frozenset(header.recent)
        past = list(header.past)
        clock.resume({epoch.stage: epoch.epoch for epoch in past}, stages, header.seconds)
        digests = run.data[0].digests | run.data[1].digests
        yield Resumed(header.past, header.changes(training_state.describe_environment(run.device), digests))
        stages = [stage for stage in stages if _NAMES.index(stage.name) >= _NAMES.index(header.stage)]
    for stage in stages:
        state = new_train_state(run.networks[stage.name], stage, run.data[0], run.config, run.device, clock)
        yield Working(stage.name)  # torch loads half of itself for its first optimiser
        if resume_from is not None and stage.name == resume_from.header.stage:
            resume_from.restore(state)
            if resume_from.header.validation_changed(run.data[1].digests):
                state.progress.reset_best()
        try:
            for event in train_stage(state, run.data[1], keep_start=run.parent is not None):
                if isinstance(event, EpochDone):
                    done = replace(event, saved=event.saved and event.stage == "segment")
                    past.append(done)
                    yield from run.save_epoch(state, past)
                    yield done
                else:
                    yield event
        except DivergenceError as error:
            run.forget_state()
            kept = f"is kept: {run.save_to}" if run.save_to.exists() else "is not there yet"
            raise TrainingError(f"{error} A model of this training {kept}.") from error
        except (RuntimeError, MemoryError) as error:  # beside a step, which is tried again in pieces
            if is_out_of_memory(error):
                raise out_of_memory_error(stage.spec.size) from error
            raise
    return next((dict(epoch.metrics) for epoch in reversed(past) if epoch.saved), {})


def _networks(
    specs: Mapping[str, NetworkSpec],
    labels: LabelSet,
    config: TrainConfig,
    start_from: Path | None,
    resume_from: LoadedTrainState | None,
) -> tuple[dict[str, nn.Module], str | None, str]:
    """The networks to train, whose weights they come from, and a warning or nothing."""
    if resume_from is not None:
        resume_from.header.check_settings(labels, config)
        interrupted = {name: build(spec) for name, spec in specs.items()}
        resume_from.restore_networks(interrupted)
        return interrupted, resume_from.header.parent, ""
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
    found = [load_pretrained(network) for network in networks.values()]
    return networks, None, "" if all(found) else NO_PRETRAINED


def _read(data: tuple[Dataset, Dataset], train: int, validation: int) -> Iterator[BatchDone]:
    if train == 0:
        raise TrainingError("There is nothing to learn from: no case has a mask yet. Draw and save some first.")
    before = 0
    for dataset, count in zip(data, (train, validation), strict=True):
        for done in dataset.read():
            yield BatchDone("read", 0, 0, before + done, train + validation, float("nan"), float("nan"))
        before += count
    distributed.require_equal(data[0].fingerprint + data[1].fingerprint, "pictures and masks")


def _stage(
    name: Literal["locate", "segment"], spec: NetworkSpec, labels: LabelSet, config: TrainConfig, train: Dataset
) -> Stage:
    if name == "locate":
        epochs, batch_size, rate = config.locate_epochs, config.locate_batch_size, config.locate_learning_rate
    else:
        epochs, batch_size, rate = config.epochs, config.batch_size, config.learning_rate
    looks = sum(train.draws_per_epoch(name, case) for case in train.usable(name))
    steps = max(config.least_steps, -(-looks // batch_size))
    return Stage(name, spec, labels_for(name, labels), epochs, steps, batch_size, rate)


def _finish(run: _Run, validation: Sequence[Sample], kept: Figures, clock: Clock) -> Iterator[TrainEvent]:
    """Measure the kept model as it will be used, and write it with these figures; the first of several processes."""
    if not distributed.is_first():
        return
    segmenter = Segmenter(checkpoint.Checkpoint(run.save(kept), dict(run.specs), dict(run.networks)), run.device)
    looks = yield from fit_feature_statistics(segmenter, run.data[0])
    cases: dict[str, Figures] = {}
    outcomes: list[Outcome] = []
    for measured in evaluate_end_to_end(segmenter.with_trust(looks), validation, run.data[1].absent_labels()):
        if isinstance(measured, Working):
            yield measured
            continue
        case_id, figures, outcome = measured
        cases[case_id] = figures
        outcomes.append(outcome)
        yield BatchDone("measure", 0, 0, len(cases), len(validation), float("nan"), float("nan"))
    metrics = {name: kept[name] for name in ("bce",) if name in kept} | mean_figures(cases.values()) if cases else kept
    trust = {"calibration": Calibration.fit(outcomes).to_json()} | looks
    run.save(metrics, PICTURES if cases else CROPS, trust)
    run.forget_state()
    cases = dict(sorted(cases.items(), key=lambda item: item[1].get("dice", 1.0)))
    yield Finished(run.save_to, metrics, cases, clock.elapsed)
