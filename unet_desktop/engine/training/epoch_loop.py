"""The training loop of one network: `train_stage`, `train_epoch`, `train_step`."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from unet_desktop.engine.data.dataset import Dataset
from unet_desktop.engine.data.missing_cup import mark_missing_cup
from unet_desktop.engine.data.preprocess import to_input
from unet_desktop.engine.data.variants import augment_example
from unet_desktop.engine.device import distributed
from unet_desktop.engine.device.device import AsyncScalar
from unet_desktop.engine.events import BatchDone, EpochDone, Message, StopPoint
from unet_desktop.engine.training.gradients import compute_gradients
from unet_desktop.engine.training.kept_epoch import score_margin
from unet_desktop.engine.training.prefetch import prefetch
from unet_desktop.engine.training.replicas import DeviceBatch
from unet_desktop.engine.training.schedule import Stage
from unet_desktop.engine.training.train_state import TrainState
from unet_desktop.engine.training.validate import validate_on_crops
from unet_desktop.errors import TrainingError
from unet_desktop.masks.compare import Metrics, mean_metrics, selection_score, without_ratio_of_absent

StageEvent = BatchDone | EpochDone | Message | StopPoint
AugmentedBatch = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"""(N, s, s, 3) pictures; (N, s, s) masks; (N, s, s), 1 where they were corrected; all uint8."""

_PREFETCH_THREADS = 2
_PREFETCH_DEPTH = 3
"""On a GPU a step takes about as long as one thread needs to augment four pictures."""


class DivergenceError(TrainingError):
    """The loss is no longer a finite number; repeating the same steps would end the same way."""


def train_stage(state: TrainState, validation: Dataset, *, keep_start: bool) -> Iterator[StageEvent]:
    """Train the network in place; at the end it has the weights of the epoch kept by validation score.

    What is validated and kept is the EMA of the weights, if the settings ask for one.

    Starts after the epochs that `state` has done. An `EpochDone` with `saved` set means that this epoch is kept: it is
    the best so far, or worse by at most the `score_margin`. The EMA holds its weights
    until the generator is resumed. Without validation cases every epoch is kept.

    Args:
        state: the network and everything its training needs.
        validation: the cases that choose the epoch to keep, already read.
        keep_start: the initial weights count as an epoch, because training continues from a model.

    Raises:
        DivergenceError: the loss is not a finite number.
        TrainingError: there is not enough memory for one picture.
    """
    stage, progress = state.stage, state.progress
    margin = score_margin(stage.name, validation, state.config, keep_start=keep_start)
    if keep_start and progress.kept_weights is None and validation.usable(stage.name):
        _, score = yield from _validate(state, validation)
        progress.record_epoch(0, score, state.ema.network)
    for epoch in range(progress.epoch + 1, stage.epochs + 1):
        if progress.is_patience_exhausted(state.config.patience):
            state.clock.skip(stage, stage.epochs - progress.epoch)
            yield Message(_early_stop_message(stage, progress.best_epoch, progress.epoch))
            break
        started, learning_rate = time.perf_counter(), state.learning_rate
        loss = yield from train_epoch(state, epoch)
        metrics, score = yield from _validate(state, validation)
        kept = progress.record_epoch(epoch, score, state.ema.network, margin)
        seconds, seconds_left = time.perf_counter() - started, state.clock.seconds_left()
        yield EpochDone(stage.name, epoch, stage.epochs, loss, metrics, learning_rate, seconds, seconds_left, kept)
    if progress.kept_weights is not None:
        state.network.load_state_dict(progress.kept_weights)


def train_epoch(state: TrainState, epoch: int) -> Generator[StageEvent, None, float]:
    """One pass over the training cases; returns the mean loss.

    On CUDA no step waits for the GPU, except once with float16: its scaler skips a step whose gradients overflow.
    """
    stage = state.stage
    # On a CPU there is no core to spare for prefetching, and a loss is there as soon as it is computed. On a GPU,
    # reading the newest loss would leave it idle until the next step is queued, so it is read one step later.
    on_cpu = state.device.kind == "cpu"
    losses: list[float] = []
    pending: deque[AsyncScalar] = deque()
    state.network.train()
    with closing(prefetch(_batch_jobs(state), 0 if on_cpu else _PREFETCH_THREADS, _PREFETCH_DEPTH)) as batches:
        for step, batch in enumerate(batches, 1):
            loss = yield from train_step(state, _to_device(state, batch), (epoch - 1) * stage.steps + step)
            pending.append(loss)
            if on_cpu or step > 1:
                losses.append(_check_finite(pending.popleft().read(), stage, epoch))
            seconds_left = state.clock.advance(stage)
            last = losses[-1] if losses else math.nan
            yield BatchDone(stage.name, epoch, stage.epochs, step, stage.steps, last, seconds_left)
    losses += [_check_finite(loss.read(), stage, epoch) for loss in pending]
    return sum(losses) / len(losses)


def train_step(state: TrainState, batch: DeviceBatch, number: int) -> Generator[StageEvent, None, AsyncScalar]:
    """One step of the optimiser, counted from 1 over the whole stage; returns the batch's loss."""
    loss = AsyncScalar((yield from compute_gradients(state, batch)))
    state.scaler.step(state.optimiser)
    state.scaler.update()
    state.schedule.step()
    state.ema.update(state.network, number)
    return loss


