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
from unet_desktop.checkpoint_header import CheckpointHeader, read_header
from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.data.dataset import (
    Dataset,
    Sample,
    check_data,
    describe_data,
    labels_for,
)
from unet_desktop.engine.device import distributed
from unet_desktop.engine.device.device import Device, move_network, prepare, seed_everything
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message, Resumed, StopPoint, TrainEvent
from unet_desktop.engine.files import checkpoint
from unet_desktop.engine.inference.calibration import Calibration, CalibrationCase
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.networks.specs import (
    NO_PRETRAINED,
    NetworkSpec,
    build,
    keep_statistics,
    load_pretrained,
    specs_for,
)
from unet_desktop.engine.training import state_file
from unet_desktop.engine.training.epoch_loop import DivergenceError, train_stage
from unet_desktop.engine.training.gradients import is_out_of_memory, out_of_memory_error
from unet_desktop.engine.training.schedule import Clock, Stage
from unet_desktop.engine.training.state_file import LoadedTrainState
from unet_desktop.engine.training.state_header import TrainingHeader
from unet_desktop.engine.training.train_state import TrainState, new_train_state
from unet_desktop.engine.training.validate import evaluate_end_to_end, fit_feature_statistics
from unet_desktop.errors import CheckpointError, TrainingError
from unet_desktop.labels import LabelSet
from unet_desktop.masks.compare import Metrics, mean_metrics, picture_score

CROPS = "what the network sees, at its resolution"
PICTURES = "whole pictures at their own resolution"
"""What a checkpoint's metrics were measured on; a run that was stopped has only the former."""

_STAGES: tuple[Literal["locate", "segment"], ...] = ("locate", "segment")


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
    origin: str = "",
) -> Generator[TrainEvent, None, None]:
    """Train on the samples and keep the best model in `save_to`; see `train_stage` for which one that is.

    The file is always written whole: first when all its networks have been trained for an epoch (after the first epoch
    of the segmenting network), then at each epoch that is kept, and at the end. Closing the generator stops the run:
    the file then holds the model kept so far, or does not exist yet, and `state_at` holds the end of the last epoch.

    Args:
        train: cases to train on.
        validation: cases to choose the best epoch by; may be empty.
        labels: of their masks. When training continues, the model keeps its own order of the same labels.
        config: how to train.
        save_to: checkpoint file to write; its folder exists.
        device: where, from `device.choose`.
        start_from: checkpoint to continue from, or None to train from scratch.
        state_at: file to write the training state to after each epoch; deleted when there is nothing left to resume.
        resume: continue from that file. The result is that of the uninterrupted run, unless masks have changed.
        origin: why it starts from new weights, for the checkpoint's description; empty if there is no reason to give.

    Raises:
        TrainingError: nothing to learn from, the loss is not a number, or the run to resume has different settings.
        CheckpointError, ImageError, MaskError: `start_from` is damaged or does not fit, or a case cannot be read.
        WriteError: the checkpoint or the state cannot be written; the last good ones are intact.
    """
    prepare(device)
    seed_everything(config.seed)
    loaded = state_file.load(state_at) if resume and state_at is not None else None
    labels = _keep_order(labels, loaded, start_from)
    specs = specs_for(labels, config)
    networks, parent, warning = _make_networks(specs, labels, config, start_from, loaded)
    yield from map(Message, filter(None, [warning]))
    weight_corrections = parent is not None and config.weights_corrections
    train_set = Dataset(train, labels, specs, weight_corrections=weight_corrections)
    validation_set = Dataset(validation, labels, specs)
    yield from _read(train_set, validation_set)
    yield from check_data(train_set, validation_set, labels)
    stages = [_make_stage(name, specs[name], labels, config, train_set) for name in _STAGES if name in specs]
    for network in networks.values():
        move_network(network, device)
    if not distributed.is_first():
        state_at = None
    run = _TrainingRun(
        labels, config, device, specs, networks, train_set, validation_set, parent, save_to, state_at, origin
    )
    clock = Clock(stages)
    metrics = yield from _train_stages(run, stages, clock, loaded)
    if distributed.is_first():
        yield from _finish(run, validation, metrics, clock)


