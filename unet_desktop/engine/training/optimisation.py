"""What one network needs to learn: optimiser, schedule, chance, and how far it has come."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR, StepLR

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.data.dataset import Dataset
from unet_desktop.engine.device import distributed
from unet_desktop.engine.device.device import Device
from unet_desktop.engine.networks.lite_unet import LiteUNet
from unet_desktop.engine.networks.sync_batch_norm import sync_batch_norms
from unet_desktop.engine.training.schedule import Clock, Stage
from unet_desktop.engine.training.weight_average import WeightEMA
from unet_desktop.errors import Remedy, TrainingError
from unet_desktop.labels import LabelSet

_DECODER_RATE = 5.0
"""A trained encoder learns at the rate, what starts from nothing at this many times the rate."""

Weights = dict[str, Tensor]
"""A network's state: names to tensors."""


@dataclass(slots=True)
class Progress:
    """How far a stage has come: what changes from epoch to epoch, beside network, optimiser, schedule and chance.

    Attributes:
        epoch: the last one that is done, 0 before the first.
        best: the best score so far; every score is better than none.
        rose: the last epoch that raised it; 0 is the start of a training that goes on from a model.
        kept: the last epoch that was as good within the margin.
        kept_weights: its weights.
        parts: so many pieces a batch is worked on in, because memory does not hold it at once.
        tried: every one of several processes was seen to have the memory for such a piece.
    """

    epoch: int = 0
    best_score: float = -1.0
    best_epoch: int = 0
    kept_epoch: int = 0
    kept_weights: Weights | None = None
    pieces: int = 1
    memory_checked: bool = False

    def record_epoch(self, epoch: int, score: float, network: nn.Module, margin: float = 0.0) -> bool:
        """Note an epoch that is done; whether it is kept: the best so far, or worse by at most the margin."""
        self.epoch = epoch
        if not score >= self.best_score - margin:  # also when it is not a number
            return False
        if score >= self.best_score:
            self.best_score, self.best_epoch = score, epoch
        self.kept_epoch, self.kept_weights = epoch, copy.deepcopy(network.state_dict())
        return True

    def reset_best(self) -> None:
        """The cases that judge are others now: the next epoch is kept, and the best is looked for from there."""
        self.best_score, self.best_epoch = -1.0, self.epoch

    def is_patience_exhausted(self, patience: int) -> bool:
        """Whether so many epochs have passed without a better one; never for a patience of 0."""
        return 0 < patience <= self.epoch - self.best_epoch


@dataclass(frozen=True, slots=True)
class TrainState:
    """One stage under way.

    Attributes:
        network: on the device.
        wrapped: what a step calls: the network, or round it what brings several processes together; see `ranks`.
        stage: what is to be done.
        train: the training cases, read.
        config: how.
        device: where.
        clock: of the run.
        optimiser, schedule, scaler: torch's; the schedule is stepped once a batch.
        table: (R, 256) float32, see `region_table`.
        generator: of order and augmentation.
        average: what answers, see `WeightEMA`.
        progress: how far it has come.
    """

    network: nn.Module
    distributed_network: nn.Module
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
    ema: WeightEMA
    progress: Progress = field(default_factory=Progress)

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step, of the encoder."""
        return float(self.schedule.get_last_lr()[0])


def new_train_state(
    network: nn.Module, stage: Stage, train: Dataset, config: TrainConfig, device: Device, clock: Clock
) -> TrainState:
    """The stage before its first epoch.

    Raises:
        TrainingError: there are more processes than pictures in a step.
    """
    if distributed.world_size() > stage.batch_size:
        raise TrainingError(
            f"{distributed.world_size()} processes cannot share steps of {stage.batch_size} pictures ({stage.name}). "
            "Start fewer processes, or let a step take more pictures.",
            Remedy.LARGER_BATCHES,
        )
    if distributed.world_size() > 1:
        sync_batch_norms(network)
    optimiser = _make_optimiser(network, config, stage.learning_rate)
    return TrainState(
        network,
        distributed.wrap_network(network),
        stage,
        train,
        config,
        device,
        clock,
        optimiser,
        _make_schedule(optimiser, config, stage),
        torch.amp.GradScaler(device.kind, enabled=device.half is torch.float16),
        region_table(stage.labels).to(device.torch_device),
        np.random.default_rng((config.seed, stage.spec.size, stage.spec.regions)),
        WeightEMA(network, config.averaging),
    )


def region_table(labels: LabelSet) -> Tensor:
    """(R, 256) float32: 1 where a pixel value belongs to the region."""
    table = torch.zeros(len(labels), 256)
    for row, label in enumerate(labels):
        table[row, list(labels.region_values(label))] = 1.0
    return table


def _make_optimiser(network: nn.Module, config: TrainConfig, learning_rate: float) -> Optimizer:
    groups = _parameter_groups(network, learning_rate)
    if config.optimiser == "adam":
        return Adam(groups)
    return AdamW(groups, weight_decay=config.weight_decay)


def _parameter_groups(network: nn.Module, learning_rate: float) -> list[dict[str, Any]]:
    """See `_DECODER_RATE`."""
    if not isinstance(network, LiteUNet):
        return [{"params": list(network.parameters()), "lr": learning_rate}]
    encoder = list(network.encoder.parameters())
    others = [value for name, value in network.named_parameters() if not name.startswith("encoder.")]
    return [{"params": encoder, "lr": learning_rate}, {"params": others, "lr": learning_rate * _DECODER_RATE}]


def _make_schedule(optimiser: Optimizer, config: TrainConfig, stage: Stage) -> LRScheduler:
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
