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

from unet_desktop.engine.data.dataset import Dataset, training_pair
from unet_desktop.engine.data.preprocess import to_input
from unet_desktop.engine.device import distributed
from unet_desktop.engine.events import BatchDone, EpochDone, Message, Working
from unet_desktop.engine.networks.segmented_backward import Cuts
from unet_desktop.engine.training.async_scalar import Later
from unet_desktop.engine.training.loss import segmentation_loss, targets
from unet_desktop.engine.training.memory import is_out_of_memory, no_room, release
from unet_desktop.engine.training.optimisation import Course
from unet_desktop.engine.training.prefetch import ahead
from unet_desktop.engine.training.schedule import Stage
from unet_desktop.engine.training.validate import as_seen
from unet_desktop.errors import TrainingError
from unet_desktop.masks.compare import Figures, drop_labels

LearnEvent = BatchDone | EpochDone | Message | Working
Looks = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"""(N, s, s, 3) pictures; (N, s, s) masks; (N, s, s), 1 where they were corrected; all uint8."""
Batch = tuple[Tensor, Tensor, Tensor]
"""On the device: (N, 3, s, s) float32 pictures; (N, s, s) uint8 masks; (N, s, s) uint8, 1 where they were corrected."""

FAVOUR = 0.05
"""By how much a mask favours the model whose answer it was corrected from, or that was accepted as it was.

Two equally good models agree to a Dice of 0.95 or so. Without this one accepted mask among two or three that judge
would keep the model that training goes on from, or an epoch that has hardly moved from it.
"""
CHANCE = 0.06
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


def learn(course: Course, validation: Dataset, *, keep_start: bool) -> Iterator[LearnEvent]:
    """Train the network in place; at the end it has the weights of the epoch that was kept by validation Dice.

    What is validated and kept is the average over the last steps, where the settings ask for one.

    Begins after the epochs that the course has behind it. An `EpochDone` with `saved` set means that this epoch is
    kept: it is the best so far, or as good but for what favours earlier ones and chance, see `FAVOUR` and `CHANCE`;
    the average holds its weights until the generator goes on. Without validation cases every epoch is kept.

    Args:
        course: the network and all that its learning needs.
        validation: the cases that choose the epoch to keep, read.
        keep_start: the weights at the start count as an epoch: training goes on from a model.

    Raises:
        DivergenceError: the loss is not a finite number any more.
        TrainingError: the memory does not hold one picture.
    """
    stage, progress, patience = course.stage, course.progress, course.config.patience
    margin = _margin(course, validation, keep_start=keep_start)
    if keep_start and progress.kept_weights is None and validation.usable(stage.name):
        figures = yield from _validated(course, validation)
        progress.judge(0, figures.get("dice", 0.0), course.average.network)
    for epoch in range(progress.epoch + 1, stage.epochs + 1):
        if progress.waited(patience):
            course.clock.skip(stage, stage.epochs - progress.epoch)
            yield Message(_stopped_early(stage, progress.rose, progress.epoch))
            break
        began, rate = time.perf_counter(), course.rate
        loss = yield from _epoch(course, epoch)
        figures = yield from _validated(course, validation)
        better = progress.judge(epoch, figures.get("dice", 0.0), course.average.network, margin)
        seconds, left = time.perf_counter() - began, course.clock.left()
        yield EpochDone(stage.name, epoch, stage.epochs, loss, figures, rate, seconds, left, saved=better)
    if progress.kept_weights is not None:
        course.network.load_state_dict(progress.kept_weights)


def _margin(course: Course, validation: Dataset, *, keep_start: bool) -> float:
    """By how much worse a Dice an epoch may be than the best before and is kept in its place."""
    judges = len(validation.usable(course.stage.name))
    chance = CHANCE / math.sqrt(judges) if judges and course.config.schedule == "one-cycle" else 0.0
    return chance + (FAVOUR * validation.recent_share(course.stage.name) if keep_start else 0.0)


def _validated(course: Course, validation: Dataset) -> Generator[Working, None, Figures]:
    stage = course.stage
    views = (validation.view(stage.name, index) for index in distributed.mine(validation.usable(stage.name)))
    figures = yield from as_seen(course.average.network, views, stage, course.device)
    return drop_labels(figures, validation.undrawn(), stage.labels)


def _epoch(course: Course, epoch: int) -> Generator[LearnEvent, None, float]:
    """One pass over the training cases; returns the mean loss.

    On CUDA no step waits for the GPU, but for one wait with float16: its scaler skips a step whose gradients overflow.
    """
    stage = course.stage
    losses: list[float] = []
    unread: list[Later] = []
    course.network.train()
    drawn = course.train.drawn(stage.name, course.config.recent_draws)
    jobs = (_job(course, cases) for cases in _batches(drawn, stage, course.generator))
    alone = course.device.kind == "cpu"  # it has no core to spare, and no loss that is on its way
    with closing(ahead(jobs, 0 if alone else _THREADS, _STEPS_AHEAD)) as prepared:
        for step, looks in enumerate(prepared, 1):
            unread.append(Later((yield from _gradients_that_fit(course, _batch(course, looks)))))
            if alone or step > 1:  # a GPU would stand still while its last loss is waited for
                losses.append(_finite(unread.pop(0).read(), stage, epoch))
            course.scaler.step(course.optimiser)
            course.scaler.update()
            course.schedule.step()
            course.average.update(course.network, (epoch - 1) * stage.steps + step)
            loss, left = losses[-1] if losses else math.nan, course.clock.advance(stage)
            yield BatchDone(stage.name, epoch, stage.epochs, step, stage.steps, loss, left)
    losses += [_finite(loss.read(), stage, epoch) for loss in unread]
    return sum(losses) / len(losses)


