"""How one network learns: the loop itself."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR, StepLR

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.dataset import Dataset, training_pair
from unet_desktop.engine.device import Device
from unet_desktop.engine.encoder import LiteUNet
from unet_desktop.engine.events import BatchDone, EpochDone
from unet_desktop.engine.loss import segmentation_loss, targets
from unet_desktop.engine.networks import NetworkSpec
from unet_desktop.engine.preprocess import to_input
from unet_desktop.engine.validate import as_seen
from unet_desktop.errors import TrainingError
from unet_desktop.labels import LabelSet

_DECODER_RATE = 5.0
"""A trained encoder learns at the rate, what starts from nothing at this many times the rate."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One network's part of a run.

    Attributes:
        name: of the network.
        spec: of the network.
        labels: what it answers.
        epochs: passes.
        steps: of an epoch.
        batch_size: pictures a step.
        learning_rate: peak or start of the schedule.
    """

    name: Literal["locate", "segment"]
    spec: NetworkSpec
    labels: LabelSet
    epochs: int
    steps: int
    batch_size: int
    learning_rate: float

    @property
    def work(self) -> float:
        """Pixels that the stage will push through its network: what its time goes with."""
        return float(self.epochs * self.steps * self.batch_size * self.spec.size**2)


class Clock:
    """Estimates the time left from the share of the work that is done."""

    def __init__(self, stages: list[Stage]) -> None:
        self._total = sum(stage.work for stage in stages)
        self._done = 0.0
        self._begun = time.perf_counter()

    def advance(self, stage: Stage) -> float:
        """One step of the stage is done; seconds left of the run."""
        self._done += stage.work / (stage.epochs * stage.steps)
        return self.left()

    def left(self) -> float:
        """Seconds left of the run; NaN before the first step."""
        if self._done == 0.0:
            return math.nan
        elapsed = time.perf_counter() - self._begun
        return elapsed * max(0.0, self._total - self._done) / self._done


def learn(
    network: nn.Module,
    stage: Stage,
    data: tuple[Dataset, Dataset],
    config: TrainConfig,
    device: Device,
    clock: Clock,
    *,
    keep_start: bool,
) -> Iterator[BatchDone | EpochDone]:
    """Train the network in place; at the end it has the weights of its best epoch by validation Dice.

    An `EpochDone` with `saved` set means that this epoch is the best so far, and that the network holds its
    weights until the generator goes on. Without validation cases every epoch is better than the one before.

    Args:
        network: on the device.
        stage: what is to be done.
        data: training and validation cases, read.
        config: how.
        device: where.
        clock: of the run.
        keep_start: the weights at the start count as an epoch: training goes on from a model.

    Raises:
        TrainingError: the loss is not a number any more.
    """
    train, validation = data
    views = [validation.view(stage.name, index) for index in validation.usable(stage.name)]
    course = _course(network, stage, train, config, device, clock)
    best, best_weights = -math.inf, None
    if keep_start and views:
        best = as_seen(network, views, stage.spec, stage.labels, device)["dice"]
        best_weights = copy.deepcopy(network.state_dict())
    for epoch in range(1, stage.epochs + 1):
        began, rate = time.perf_counter(), float(course.schedule.get_last_lr()[0])
        loss = yield from _epoch(course, epoch)
        figures = as_seen(network, views, stage.spec, stage.labels, device)
        score = figures.get("dice", math.inf)
        better = score >= best
        if better:
            best, best_weights = score, copy.deepcopy(network.state_dict())
        seconds = time.perf_counter() - began
        yield EpochDone(stage.name, epoch, stage.epochs, loss, figures, rate, seconds, clock.left(), saved=better)
    if best_weights is not None:
        network.load_state_dict(best_weights)


@dataclass(frozen=True, slots=True)
class _Course:
    """What stays the same from step to step."""

    network: nn.Module
    stage: Stage
    train: Dataset
    config: TrainConfig
    device: Device
    clock: Clock
    optimiser: Optimizer
    schedule: LRScheduler
    scaler: torch.amp.GradScaler
    table: Tensor
    generator: np.random.Generator


def _course(
    network: nn.Module, stage: Stage, train: Dataset, config: TrainConfig, device: Device, clock: Clock
) -> _Course:
    optimiser = _optimiser(network, config, stage.learning_rate)
    return _Course(
        network,
        stage,
        train,
        config,
        device,
        clock,
        optimiser,
        _schedule(optimiser, config, stage),
        torch.amp.GradScaler(device.kind, enabled=device.half is torch.float16),
        _region_table(stage.labels).to(device.torch_device),
        np.random.default_rng((config.seed, stage.spec.size, stage.spec.regions)),
    )


def _epoch(course: _Course, epoch: int) -> Generator[BatchDone, None, float]:
    """One pass over the training cases; returns the mean loss."""
    stage, scaler = course.stage, course.scaler
    losses: list[float] = []
    course.network.train()
    for cases in _batches(course.train.usable(stage.name), stage, course.generator):
        pictures, masks = _batch(course, cases)
        with course.device.autocast():
            logits = course.network(pictures)
        loss = segmentation_loss(logits, *targets(masks, course.table))
        losses.append(_finite(loss, stage, epoch))
        course.optimiser.zero_grad()
        torch.autograd.backward(scaler.scale(loss))
        scaler.step(course.optimiser)
        scaler.update()
        course.schedule.step()
        left = course.clock.advance(stage)
        yield BatchDone(stage.name, epoch, stage.epochs, len(losses), stage.steps, losses[-1], left)
    return sum(losses) / len(losses)


def _batch(course: _Course, cases: list[int]) -> tuple[Tensor, Tensor]:
    """A new look at each case: (N, 3, s, s) float32 and (N, s, s) uint8 on the device."""
    stage = course.stage
    pairs = [
        training_pair(course.train.view(stage.name, case), stage.spec, course.config, course.generator)
        for case in cases
    ]
    pictures = to_input(np.stack([picture for picture, _ in pairs]), stage.spec, course.device)
    masks = torch.from_numpy(np.stack([mask for _, mask in pairs])).to(course.device.torch_device)
    return pictures, masks


def _batches(usable: list[int], stage: Stage, generator: np.random.Generator) -> Iterator[list[int]]:
    """Case indices of each step: every case equally often, in random order, each batch full.

    A last batch of one picture would give batch norm nothing to measure.
    """
    wanted = stage.steps * stage.batch_size
    rounds = [generator.permutation(usable) for _ in range(-(-wanted // len(usable)))]
    order = np.concatenate(rounds)[:wanted]
    for at in range(0, wanted, stage.batch_size):
        yield [int(case) for case in order[at : at + stage.batch_size]]


def _region_table(labels: LabelSet) -> Tensor:
    """(R, 256) float32: 1 where a pixel value belongs to the region."""
    table = torch.zeros(len(labels), 256)
    for row, label in enumerate(labels):
        table[row, list(labels.region_values(label))] = 1.0
    return table


def _optimiser(network: nn.Module, config: TrainConfig, rate: float) -> Optimizer:
    groups = _parameter_groups(network, rate)
    if config.optimiser == "adam":
        return Adam(groups)
    return AdamW(groups, weight_decay=config.weight_decay)


def _parameter_groups(network: nn.Module, rate: float) -> list[dict[str, Any]]:
    """See `_DECODER_RATE`."""
    if not isinstance(network, LiteUNet):
        return [{"params": list(network.parameters()), "lr": rate}]
    encoder = list(network.encoder.parameters())
    others = [value for name, value in network.named_parameters() if not name.startswith("encoder.")]
    return [{"params": encoder, "lr": rate}, {"params": others, "lr": rate * _DECODER_RATE}]


def _schedule(optimiser: Optimizer, config: TrainConfig, stage: Stage) -> LRScheduler:
    """Stepped once a batch. One-cycle: Smith and Topin 2018, arXiv:1708.07120, section 3."""
    if config.schedule == "step":
        return StepLR(optimiser, config.step_epochs * stage.steps, gamma=0.1)
    total = stage.epochs * stage.steps + 1  # it is stepped once more after the last batch
    return OneCycleLR(
        optimiser,
        [group["lr"] for group in optimiser.param_groups],
        total_steps=total,
        pct_start=max(0.2, 2 / total),  # a rise of no steps divides by zero
        div_factor=10.0,
        final_div_factor=100.0,
        cycle_momentum=False,
    )


def _finite(loss: Tensor, stage: Stage, epoch: int) -> float:
    value = float(loss.detach())
    if not math.isfinite(value):
        raise TrainingError(
            f"Training stopped in epoch {epoch} ({stage.name}): the loss is not a number any more. Try a lower "
            "learning rate; the best model so far is kept."
        )
    return value
