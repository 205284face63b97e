"""How one network learns: the loop itself."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, nullcontext
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unet_desktop.engine.data.dataset import Dataset, augment_example
from unet_desktop.engine.data.preprocess import to_input
from unet_desktop.engine.device import distributed
from unet_desktop.engine.events import BatchDone, EpochDone, Message, Working
from unet_desktop.engine.networks.segmented_backward import SegmentedBackward
from unet_desktop.engine.training.async_scalar import AsyncScalar
from unet_desktop.engine.training.loss import segmentation_loss, targets
from unet_desktop.engine.training.memory import free_memory, is_out_of_memory, out_of_memory_error
from unet_desktop.engine.training.optimisation import TrainState
from unet_desktop.engine.training.prefetch import prefetch
from unet_desktop.engine.training.schedule import Stage
from unet_desktop.engine.training.validate import validate_on_crops
from unet_desktop.errors import TrainingError
from unet_desktop.masks.compare import Figures, drop_labels

StageEvent = BatchDone | EpochDone | Message | Working
AugmentedBatch = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"""(N, s, s, 3) pictures; (N, s, s) masks; (N, s, s), 1 where they were corrected; all uint8."""
DeviceBatch = tuple[Tensor, Tensor, Tensor]
"""On the device: (N, 3, s, s) float32 pictures; (N, s, s) uint8 masks; (N, s, s) uint8, 1 where they were corrected."""

INCUMBENT_BIAS = 0.05
"""By how much a mask favours the model whose answer it was corrected from, or that was accepted as it was.

Two equally good models agree to a Dice of 0.95 or so. Without this one accepted mask among two or three that judge
would keep the model that training goes on from, or an epoch that has hardly moved from it.
"""
SELECTION_NOISE = 0.06
"""By how much one validation case's Dice may mislead; so many cases mislead by this over their square root.

