"""The state of one network's training: optimiser, schedule, random generator and progress."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR, StepLR

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.data.dataset import Dataset
from unet_desktop.engine.data.unknown_labels import UnknownLabels
from unet_desktop.engine.device import distributed
from unet_desktop.engine.device.device import Device
from unet_desktop.engine.networks.lite_unet import LiteUNet
from unet_desktop.engine.networks.sync_batch_norm import sync_batch_norms
from unet_desktop.engine.training.kept_epoch import Progress
from unet_desktop.engine.training.loss import make_annotation_table, make_region_table
from unet_desktop.engine.training.replicas import Replicas
from unet_desktop.engine.training.schedule import Clock, Stage
from unet_desktop.engine.training.weight_average import WeightEMA
from unet_desktop.errors import Remedy, TrainingError
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.plurals import quantity

_DECODER_RATE = 5.0
"""The decoder, which starts from random weights, learns at this multiple of a pretrained encoder's rate."""


@dataclass(frozen=True, slots=True)
class TrainState:
    """The training of one network.

    Attributes:
        network: on the device.
        ddp_network: what a step calls: the network, wrapped if several processes train together.
        replicas: what a step calls instead where each CPU core takes its share of the pictures.
        stage: what to train.
        train: the training cases, already read.
        config: how to train.
        device: where.
        clock: of the run.
        optimiser, schedule, scaler: torch's; the schedule is stepped once per batch.
        region_table: (R, 256) float32, see `make_region_table`.
        annotation_table: (R, 256) float32, see `make_annotation_table`; None if the training masks leave nothing
            open.
        unknown: the values that stand for what masks leave open.
        generator: of the cases' order and augmentation.
        ema: the averaged weights, which are validated and saved.
        progress: see `Progress`.
    """

    network: nn.Module
    ddp_network: nn.Module
    replicas: Replicas | None
    stage: Stage
    train: Dataset
    config: TrainConfig
    device: Device
    clock: Clock
    optimiser: Optimizer
    schedule: LRScheduler
    scaler: torch.amp.GradScaler
    region_table: Tensor
    annotation_table: Tensor | None
    unknown: UnknownLabels
    generator: np.random.Generator
    ema: WeightEMA
    progress: Progress = field(default_factory=Progress)

    def close(self) -> None:
        """End the threads that training has started."""
        if self.replicas is not None:
            self.replicas.close()

    @property
    def learning_rate(self) -> float:
        """The encoder's learning rate in the next step."""
        return float(self.schedule.get_last_lr()[0])


def new_train_state(
    network: nn.Module, stage: Stage, train: Dataset, config: TrainConfig, device: Device, clock: Clock
) -> TrainState:
    """The state before the first epoch.

    Raises:
        TrainingError: there are more processes than pictures in a step.
    """
    if distributed.world_size() > stage.batch_size:
        raise TrainingError(
            f"{distributed.world_size()} processes cannot share steps of "
            f"{quantity(stage.batch_size, 'picture')} ({stage.name}). "
            "Start fewer processes, or let a step take more pictures.",
            Remedy.LARGER_BATCHES,
        )
    if distributed.world_size() > 1:
        sync_batch_norms(network)
    unknown = UnknownLabels(stage.labels, (train.unknown_of(stage.name, index) for index in train.usable(stage.name)))
    regions, annotated = make_region_table(stage.labels), make_annotation_table(stage.labels)
    unknown.extend(regions.numpy(), annotated.numpy())
    lacks_cup = train.lack_cup and cup_and_disc(stage.labels) is not None
    optimiser = _make_optimiser(network, config, stage.learning_rate)
    return TrainState(
        network=network,
        ddp_network=distributed.wrap_network(network),
        replicas=_make_replicas(network, device, stage.batch_size),
        stage=stage,
        train=train,
        config=config,
        device=device,
        clock=clock,
        optimiser=optimiser,
        schedule=_make_schedule(optimiser, config, stage),
        scaler=torch.amp.GradScaler(device.kind, enabled=device.half is torch.float16),
        region_table=regions.to(device.torch_device),
        annotation_table=annotated.to(device.torch_device) if lacks_cup or unknown.bases else None,
        unknown=unknown,
        generator=np.random.default_rng((config.seed, stage.spec.size, stage.spec.regions)),
        ema=WeightEMA(network, config.averaging),
    )


def _make_replicas(network: nn.Module, device: Device, batch_size: int) -> Replicas | None:
    """One replica for each core, as far as a batch can be divided evenly; None if there would be only one.

    The article's network needs none: its operations are so long that waiting for other threads does not matter.
    """
    if device.kind != "cpu" or distributed.world_size() > 1 or not isinstance(network, LiteUNet):
        return None
    count = max(count for count in range(1, batch_size + 1) if batch_size % count == 0 and count <= device.threads)
    return Replicas(network, device, count) if count > 1 else None


def _make_optimiser(network: nn.Module, config: TrainConfig, learning_rate: float) -> Optimizer:
    groups = _parameter_groups(network, learning_rate)
    if config.optimiser == "adam":
        return Adam(groups)
    return AdamW(groups, weight_decay=config.weight_decay)


def _parameter_groups(network: nn.Module, learning_rate: float) -> list[dict[str, Any]]:
    if not isinstance(network, LiteUNet):
        return [{"params": list(network.parameters()), "lr": learning_rate}]
    encoder = list(network.encoder.parameters())
    decoder = [value for name, value in network.named_parameters() if not name.startswith("encoder.")]
    return [{"params": encoder, "lr": learning_rate}, {"params": decoder, "lr": learning_rate * _DECODER_RATE}]


def _make_schedule(optimiser: Optimizer, config: TrainConfig, stage: Stage) -> LRScheduler:
    """Stepped once per batch. One-cycle: Smith and Topin 2018, arXiv:1708.07120, section 3."""
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
