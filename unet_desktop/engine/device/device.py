"""The device a network runs on: CUDA, Apple's GPU or the CPU, with the precision that is faster there."""

from __future__ import annotations

import os
import platform
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Literal

import torch
from torch import Tensor, nn

from unet_desktop.engine.device.benchmark_cache import measure_once
from unet_desktop.errors import TrainingError
from unet_desktop.plurals import quantity

DeviceKind = Literal["cuda", "mps", "cpu"]

_REPEATS = 7


@dataclass(frozen=True, slots=True)
class Device:
    """A device to compute on.

    Attributes:
        kind: see `DeviceKind`.
        half: a 16-bit floating-point type, if the device computes faster with it, or None.
        threads: CPU threads for torch.
    """

    kind: DeviceKind
    half: torch.dtype | None
    threads: int

    @property
    def torch_device(self) -> torch.device:
        """The device as torch names it."""
        return torch.device(self.kind)

    @property
    def memory_format(self) -> torch.memory_format:
        """Channels last is faster on CPUs and on GPUs with tensor cores."""
        return torch.contiguous_format if self.kind == "mps" else torch.channels_last

    def move(self, tensor: Tensor) -> Tensor:
        """The tensor on the device. To CUDA it is copied asynchronously, from pinned memory."""
        if self.kind == "cuda":
            return tensor.pin_memory().to(self.torch_device, non_blocking=True)
        return tensor.to(self.torch_device)

    def autocast(self) -> AbstractContextManager[object]:
        """A context that computes with `half`, if the device has one."""
        if self.half is None:
            return nullcontext()
        return torch.autocast(self.kind, dtype=self.half)


class AsyncScalar:
    """A device scalar that is copied to the host asynchronously.

    `float(tensor)` on CUDA waits for everything queued so far; this waits only for the scalar itself.

    Args:
        value: one number, on any device.
    """

    def __init__(self, value: Tensor) -> None:
        self._value = value.detach()
        self._copied: torch.cuda.Event | None = None
        if value.device.type == "cuda":
            self._value = self._value.to("cpu", non_blocking=True)  # into pinned memory
            self._copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self._copied.record()

    def read(self) -> float:
        """The number; waits until it has been computed and copied."""
        if self._copied is not None:
            self._copied.synchronize()
        return float(self._value)


def choose(name: str = "auto") -> Device:
    """The device of that name; "auto" is the first available of CUDA, Apple's GPU, CPU.

    Args:
        name: "auto", "cuda", "mps" or "cpu".

    Raises:
        TrainingError: there is no such device.
    """
    threads = _usable_cores()
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if name == "cuda" and torch.cuda.is_available():
        return Device("cuda", torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16, threads)
    if name == "mps" and torch.backends.mps.is_available():
        return Device("mps", None, threads)
    if name == "cpu":
        return Device("cpu", torch.bfloat16 if _bfloat16_is_faster() else None, threads)
    raise TrainingError(f'The device "{name}" is not available on this computer; choose auto or cpu.')


def describe(device: Device) -> str:
    """One sentence for the window and the doctor."""
    if device.kind == "cuda":
        return f"Computing on {torch.cuda.get_device_name()} with {_name(device.half)}."
    if device.kind == "mps":
        return "Computing on Apple's GPU with float32."
    cores = quantity(device.threads, "thread")
    return f"Computing on the CPU ({_cpu_name()}) with {cores} and {_name(device.half)}."


def prepare(device: Device, workers: int = 1) -> None:
    """Set torch's number of CPU threads; call it in the thread that will compute.

    Args:
        device: whose threads to use.
        workers: how many threads compute at once and share the device's threads.
    """
    torch.set_num_threads(max(1, device.threads // workers))


def move_network(network: nn.Module, device: Device) -> nn.Module:
    """Move the network to the device, in the memory format that is faster there; returns it."""
    for tensors in (network.parameters(), network.buffers()):
        for tensor in tensors:
            data = tensor.data.to(device.torch_device)
            tensor.data = data.contiguous(memory_format=device.memory_format) if data.dim() == 4 else data
    return network


def seed_everything(seed: int) -> None:
    """Seed torch's generators; numpy's are created where they are used and passed on.

    On a CPU the same seed gives the same model. A GPU sums the gradients of upsampling in no fixed order, so that two
    runs differ in the last digits, and after some epochs visibly.
    """
    torch.manual_seed(seed)


@cache
def _cpu_has_bfloat16() -> bool:
    """Whether the CPU has bfloat16 instructions; otherwise oneDNN emulates them, more slowly than float32."""
    capabilities = torch.backends.cpu.get_cpu_capability()
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    has = any(bool(getattr(torch.cpu, probe, lambda: False)()) for probe in probes)
    return has and "AVX512" in capabilities


@cache
def _bfloat16_is_faster() -> bool:
    """Measured once per computer: some CPUs have the instructions, but slow ones."""
    return _cpu_has_bfloat16() and measure_once("bfloat16 is faster", _measure_bfloat16)


def _measure_bfloat16() -> bool:
    """Whether a typical convolution of the networks is faster; compares the best of several runs."""
    best = {}
    for dtype in (torch.float32, torch.bfloat16):
        convolve = nn.Conv2d(64, 64, 3, padding=1, dtype=dtype)
        convolve.weight.data = convolve.weight.data.contiguous(memory_format=torch.channels_last)
        planes = torch.zeros(1, 64, 128, 128, dtype=dtype).contiguous(memory_format=torch.channels_last)
        times = []
        with torch.inference_mode():
            for _ in range(_REPEATS):
                started = time.perf_counter()
                convolve(planes)
                times.append(time.perf_counter() - started)
        best[dtype] = min(times)
    return best[torch.bfloat16] < best[torch.float32]


@cache  # `prepare` changes the number that torch reports
def _usable_cores() -> int:
    """Cores that this process may use; hyper-threads slow torch down, so each core counts once."""
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Windows and macOS
        usable = os.cpu_count() or 1
    return max(1, min(usable, torch.get_num_threads()))


def _cpu_name() -> str:
    return platform.processor() or platform.machine() or "unknown"


def _name(dtype: torch.dtype | None) -> str:
    return str(dtype or torch.float32).removeprefix("torch.")
