"""The gradients of a batch, computed in as many pieces as memory requires."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from functools import partial

import torch
from torch import Tensor

from unet_desktop.engine.device import distributed
from unet_desktop.engine.device.device import Device
from unet_desktop.engine.events import Message, StopPoint, report_working
from unet_desktop.engine.networks.segmented_backward import SegmentedBackward
from unet_desktop.engine.training.loss import segmentation_loss, targets
from unet_desktop.engine.training.replicas import DeviceBatch, Reduce
from unet_desktop.engine.training.train_state import TrainState
from unet_desktop.errors import TrainingError
from unet_desktop.plurals import quantity

_OUT_OF_MEMORY_TEXTS = ("out of memory", "can't allocate memory", "not enough memory", "alloc_failed")
"""What torch's CPU and MPS allocators and CUDA's libraries write into a plain RuntimeError."""


def compute_gradients(state: TrainState, batch: DeviceBatch) -> Generator[Message | StopPoint, None, Tensor]:
    """Set the parameters' gradients to those of the batch; returns its loss, a scalar on the device.

    When memory runs out, the batch is halved until it fits; so are all later ones.

    With several processes, one that fails within a step would leave the others waiting. So before the first step each
    process finds out for itself what fits.

    Raises:
        TrainingError: there is not enough memory for one picture.
    """
    several = distributed.world_size() > 1
    if not several or not state.progress.memory_checked:
        loss = yield from _halve_until_it_fits(state, batch, dry_run=several)
        state.progress.memory_checked = True
    if several:
        loss = yield from _accumulate_gradients(state, batch)
    return loss


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the error means that memory ran out, on the device or the host."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(text in str(error).lower() for text in _OUT_OF_MEMORY_TEXTS)


def out_of_memory_error(size: int) -> TrainingError:
    """The error to raise when not even one picture of that side in pixels fits."""
    return TrainingError(
        f"There is not enough memory to train on pictures of {size} pixels. Close other programs, or choose a smaller "
        "size or another preset. A model that was saved before is kept."
    )


def _halve_until_it_fits(
    state: TrainState, batch: DeviceBatch, *, dry_run: bool
) -> Generator[Message | StopPoint, None, Tensor]:
    progress, count = state.progress, len(batch[0])
    most_pieces = state.stage.batch_size // distributed.world_size()
    while True:
        loss = None
        try:
            loss = yield from (_dry_run if dry_run else _accumulate_gradients)(state, batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        if distributed.all_agree(loss is not None) and loss is not None:
            return loss
        if progress.pieces >= most_pieces:
            raise out_of_memory_error(state.stage.spec.size)
        # Outside the `except`: the exception keeps the failed step's graph alive.
        _free_memory(state.device)
        progress.pieces = min(most_pieces, 2 * progress.pieces)
        yield Message(
            f"Memory ran out, so each step of {quantity(count, 'picture')} is now processed "
            f"{-(-count // progress.pieces)} at a time. This takes longer, and results may differ slightly."
        )


def _accumulate_gradients(state: TrainState, batch: DeviceBatch) -> Generator[StopPoint, None, Tensor]:
    """Add up the gradients of the batch's pieces, each weighted by its pictures; returns the loss.

    Batch norm sees each piece by itself: with smaller pieces its statistics are noisier. With several processes, each
    has its share of every piece; gradients and loss are those of all.
    """
    state.optimiser.zero_grad()
    summed_loss = torch.zeros((), device=state.device.torch_device)
    pieces = state.progress.pieces
    for number, piece in enumerate(_split(batch, pieces), 1):
        pictures = len(piece[0])
        fraction = float(distributed.all_reduce_sum(torch.tensor(float(pictures)))) / state.stage.batch_size
        if state.replicas is not None and pictures >= state.replicas.count:
            steps = state.replicas.add_gradients(piece, partial(_loss, state), fraction)
        else:
            steps = _add_gradients(state, piece, fraction, last=number == pieces)
        summed_loss += yield from report_working(steps, state.stage.name)
    return distributed.all_reduce_sum(summed_loss)


def _add_gradients(
    state: TrainState, piece: DeviceBatch, fraction: float, *, last: bool
) -> Generator[None, None, Tensor]:
    """Add the gradients of a piece, in this thread; returns its loss times the fraction."""
    pictures, masks, corrected = piece
    segments = SegmentedBackward()
    with state.device.autocast(), nullcontext() if last else distributed.no_sync(state.ddp_network):
        logits = state.ddp_network(pictures, segments)
    loss = _loss(state, logits, masks, corrected, distributed.all_reduce_sum) * fraction
    yield
    # DistributedDataParallel averages the gradients over the processes; here they must be summed.
    yield from segments.backward(state.scaler.scale(loss * distributed.world_size()))
    return loss.detach()


def _loss(state: TrainState, logits: Tensor, masks: Tensor, corrected: Tensor, reduce_sum: Reduce) -> Tensor:
    wanted, weight = targets(
        masks, state.region_table, corrected, state.config.correction_weight, state.annotation_table
    )
    return segmentation_loss(logits, wanted, weight, reduce_sum)


def _dry_run(state: TrainState, batch: DeviceBatch) -> Generator[StopPoint, None, Tensor]:
    """Use as much memory as a step, without effects on other processes or on the next step."""
    loss = torch.zeros(())
    state.network.eval()  # batch norm then updates no statistics
    try:
        for pictures, masks, _ in _split(batch, state.progress.pieces):
            with state.device.autocast():
                logits = state.network(pictures)
            loss = segmentation_loss(
                logits, *targets(masks, state.region_table, annotation_table=state.annotation_table)
            )
            torch.autograd.backward(loss)
            yield StopPoint(state.stage.name)
    finally:
        state.network.train()
        state.optimiser.zero_grad()
    return loss.detach()


def _split(batch: DeviceBatch, pieces: int) -> Iterator[DeviceBatch]:
    pictures, masks, corrected = (tensor.tensor_split(pieces) for tensor in batch)
    return zip(pictures, masks, corrected, strict=True)


def _free_memory(device: Device) -> None:
    gc.collect()
    if device.kind == "cuda":
        torch.cuda.empty_cache()
    elif device.kind == "mps":
        torch.mps.empty_cache()