def _validate(state: TrainState, validation: Dataset) -> Generator[StopPoint, None, tuple[Metrics, float]]:
    """Mean metrics of the validation cases, and the score by which an epoch is kept; see `selection_score`."""
    stage, absent = state.stage, validation.absent_labels()
    examples = (validation.example(stage.name, index) for index in distributed.shard(validation.usable(stage.name)))
    cases = yield from validate_on_crops(state.ema.network, examples, stage, state.device)
    return without_ratio_of_absent(mean_metrics(cases), absent, stage.labels), selection_score(cases, absent)


def _batch_jobs(state: TrainState) -> Iterator[Callable[[], AugmentedBatch]]:
    """One job per step that augments its cases; with several processes, this one's share of them.

    Each case gets a seed, drawn here, so that it does not matter which thread augments it, or when.
    """
    config = state.config
    pool = state.train.sampling_pool(state.stage.name, config.recent_draws, config.unlike_draws)
    for cases in _draw_batches(pool, state.stage, state.generator):
        seeds = state.generator.integers(1 << 63, size=len(cases))
        yield partial(_augment_batch, state, distributed.shard(list(zip(cases, seeds, strict=True))))


def _draw_batches(pool: list[int], stage: Stage, generator: np.random.Generator) -> Iterator[list[int]]:
    """Case indices of each step: every index of the pool equally often, in random order, each batch full.

    A last batch of one picture would leave batch norm nothing to measure.
    """
    wanted = stage.steps * stage.batch_size
    rounds = [generator.permutation(pool) for _ in range(-(-wanted // len(pool)))]
    order = np.concatenate(rounds)[:wanted]
    for start in range(0, wanted, stage.batch_size):
        yield [int(case) for case in order[start : start + stage.batch_size]]


def _augment_batch(state: TrainState, seeded_cases: Sequence[tuple[int, np.int64]]) -> AugmentedBatch:
    augmented = [_augment_case(state, case, np.random.default_rng(int(seed))) for case, seed in seeded_cases]
    pictures, masks, corrected = (np.stack(arrays) for arrays in zip(*augmented, strict=True))
    return pictures, masks, corrected


def _augment_case(state: TrainState, case: int, generator: np.random.Generator) -> AugmentedBatch:
    """As `augment_example`; the mask leaves open where a cup is that nobody drew, and labels that were added later."""
    stage = state.stage
    example = state.train.example(stage.name, case)
    picture, mask, corrected = augment_example(example, stage.spec, state.config, generator)
    if example.lacks_cup and state.annotation_table is not None and state.train.lack_cup:
        mask = mark_missing_cup(mask, stage.labels)
    if state.unknown.bases:
        mask = state.unknown.mark(mask, state.train.unknown_of(stage.name, case))
    return picture, mask, corrected


def _to_device(state: TrainState, batch: AugmentedBatch) -> DeviceBatch:
    pictures, masks, corrected = batch
    return (
        to_input(pictures, state.stage.spec, state.device),
        state.device.move(torch.from_numpy(masks)),
        state.device.move(torch.from_numpy(corrected)),
    )


def _check_finite(loss: float, stage: Stage, epoch: int) -> float:
    if not math.isfinite(loss):
        what = "not a number" if math.isnan(loss) else "infinite"
        raise DivergenceError(
            f"Training stopped in epoch {epoch} ({stage.name}): the loss is {what}. Try a lower learning rate."
        )
    return loss


def _early_stop_message(stage: Stage, best: int, epoch: int) -> str:
    return f"Learning to {stage.name} ended after epoch {epoch}: no epoch after epoch {best} was better."
