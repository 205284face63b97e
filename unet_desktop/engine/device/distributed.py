"""The processes that train one network together, as started by torchrun; in a single process all of this does nothing.

Each process works on its share of every batch. Everything that decides something (losses, metrics, whether memory ran
out) is first summed over all processes, so that all decide alike. A batch gives the same result as in one process, up
to rounding.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any, NoReturn, TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from unet_desktop.errors import TrainingError
from unet_desktop.plurals import quantity

_TIMEOUT = timedelta(hours=12)
"""How long a process waits for one that is alive: the others wait while the first evaluates the finished model."""
_LOST_PEER_TEXTS = (
    "connection closed",
    "connection reset",
    "broken pipe",
    "timed out waiting",
    "connection refused",
)
"""What gloo and NCCL say when a process has gone."""

Item = TypeVar("Item")


def join(device: str) -> None:
    """Join the process group, at the address that torchrun gave to all processes.

    Args:
        device: "auto", "cpu" or "cuda". With CUDA each process of a computer takes the GPU of its local rank.

    Raises:
        TrainingError: the device cannot be shared, there are too few GPUs, or no other process answers.
    """
    # From depthwise weights, whose gradients oneDNN lays out in its own way: no error, and nothing a user can do.
    warnings.filterwarnings("ignore", message="Grad strides do not match bucket view strides")
    cuda = device == "cuda" or (device == "auto" and torch.cuda.is_available())
    if cuda:
        local_rank, gpus = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
        if local_rank >= gpus:
            raise TrainingError(
                f"There {'is' if gpus == 1 else 'are'} {quantity(gpus, 'GPU')} for {local_rank + 1} or more processes; "
                "start one process per GPU."
            )
        torch.cuda.set_device(local_rank)
    elif device not in ("auto", "cpu"):
        raise TrainingError(f'Several processes cannot train on "{device}"; choose cuda or cpu.')
    try:
        distributed.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo", timeout=_TIMEOUT)
    except (RuntimeError, ValueError) as error:
        raise TrainingError(f"The processes of this training cannot find each other: {error}") from error


def leave() -> None:
    """Leave the process group."""
    if _is_joined():
        distributed.destroy_process_group()


def exit_process() -> NoReturn:
    """End this process, which has done its part and written everything, at once.

    In Python's orderly exit, Gloo's threads sometimes abort the process, and torchrun would then end the others.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def world_size() -> int:
    """How many processes train together; 1 when alone."""
    return distributed.get_world_size() if _is_joined() else 1


def rank() -> int:
    """The number of this process, from 0."""
    return distributed.get_rank() if _is_joined() else 0


def is_first() -> bool:
    """Whether this process writes the files and reports progress."""
    return rank() == 0


def shard(items: Sequence[Item]) -> Sequence[Item]:
    """This process's share of a sequence that all processes have in the same order."""
    return items[rank() :: world_size()]


def all_reduce_sum(value: Tensor) -> Tensor:
    """The sum over all processes; no gradient flows through it."""
    if world_size() == 1:
        return value
    result = value.detach().clone()
    distributed.all_reduce(result)
    return result


def all_gather(value: Tensor) -> list[Tensor]:
    """Every process's value, by rank; all of one shape and dtype."""
    if world_size() == 1:
        return [value]
    values = [torch.empty_like(value) for _ in range(world_size())]
    distributed.all_gather(values, value.contiguous())
    return values


def all_agree(yes: bool) -> bool:
    """Whether every process says yes."""
    return int(all_reduce_sum(torch.tensor(int(yes)))) == world_size()


def gather_json(items: Sequence[Item]) -> Sequence[Item]:
    """The results of all processes for their shares (`shard`), as plain data, in the order of the whole sequence."""
    if world_size() == 1:
        return items
    shares = [json.loads(text) for text in _gather_texts(json.dumps(list(items)))]
    longest = max(len(share) for share in shares)
    return [share[index] for index in range(longest) for share in shares if index < len(share)]


def require_equal(text: str, what: str) -> None:
    """Check that all processes have the same text.

    Raises:
        TrainingError: another process has a different one.
    """
    if world_size() > 1 and len(set(_gather_texts(text))) > 1:
        raise TrainingError(f"The processes of this training do not see the same {what}; let all read the same files.")


def broadcast(data: Any) -> None:
    """Send plain data from the first process to the others, which wait for it in `receive`."""
    text = json.dumps(data).encode()
    distributed.broadcast(torch.tensor([len(text)]), 0)
    distributed.broadcast(_byte_tensor(text), 0)


def receive() -> Any:
    """Wait for what the first process broadcasts."""
    distributed.broadcast(length := torch.zeros(1, dtype=torch.int64), 0)
    distributed.broadcast(text := torch.zeros(int(length), dtype=torch.uint8), 0)
    return json.loads(text.numpy().tobytes())


def wrap_network(network: nn.Module) -> nn.Module:
    """The module to call in a step, so that gradients are averaged over the processes; rank 0's weights are copied."""
    return network if world_size() == 1 else DistributedDataParallel(network)


def no_sync(network: nn.Module) -> AbstractContextManager[object]:
    """A context in which a forward pass leaves its gradients to be averaged together with those of a later one."""
    return network.no_sync() if isinstance(network, DistributedDataParallel) else nullcontext()


def is_peer_lost(error: BaseException) -> bool:
    """Whether the error means that another process has gone."""
    text = str(error).lower()
    return isinstance(error, RuntimeError) and _is_joined() and any(part in text for part in _LOST_PEER_TEXTS)


def _is_joined() -> bool:
    return distributed.is_available() and distributed.is_initialized()


def _gather_texts(text: str) -> list[str]:
    """Every process's text, by rank."""
    data = text.encode()
    lengths = [int(length) for length in all_gather(torch.tensor(len(data)))]
    padded = _byte_tensor(data.ljust(max(lengths)))
    gathered = zip(all_gather(padded), lengths, strict=True)
    return [tensor.numpy()[:length].tobytes().decode() for tensor, length in gathered]


def _byte_tensor(data: bytes) -> Tensor:
    return torch.frombuffer(bytearray(data), dtype=torch.uint8)
