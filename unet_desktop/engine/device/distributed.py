"""The processes that train one network together, as torchrun started them. Alone, all of this does nothing.

Each process works on its share of every batch. What decides anything (losses, figures, memory that ran out) is added
up over all of them first, so that all decide alike; and a batch gives what it gives in one process, to rounding.
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

_TIMEOUT = timedelta(hours=12)
"""How long a process waits for another that lives: the first one measures the finished model while the rest wait."""
_LOST = ("connection closed", "connection reset", "broken pipe", "timed out waiting", "connection refused")
"""What gloo and NCCL say when a process has gone."""

Item = TypeVar("Item")


def join(device: str) -> None:
    """Meet the other processes of this training, under the address that torchrun gave all of them.

    Args:
        device: "auto", "cpu" or "cuda"; with CUDA each process of a computer takes the GPU of its number.

    Raises:
        TrainingError: this device cannot be shared out, there are too few, or nobody answers.
    """
    # Of depthwise weights, whose gradients oneDNN lays out in its own way: no error, and nothing a user can do.
    warnings.filterwarnings("ignore", message="Grad strides do not match bucket view strides")
    cuda = device == "cuda" or (device == "auto" and torch.cuda.is_available())
    if cuda:
        at, there = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
        if at >= there:
            raise TrainingError(f"There are {there} GPUs for {at + 1} processes or more; start one process a GPU.")
        torch.cuda.set_device(at)
    elif device not in ("auto", "cpu"):
        raise TrainingError(f'Several processes cannot train on "{device}"; choose cuda or cpu.')
    try:
        distributed.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo", timeout=_TIMEOUT)
    except (RuntimeError, ValueError) as error:
        raise TrainingError(f"The processes of this training do not find each other: {error}") from error


def leave() -> None:
    """Part from the others."""
    if _is_joined():
        distributed.destroy_process_group()


def exit_process() -> NoReturn:
    """End this process, which has done its part and written everything, at once.

    In Python's orderly end threads of Gloo abort the process now and then, for which torchrun would end the others.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def world_size() -> int:
    """How many processes train together; 1 when alone."""
    return distributed.get_world_size() if _is_joined() else 1


def rank() -> int:
    """Which one this is, from 0; the first alone writes files."""
    return distributed.get_rank() if _is_joined() else 0


def is_first() -> bool:
    """Whether this process writes and tells."""
    return rank() == 0


def shard(items: Sequence[Item]) -> Sequence[Item]:
    """This process's share of what all of them have in the same order."""
    return items[rank() :: world_size()]


def all_reduce_sum(value: Tensor) -> Tensor:
    """The sum over all processes; no gradient goes through it."""
    if world_size() == 1:
        return value
    summed = value.detach().clone()
    distributed.all_reduce(summed)
    return summed


def all_gather(value: Tensor) -> list[Tensor]:
    """Every process's value, in order; all of one shape and type."""
    if world_size() == 1:
        return [value]
    values = [torch.empty_like(value) for _ in range(world_size())]
    distributed.all_gather(values, value.contiguous())
    return values


def all_agree(yes: bool) -> bool:
    """Whether every process says yes."""
    return int(all_reduce_sum(torch.tensor(int(yes)))) == world_size()


def gather_json(items: Sequence[Item]) -> Sequence[Item]:
    """What each process found for its share (`mine`), as plain data, in the order of the whole."""
    if world_size() == 1:
        return items
    shares = [json.loads(text) for text in _gather_texts(json.dumps(list(items)))]
    longest = max(len(share) for share in shares)
    return [share[at] for at in range(longest) for share in shares if at < len(share)]


def require_equal(text: str, what: str) -> None:
    """All processes must have the same.

    Raises:
        TrainingError: another process has another one.
    """
    if world_size() > 1 and len(set(_gather_texts(text))) > 1:
        raise TrainingError(f"The processes of this training do not see the same {what}; let all read the same files.")


def broadcast(data: Any) -> None:
    """Give plain data to the other processes, which wait for it in `told`."""
    text = json.dumps(data).encode()
    distributed.broadcast(torch.tensor([len(text)]), 0)
    distributed.broadcast(_byte_tensor(text), 0)


def receive() -> Any:
    """Wait for what the first process tells."""
    distributed.broadcast(length := torch.zeros(1, dtype=torch.int64), 0)
    distributed.broadcast(text := torch.zeros(int(length), dtype=torch.uint8), 0)
    return json.loads(text.numpy().tobytes())


def wrap_network(network: nn.Module) -> nn.Module:
    """What to call in a step so that gradients are averaged over the processes; the weights become the first one's."""
    return network if world_size() == 1 else DistributedDataParallel(network)


def no_sync(network: nn.Module) -> AbstractContextManager[object]:
    """A forward pass in it leaves its gradients to be averaged together with those of a later one."""
    return network.no_sync() if isinstance(network, DistributedDataParallel) else nullcontext()


def is_peer_lost(error: BaseException) -> bool:
    """Whether the error means that another process has gone."""
    return isinstance(error, RuntimeError) and _is_joined() and any(saying in str(error).lower() for saying in _LOST)


def _is_joined() -> bool:
    return distributed.is_available() and distributed.is_initialized()


def _gather_texts(text: str) -> list[str]:
    """Every process's text, in order."""
    data = text.encode()
    lengths = [int(length) for length in all_gather(torch.tensor(len(data)))]
    padded = _byte_tensor(data.ljust(max(lengths)))
    return [some.numpy()[:length].tobytes().decode() for some, length in zip(all_gather(padded), lengths, strict=True)]


def _byte_tensor(data: bytes) -> Tensor:
    return torch.frombuffer(bytearray(data), dtype=torch.uint8)