@dataclass(frozen=True, slots=True)
class _TrainingRun:
    """What all stages of a run, and its files, have in common.

    Attributes:
        train, validation: the cases, read.
        parent: weights_sha256 of the checkpoint that training continues from, or None.
        save_to: the checkpoint.
        state_at: the training state; None: write none, as in all but the first of several processes.
        origin: see `fit`.
    """

    labels: LabelSet
    config: TrainConfig
    device: Device
    specs: Mapping[str, NetworkSpec]
    networks: Mapping[str, nn.Module]
    train: Dataset
    validation: Dataset
    parent: str | None
    save_to: Path
    state_at: Path | None
    origin: str = ""

    def save(
        self,
        metrics: Mapping[str, float],
        measured_on: str = CROPS,
        trust: Mapping[str, Any] | None = None,
        averaged: Mapping[str, nn.Module] | None = None,
    ) -> CheckpointHeader:
        """Write the checkpoint with these metrics, what they were measured on, and the header's `trust`.

        Networks in `averaged` are written in place of the run's own.
        """
        header = CheckpointHeader(
            labels=self.labels,
            networks={name: spec.to_json() for name, spec in self.specs.items()},
            preset=self.config.preset,
            training=self.config.to_json(),
            metrics=dict(metrics),
            data=describe_data(self.train, self.validation)
            | {"measured_on": measured_on}
            | ({"origin": self.origin} if self.origin else {}),
            versions={"unet-desktop": __version__, "torch": str(torch.__version__), "numpy": np.__version__},
            created=state_file.now(),
            weights_sha256="",
            parent=self.parent,
            trust=dict(trust or {}),
        )
        return checkpoint.save(self.save_to, header, {**self.networks, **(averaged or {})})

    def save_epoch(self, state: TrainState, past: Sequence[EpochDone]) -> Iterator[StopPoint]:
        """Write the model, if the last epoch is kept, then the training state."""
        done = past[-1]
        if done.saved and distributed.is_first():
            self.save(done.metrics, averaged={done.stage: state.ema.network})
            yield StopPoint(done.stage)
        yield from self.save_state(state, past)

    def save_state(self, state: TrainState, past: Sequence[EpochDone]) -> Iterator[StopPoint]:
        """Write the training state, between two epochs."""
        if self.state_at is None:
            return
        header = TrainingHeader(
            labels=self.labels,
            config=self.config,
            train=self.train.digests,
            validation=self.validation.digests,
            parent=self.parent,
            past=tuple(past),
            place=state_file.describe_environment(self.device),
            created=state_file.now(),
            internals=state_file.collect_internals(state),
            recent=tuple(sorted(self.train.recent | self.validation.recent)),
            unlike=tuple(sorted(self.train.unlike | self.validation.unlike)),
        )
        for _ in state_file.save(self.state_at, header, state, self.networks):
            yield StopPoint(state.stage.name)

    def delete_state(self) -> None:
        """Delete the training state: there is nothing left to resume."""
        if self.state_at is not None:
            files.delete_file(self.state_at)


def _train_stages(
    run: _TrainingRun, stages: list[Stage], clock: Clock, loaded: LoadedTrainState | None
) -> Generator[TrainEvent, None, Metrics]:
    """Train one network after the other; return the metrics of the last epoch that was saved."""
    past: list[EpochDone] = []
    if loaded is not None:
        past = list(loaded.header.past)
        yield _resume_run(run, stages, clock, loaded.header)
        stages = [stage for stage in stages if _STAGES.index(stage.name) >= _STAGES.index(loaded.header.stage)]
    for stage in stages:
        state = new_train_state(run.networks[stage.name], stage, run.train, run.config, run.device, clock)
        yield StopPoint(stage.name)  # torch loads half of itself for its first optimiser
        if loaded is not None and stage.name == loaded.header.stage:
            loaded.restore(state)
            if loaded.header.validation_changed(run.validation.digests):
                state.progress.reset_best()
        try:
            for event in train_stage(state, run.validation, keep_start=run.parent is not None):
                if isinstance(event, EpochDone):
                    done = replace(event, saved=event.saved and event.stage == "segment")
                    past.append(done)
                    yield from run.save_epoch(state, past)
                    yield done
                else:
                    yield event
        except DivergenceError as error:
            run.delete_state()
            kept = f"is kept: {run.save_to}" if run.save_to.exists() else "does not exist yet"
            raise TrainingError(f"{error} A model of this training {kept}.") from error
        except (RuntimeError, MemoryError) as error:  # outside the gradients, whose batch is halved
            if is_out_of_memory(error):
                raise out_of_memory_error(stage.spec.size) from error
            raise
        finally:
            state.close()
    return next((dict(epoch.metrics) for epoch in reversed(past) if epoch.saved), {})


def _resume_run(run: _TrainingRun, stages: list[Stage], clock: Clock, header: TrainingHeader) -> Resumed:
    header.check_cases(run.train.digests, run.validation.digests)
    for dataset in (run.train, run.validation):
        dataset.recent, dataset.unlike = frozenset(header.recent), frozenset(header.unlike)
    clock.resume({epoch.stage: epoch.epoch for epoch in header.past}, stages, header.seconds)
    digests = run.train.digests | run.validation.digests
    return Resumed(header.past, header.changes(state_file.describe_environment(run.device), digests))