"One-cycle" is at its best when its rate has come down: an earlier epoch has to be better by more than chance. (As the
rule of one standard error, Breiman et al. 1984, "Classification and Regression Trees", chapter 3.) What a single
validation case has cost: docs/experiments/2026-11-26-simulated-annotator.md.
"""
_THREADS = 2
_STEPS_AHEAD = 3
"""Beside a GPU: a step takes it about as long as one thread needs for the looks of four pictures."""


class DivergenceError(TrainingError):
    """The loss is not a finite number any more: the same steps would end there again."""


def train_stage(state: TrainState, validation: Dataset, *, keep_start: bool) -> Iterator[StageEvent]:
    """Train the network in place; at the end it has the weights of the epoch that was kept by validation Dice.

    What is validated and kept is the average over the last steps, where the settings ask for one.

    Begins after the epochs that the state has behind it. An `EpochDone` with `saved` set means that this epoch is
    kept: it is the best so far, or as good within the margin of `INCUMBENT_BIAS` and `SELECTION_NOISE`; the EMA holds
    its weights until the generator is resumed. Without validation cases every epoch is kept.

    Args:
        course: the network and all that its learning needs.
        validation: the cases that choose the epoch to keep, read.
        keep_start: the weights at the start count as an epoch: training goes on from a model.

    Raises:
        DivergenceError: the loss is not a finite number any more.
        TrainingError: the memory does not hold one picture.
    """
    stage, progress, patience = state.stage, state.progress, state.config.patience
    margin = _score_margin(state, validation, keep_start=keep_start)
    if keep_start and progress.kept_weights is None and validation.usable(stage.name):
        figures = yield from _validate(state, validation)
        progress.record_epoch(0, figures.get("dice", 0.0), state.ema.network)
    for epoch in range(progress.epoch + 1, stage.epochs + 1):
        if progress.is_patience_exhausted(patience):
            state.clock.skip(stage, stage.epochs - progress.epoch)
            yield Message(_early_stop_message(stage, progress.best_epoch, progress.epoch))
            break
        began, rate = time.perf_counter(), state.learning_rate
        loss = yield from train_epoch(state, epoch)
        figures = yield from _validate(state, validation)
        better = progress.record_epoch(epoch, figures.get("dice", 0.0), state.ema.network, margin)
        seconds, left = time.perf_counter() - began, state.clock.left()
        yield EpochDone(stage.name, epoch, stage.epochs, loss, figures, rate, seconds, left, saved=better)
    if progress.kept_weights is not None:
        state.network.load_state_dict(progress.kept_weights)


def _score_margin(state: TrainState, validation: Dataset, *, keep_start: bool) -> float:
    """By how much worse a Dice an epoch may be than the best before and is kept in its place."""
    judges = len(validation.usable(state.stage.name))
    chance = SELECTION_NOISE / math.sqrt(judges) if judges and state.config.schedule == "one-cycle" else 0.0
    return chance + (INCUMBENT_BIAS * validation.recent_fraction(state.stage.name) if keep_start else 0.0)


def _validate(state: TrainState, validation: Dataset) -> Generator[Working, None, Figures]:
    stage = state.stage
    views = (validation.example(stage.name, index) for index in distributed.shard(validation.usable(stage.name)))
    figures = yield from validate_on_crops(state.ema.network, views, stage, state.device)
    return drop_labels(figures, validation.absent_labels(), stage.labels)


def train_epoch(state: TrainState, epoch: int) -> Generator[StageEvent, None, float]:
    """One pass over the training cases; returns the mean loss.

    On CUDA no step waits for the GPU, but for one wait with float16: its scaler skips a step whose gradients overflow.
    """
    stage = state.stage
    losses: list[float] = []
    unread: list[AsyncScalar] = []
    state.network.train()
    drawn = state.train.sampling_pool(stage.name, state.config.recent_draws)
    jobs = (_batch_job(state, cases) for cases in _draw_batches(drawn, stage, state.generator))
    alone = state.device.kind == "cpu"  # it has no core to spare, and no loss that is on its way
    with closing(prefetch(jobs, 0 if alone else _THREADS, _STEPS_AHEAD)) as prepared:
        for step, looks in enumerate(prepared, 1):
            unread.append(AsyncScalar((yield from _backward_in_memory(state, _to_device(state, looks)))))
            if alone or step > 1:  # a GPU would stand still while its last loss is waited for
                losses.append(_check_finite(unread.pop(0).read(), stage, epoch))
            state.scaler.step(state.optimiser)
            state.scaler.update()
            state.schedule.step()
            state.ema.update(state.network, (epoch - 1) * stage.steps + step)
            loss, left = losses[-1] if losses else math.nan, state.clock.advance(stage)
            yield BatchDone(stage.name, epoch, stage.epochs, step, stage.steps, loss, left)
    losses += [_check_finite(loss.read(), stage, epoch) for loss in unread]
    return sum(losses) / len(losses)


def _backward_in_memory(state: TrainState, batch: DeviceBatch) -> Generator[StageEvent, None, Tensor]:
    """As `_gradients`; where memory runs out, the batch is halved until it fits, from then on.

    Several processes wait for each other within a step, so one that fails there leaves the others waiting. What fits
    is tried out by each for itself, before the first step.
    """
    together = distributed.world_size() > 1
    if not together or not state.progress.memory_checked:
        loss = yield from _halve_until_it_fits(state, batch, apart=together)
        state.progress.memory_checked = True
    if together:
        loss = yield from _accumulate_gradients(state, batch)
    return loss


def _halve_until_it_fits(state: TrainState, batch: DeviceBatch, *, apart: bool) -> Generator[StageEvent, None, Tensor]:
    progress, count = state.progress, len(batch[0])
    most = state.stage.batch_size // distributed.world_size()
    while True:
        loss = None
        try:
            loss = yield from (_try_memory if apart else _accumulate_gradients)(state, batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        if distributed.all_agree(loss is not None) and loss is not None:
            return loss
        if progress.pieces >= most:
            raise out_of_memory_error(state.stage.spec.size)
        # Only here has the failed step's graph gone with the exception.
        free_memory(state.device)
        progress.pieces = min(most, 2 * progress.pieces)
        yield Message(
            f"Memory ran out, so training goes on with {-(-count // progress.pieces)} at a time of the {count} "
            "pictures that it learns from in each step. It takes longer, and figures may differ slightly."
        )


def _accumulate_gradients(state: TrainState, batch: DeviceBatch) -> Generator[StageEvent, None, Tensor]:
    """Add up the gradients of a batch, piece by piece, each weighted by its pictures; returns the loss.

    Batch norm sees the pieces, not the batch: with smaller pieces its statistics are noisier. Of several processes
    each has its share of every piece; gradients and loss are those of all.
    """
    state.optimiser.zero_grad()
    lost = torch.zeros((), device=state.device.torch_device)
    parts, there = state.progress.pieces, state.config.correction_weight
    for part, (some, theirs, wrong) in enumerate(zip(*(whole.tensor_split(parts) for whole in batch), strict=True), 1):
        cuts = SegmentedBackward()
        with state.device.autocast(), distributed.no_sync(state.distributed_network) if part < parts else nullcontext():
            logits = state.distributed_network(some, cuts)
        share = float(distributed.all_reduce_sum(torch.tensor(float(len(some))))) / state.stage.batch_size
        loss = (
            segmentation_loss(logits, *targets(theirs, state.table, wrong, there), distributed.all_reduce_sum) * share
        )
        yield Working(state.stage.name)
        for _ in cuts.backward(
            state.scaler.scale(loss * distributed.world_size())
        ):  # over the processes, they are averaged
            yield Working(state.stage.name)
        lost += loss.detach()
    return distributed.all_reduce_sum(lost)


def _try_memory(state: TrainState, batch: DeviceBatch) -> Generator[StageEvent, None, Tensor]:
    """The memory of a step, and nothing that other processes or the next step would notice."""
    loss = torch.zeros(())
    state.network.eval()  # batch norm then measures nothing
    try:
        for some, theirs, _ in zip(*(whole.tensor_split(state.progress.pieces) for whole in batch), strict=True):
            with state.device.autocast():
                logits = state.network(some)
            loss = segmentation_loss(logits, *targets(theirs, state.table))
            torch.autograd.backward(loss)
            yield Working(state.stage.name)
    finally:
        state.network.train()
        state.optimiser.zero_grad()
    return loss.detach()


def _batch_job(state: TrainState, cases: list[int]) -> Callable[[], AugmentedBatch]:
    """Taking a new look at each case; of several processes, at this one's share.

    Each look has its own chance, drawn here, so that it does not matter who takes it, and when.
    """
    chances = state.generator.integers(1 << 63, size=len(cases))
    return partial(_augment_batch, state, distributed.shard(list(zip(cases, chances, strict=True))))


def _augment_batch(state: TrainState, chosen: Sequence[tuple[int, np.int64]]) -> AugmentedBatch:
    stage = state.stage
    looks = [
        augment_example(
            state.train.example(stage.name, case), stage.spec, state.config, np.random.default_rng(int(chance))
        )
        for case, chance in chosen
    ]
    pictures, masks, corrected = (np.stack(planes) for planes in zip(*looks, strict=True))
    return pictures, masks, corrected


def _to_device(state: TrainState, looks: AugmentedBatch) -> DeviceBatch:
    pictures, masks, corrected = looks
    return (
        to_input(pictures, state.stage.spec, state.device),
        state.device.move(torch.from_numpy(masks)),
        state.device.move(torch.from_numpy(corrected)),
    )


def _draw_batches(drawn: list[int], stage: Stage, generator: np.random.Generator) -> Iterator[list[int]]:
    """Case indices of each step: every index equally often, in random order, each batch full.

    A last batch of one picture would give batch norm nothing to measure.
    """
    wanted = stage.steps * stage.batch_size
    rounds = [generator.permutation(drawn) for _ in range(-(-wanted // len(drawn)))]
    order = np.concatenate(rounds)[:wanted]
    for at in range(0, wanted, stage.batch_size):
        yield [int(case) for case in order[at : at + stage.batch_size]]


def _check_finite(loss: float, stage: Stage, epoch: int) -> float:
    if not math.isfinite(loss):
        what = "not a number" if math.isnan(loss) else "infinite"
        raise DivergenceError(
            f"Training stopped in epoch {epoch} ({stage.name}): the loss is {what}. Try a lower learning rate."
        )
    return loss


def _early_stop_message(stage: Stage, best: int, epoch: int) -> str:
    what = "locate" if stage.name == "locate" else "segment"
    return f"Learning to {what} ended after epoch {epoch}: epoch {best} was the best, and none since was better."
