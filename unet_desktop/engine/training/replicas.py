"""Copies of a network that compute their shares of a batch at the same time, each on its own CPU cores.

Torch divides each operation among its threads, which then wait for each other hundreds of times in a step. A small
network's operations are so short that most of the time is spent waking threads up. Here each thread runs the whole
network on its share of the pictures, and waits only where a batch norm needs the statistics of all.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import torch
from torch import Tensor, nn

from unet_desktop.engine.device.device import Device, prepare
from unet_desktop.engine.inference.predictor import run_to_end
from unet_desktop.engine.networks.segmented_backward import SegmentedBackward
from unet_desktop.engine.networks.sync_batch_norm import sync_batch_norms

DeviceBatch = tuple[Tensor, Tensor, Tensor]
"""On the device: (N, 3, s, s) float32 pictures; (N, s, s) uint8 masks; (N, s, s) uint8, 1 where they were corrected."""

Reduce = Callable[[Tensor], Tensor]
Loss = Callable[[Tensor, Tensor, Tensor, Reduce], Tensor]
"""Of a share's logits, masks and corrected pixels, given what sums a number over all shares."""


class _StoppedError(Exception):
    """The step was given up, here or in another thread."""


class Replicas:
    """Copies of a network that share its parameters and batch norm statistics, one for each thread.

    Batch norm uses the statistics of all shares, so that the gradients are those of the whole batch, up to rounding.

    Args:
        network: being trained, on the CPU; it must not be replaced, only changed in place.
        device: whose threads are divided among the replicas.
        count: how many replicas, 2 or more.
    """

    def __init__(self, network: nn.Module, device: Device, count: int) -> None:
        self._network, self._device = network, device
        self._group = _ThreadGroup(count)
        self._stopping = False
        self._replicas = [_replicate(network, self._group.member(rank)) for rank in range(count)]
        self._pool = ThreadPoolExecutor(count - 1, "replica", prepare, (device, count))

    @property
    def count(self) -> int:
        """How many replicas there are."""
        return len(self._replicas)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def add_gradients(self, batch: DeviceBatch, loss: Loss, fraction: float) -> Generator[None, None, Tensor]:
        """Add the gradients of a batch to the network's; returns its loss times the fraction, a scalar.

        The first replica runs in the calling thread. Yields after each of its segments; closing the generator makes the
        other threads stop at their next one.

        Args:
            batch: of at least as many pictures as there are replicas.
            loss: of each share; the shares' losses add up to that of the batch.
            fraction: factor of the loss.

        Raises:
            RuntimeError, MemoryError: what a thread raised, for instance because memory ran out.
        """
        self._stopping = False
        self._group.reset()
        shares = list(zip(*(tensor.tensor_split(self.count) for tensor in batch), strict=True))
        work = [self._work(rank, share, loss, fraction) for rank, share in enumerate(shares)]
        others = [self._pool.submit(run_to_end, steps) for steps in work[1:]]
        prepare(self._device, self.count)
        losses: list[Tensor] = []
        try:
            losses.append((yield from work[0]))
        except _StoppedError:
            pass  # another thread failed: its error is raised below
        except BaseException:
            self._stopping = True
            raise
        finally:
            wait(others)
            prepare(self._device)
        losses += _results(others)
        self._collect_gradients()
        return torch.stack(losses).sum()

    def _work(self, rank: int, share: DeviceBatch, loss: Loss, fraction: float) -> Generator[None, None, Tensor]:
        """Compute a replica's gradients; returns its share of the loss."""
        pictures, masks, corrected = share
        replica, segments = self._replicas[rank], SegmentedBackward()
        try:
            with self._device.autocast():
                logits = replica(pictures, segments)
            yield
            value = loss(logits, masks, corrected, self._group.member(rank).all_reduce_sum) * fraction
            for _ in segments.backward(value):
                yield
                if self._stopping:
                    raise _StoppedError
        except BaseException:
            self._group.abort()  # the others would wait for this one
            raise
        return value.detach()

    def _collect_gradients(self) -> None:
        """Add the replicas' gradients to the network's, always in the same order."""
        for own, *shared in zip(
            self._network.parameters(), *(replica.parameters() for replica in self._replicas), strict=True
        ):
            for parameter in shared:
                if parameter.grad is not None:
                    own.grad = parameter.grad if own.grad is None else own.grad.add_(parameter.grad)
                    parameter.grad = None


class _ThreadGroup:
    """Lets a fixed number of threads exchange tensors; all must take part in each exchange, in the same order."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._barrier = threading.Barrier(count)
        # Used in turn: a thread that is one exchange ahead must not overwrite what the others have still to read.
        self._slots: list[list[Tensor | None]] = [[None] * count, [None] * count]
        self._exchanges = [0] * count

    def member(self, rank: int) -> Member:
        """What the thread of that number exchanges through."""
        return Member(self, rank)

    def reset(self) -> None:
        """Forget an aborted step; no thread may be waiting."""
        self._barrier.reset()
        self._exchanges = [0] * self._count

    def abort(self) -> None:
        """Make all threads that wait, or will wait, fail."""
        self._barrier.abort()

    def exchange(self, rank: int, value: Tensor) -> list[Tensor]:
        slots = self._slots[self._exchanges[rank] % 2]
        self._exchanges[rank] += 1
        slots[rank] = value
        try:
            self._barrier.wait()
        except threading.BrokenBarrierError as error:
            raise _StoppedError from error
        return [value for value in slots if value is not None]


class Member:
    """One thread of a group."""

    def __init__(self, group: _ThreadGroup, rank: int) -> None:
        self._group, self.rank = group, rank

    def all_gather(self, value: Tensor) -> list[Tensor]:
        """Every thread's value, by rank."""
        return self._group.exchange(self.rank, value.detach())

    def all_reduce_sum(self, value: Tensor) -> Tensor:
        """The sum over all threads; no gradient flows through it."""
        return torch.stack(self.all_gather(value)).sum(0)


def _replicate(network: nn.Module, member: Member) -> nn.Module:
    """A copy that shares the network's parameters and buffers, but has gradients of its own."""
    replica = copy.deepcopy(network)
    for copied, own in zip(replica.parameters(), network.parameters(), strict=True):
        copied.data = own.data
    for copied_module, own_module in zip(replica.modules(), network.modules(), strict=True):
        copied_module._buffers.update(own_module._buffers)
    sync_batch_norms(replica, member, updates=member.rank == 0)
    return replica.train()


def _results(futures: Sequence[Future[Tensor]]) -> list[Tensor]:
    errors = [error for future in futures if (error := future.exception()) is not None]
    for error in errors:
        if not isinstance(error, _StoppedError):
            raise error
    return [future.result() for future in futures]