def _keep_order(labels: LabelSet, loaded: LoadedTrainState | None, start_from: Path | None) -> LabelSet:
    """The labels in the order of the networks that training continues with; other labels are refused later."""
    before = labels
    if loaded is not None:
        before = loaded.header.labels
    elif start_from is not None:
        before = read_header(start_from).labels
    return before.in_this_order(labels) if before.same_structures(labels) else labels


def _make_networks(
    specs: Mapping[str, NetworkSpec],
    labels: LabelSet,
    config: TrainConfig,
    start_from: Path | None,
    loaded: LoadedTrainState | None,
) -> tuple[dict[str, nn.Module], str | None, str]:
    """The networks to train, the digest of the checkpoint they come from, and a warning or an empty string."""
    if loaded is not None:
        loaded.header.check_settings(labels, config)
        interrupted = {name: build(spec) for name, spec in specs.items()}
        loaded.restore_networks(interrupted)
        return interrupted, loaded.header.parent, ""
    if start_from is not None:
        model = checkpoint.load(start_from)
        if not model.header.labels.same_structures(labels):
            theirs = ", ".join(label.name for label in model.header.labels)
            raise CheckpointError(
                f"{start_from} was trained for different labels ({theirs}); train from scratch instead."
            )
        if set(model.specs) != set(specs) or not all(specs[name].same_weights(model.specs[name]) for name in specs):
            raise CheckpointError(
                f"{start_from} has different networks from these settings; train from scratch instead."
            )
        for network in model.networks.values():
            keep_statistics(network)
        return model.networks, model.header.weights_sha256, ""
    networks = {name: build(spec) for name, spec in specs.items()}
    if not config.pretrained or config.network != "lite0":
        return networks, None, ""
    pretrained = [load_pretrained(network) for network in networks.values()]
    return networks, None, "" if all(pretrained) else NO_PRETRAINED


def _read(train: Dataset, validation: Dataset) -> Iterator[BatchDone]:
    if len(train) == 0:
        raise TrainingError("There is nothing to learn from: no case has a mask yet. Draw and save some first.")
    before, total = 0, len(train) + len(validation)
    for dataset in (train, validation):
        for done in dataset.read():
            yield BatchDone("read", 0, 0, before + done, total, float("nan"), float("nan"))
        before += len(dataset)
    distributed.require_equal(train.fingerprint + validation.fingerprint, "pictures and masks")


def _make_stage(
    name: Literal["locate", "segment"], spec: NetworkSpec, labels: LabelSet, config: TrainConfig, train: Dataset
) -> Stage:
    if name == "locate":
        epochs, batch_size, learning_rate = config.locate_epochs, config.locate_batch_size, config.locate_learning_rate
    else:
        epochs, batch_size, learning_rate = config.epochs, config.batch_size, config.learning_rate
    draws = sum(train.draws_per_epoch(name, case) for case in train.usable(name))
    steps = max(config.least_steps, -(-draws // batch_size))
    return Stage(name, spec, labels_for(name, labels), epochs, steps, batch_size, learning_rate)


def _finish(run: _TrainingRun, validation: Sequence[Sample], kept: Metrics, clock: Clock) -> Iterator[TrainEvent]:
    """Measure the kept model as it will be used, and write it with these metrics."""
    model = checkpoint.Checkpoint(run.save(kept), dict(run.specs), dict(run.networks))
    segmenter = Segmenter(model, run.device)
    statistics = yield from fit_feature_statistics(segmenter, run.train)
    cases: dict[str, Metrics] = {}
    outcomes: list[CalibrationCase] = []
    for result in evaluate_end_to_end(segmenter.with_trust(statistics), validation, run.validation.absent_labels()):
        if isinstance(result, StopPoint):
            yield result
            continue
        case_id, figures, outcome = result
        cases[case_id] = figures
        outcomes.append(outcome)
        yield BatchDone("measure", 0, 0, len(cases), len(validation), float("nan"), float("nan"))
    metrics = kept
    if cases:
        metrics = {name: kept[name] for name in ("bce",) if name in kept} | mean_metrics(cases.values())
    trust = {"calibration": Calibration.fit(outcomes).to_json()} | statistics
    header = run.save(metrics, PICTURES if cases else CROPS, trust)
    run.delete_state()
    for warning in header.warnings():
        yield Message(warning)
    cases = dict(sorted(cases.items(), key=lambda item: _worst_first(item[1])))
    yield Finished(run.save_to, metrics, cases, clock.elapsed)


def _worst_first(metrics: Metrics) -> float:
    score = picture_score(metrics)
    return 1.0 if score is None else score