def _gradients_that_fit(course: Course, batch: Batch) -> Generator[LearnEvent, None, Tensor]:
    """As `_gradients`; where memory runs out, the batch is halved until it fits, from then on.

    Several processes wait for each other within a step, so one that fails there leaves the others waiting. What fits
    is tried out by each for itself, before the first step.
    """
    together = distributed.count() > 1
    if not together or not course.progress.tried:
        loss = yield from _halved_until_it_fits(course, batch, apart=together)
        course.progress.tried = True
    if together:
        loss = yield from _gradients(course, batch)
    return loss


def _halved_until_it_fits(course: Course, batch: Batch, *, apart: bool) -> Generator[LearnEvent, None, Tensor]:
    progress, count = course.progress, len(batch[0])
    most = course.stage.batch_size // distributed.count()
    while True:
        loss = None
        try:
            loss = yield from (_tried_apart if apart else _gradients)(course, batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        if distributed.all_agree(loss is not None) and loss is not None:
            return loss
        if progress.parts >= most:
            raise no_room(course.stage.spec.size)
        # Only here has the failed step's graph gone with the exception.
        release(course.device)
        progress.parts = min(most, 2 * progress.parts)
        yield Message(
            f"Memory ran out, so training goes on with {-(-count // progress.parts)} at a time of the {count} "
            "pictures that it learns from in each step. It takes longer, and figures may differ slightly."
        )


def _gradients(course: Course, batch: Batch) -> Generator[LearnEvent, None, Tensor]:
    """Add up the gradients of a batch, piece by piece, each weighted by its pictures; returns the loss.

    Batch norm sees the pieces, not the batch: with smaller pieces its statistics are noisier. Of several processes
    each has its share of every piece; gradients and loss are those of all.
    """
    course.optimiser.zero_grad()
    lost = torch.zeros((), device=course.device.torch_device)
    parts, there = course.progress.parts, course.config.correction_weight
    for part, (some, theirs, wrong) in enumerate(zip(*(whole.tensor_split(parts) for whole in batch), strict=True), 1):
        cuts = Cuts()
        with course.device.autocast(), distributed.kept_apart(course.wrapped) if part < parts else nullcontext():
            logits = course.wrapped(some, cuts)
        share = float(distributed.total(torch.tensor(float(len(some))))) / course.stage.batch_size
        loss = segmentation_loss(logits, *targets(theirs, course.table, wrong, there), distributed.total) * share
        yield Working(course.stage.name)
        for _ in cuts.backward(
            course.scaler.scale(loss * distributed.count())
        ):  # over the processes, they are averaged
            yield Working(course.stage.name)
        lost += loss.detach()
    return distributed.total(lost)


def _tried_apart(course: Course, batch: Batch) -> Generator[LearnEvent, None, Tensor]:
    """The memory of a step, and nothing that other processes or the next step would notice."""
    loss = torch.zeros(())
    course.network.eval()  # batch norm then measures nothing
    try:
        for some, theirs, _ in zip(*(whole.tensor_split(course.progress.parts) for whole in batch), strict=True):
            with course.device.autocast():
                logits = course.network(some)
            loss = segmentation_loss(logits, *targets(theirs, course.table))
            torch.autograd.backward(loss)
            yield Working(course.stage.name)
    finally:
        course.network.train()
        course.optimiser.zero_grad()
    return loss.detach()


def _job(course: Course, cases: list[int]) -> Callable[[], Looks]:
    """Taking a new look at each case; of several processes, at this one's share.

    Each look has its own chance, drawn here, so that it does not matter who takes it, and when.
    """
    chances = course.generator.integers(1 << 63, size=len(cases))
    return partial(_looks, course, distributed.mine(list(zip(cases, chances, strict=True))))


def _looks(course: Course, chosen: Sequence[tuple[int, np.int64]]) -> Looks:
    stage = course.stage
    looks = [
        training_pair(
            course.train.view(stage.name, case), stage.spec, course.config, np.random.default_rng(int(chance))
        )
        for case, chance in chosen
    ]
    pictures, masks, corrected = (np.stack(planes) for planes in zip(*looks, strict=True))
    return pictures, masks, corrected


def _batch(course: Course, looks: Looks) -> Batch:
    pictures, masks, corrected = looks
    return (
        to_input(pictures, course.stage.spec, course.device),
        course.device.take(torch.from_numpy(masks)),
        course.device.take(torch.from_numpy(corrected)),
    )


def _batches(drawn: list[int], stage: Stage, generator: np.random.Generator) -> Iterator[list[int]]:
    """Case indices of each step: every index equally often, in random order, each batch full.

    A last batch of one picture would give batch norm nothing to measure.
    """
    wanted = stage.steps * stage.batch_size
    rounds = [generator.permutation(drawn) for _ in range(-(-wanted // len(drawn)))]
    order = np.concatenate(rounds)[:wanted]
    for at in range(0, wanted, stage.batch_size):
        yield [int(case) for case in order[at : at + stage.batch_size]]


def _finite(loss: float, stage: Stage, epoch: int) -> float:
    if not math.isfinite(loss):
        what = "not a number" if math.isnan(loss) else "infinite"
        raise DivergenceError(
            f"Training stopped in epoch {epoch} ({stage.name}): the loss is {what}. Try a lower learning rate."
        )
    return loss


def _stopped_early(stage: Stage, best: int, epoch: int) -> str:
    what = "locate" if stage.name == "locate" else "segment"
    return f"Learning to {what} ended after epoch {epoch}: epoch {best} was the best, and none since was better."
