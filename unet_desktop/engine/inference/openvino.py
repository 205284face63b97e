"""Runs OpenVINO where it is installed, faster than torch, and agrees with it."""

from __future__ import annotations

import logging
import sys
import threading
import time
import warnings
from collections.abc import Callable
from functools import cache
from importlib import metadata
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from unet_desktop.engine.data.preprocess import to_input
from unet_desktop.engine.device.benchmark_cache import measure_once
from unet_desktop.engine.device.device import Device
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.masks.synthetic import synthetic_fundus

log = logging.getLogger("unet.openvino")

Forward = Callable[[Tensor], Tensor]
"""(N, 3, h, w) planes to (N, R, h, w) logits."""

AGREEMENT = 0.999
"""Dice of masks that are equal up to rounding."""
_REPEATS = 3
_GAIN = 0.98
"""OpenVINO is used only if it takes at most this share of torch's time."""


def compile_if_faster(network: nn.Module, plain: Forward, spec: NetworkSpec, device: Device) -> Forward | None:
    """A forward pass by OpenVINO, or None if torch's should be used.

    Whether it is faster is measured once on each computer; whether it agrees, every time.

    Args:
        network: folded and fused, float32, on the CPU.
        plain: the same network's forward pass by torch, as it would be used.
        spec: of the network.
        device: where it runs; OpenVINO is used for CPUs only.
    """
    version = _version()
    if version is None or device.kind != "cpu":
        return None
    planes = to_input(synthetic_fundus(1, spec.size).pixels[None], spec, device)
    compiled = cache(lambda: compile_openvino(network, planes, device))

    def is_faster() -> bool:
        return _seconds(compiled(), planes) < _GAIN * _seconds(plain, planes.to(device.half or torch.float32))

    precision = str(device.half or torch.float32).removeprefix("torch.")
    what = f"{spec.kind} of width {spec.width}, {spec.size} px, {precision}, {device.threads} threads"
    try:
        if not measure_once(f"OpenVINO {version} is faster with weights summed: {what}", is_faster):
            return None
        with torch.inference_mode():
            wanted = network(planes)
            ours, theirs = (_agreement(forward(planes), wanted) for forward in (_in(device, plain), compiled()))
    except Exception:  # an optional library must not stop the work
        log.exception("OpenVINO %s failed, so torch is used", version)
        return None
    if theirs < min(AGREEMENT, ours):
        log.warning("OpenVINO %s disagrees (Dice %.4f, torch %.4f), so torch is used", version, theirs, ours)
        return None
    return compiled()


def compile_openvino(network: nn.Module, planes: Tensor, device: Device) -> Forward:
    """Compile the network with OpenVINO, for inputs of any size that the network accepts.

    Args:
        network: folded, float32, on the CPU.
        planes: (1, 3, h, w) float32, an example.
        device: its threads and its precision.
    """
    # Its telemetry is never loaded, and `convert_model`, which would call it, is not used: nothing leaves the computer.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None: importing it fails
    import openvino
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # tracing fixes the padding, which is the same for all sizes in use
        traced = torch.jit.trace(network, planes, check_trace=False)  # type: ignore[no-untyped-call]
        frontend = FrontEndManager().load_by_framework("pytorch")
        decoder = TorchScriptPythonDecoder(traced, example_input=planes)  # must live until the conversion is done
        model = frontend.convert(frontend.load(decoder))
    model.reshape({0: openvino.PartialShape([-1, planes.shape[1], -1, -1])})
    settings = {
        "INFERENCE_PRECISION_HINT": "bf16" if device.half is torch.bfloat16 else "f32",
        "INFERENCE_NUM_THREADS": device.threads,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,  # the window shares the cores
    }
    compiled: Any = openvino.Core().compile_model(model, "CPU", settings)
    own = threading.local()  # a request serves one thread at a time

    def forward(planes: Tensor) -> Tensor:
        if not hasattr(own, "request"):
            own.request = compiled.create_infer_request()
        outputs = own.request.infer({0: np.ascontiguousarray(planes.float().numpy())})
        return torch.from_numpy(next(iter(outputs.values())).copy())

    return forward


def _version() -> str | None:
    try:
        return metadata.version("openvino")
    except metadata.PackageNotFoundError:
        return None


def _in(device: Device, forward: Forward) -> Forward:
    return lambda planes: forward(planes.to(device.half or torch.float32))


def _seconds(forward: Forward, planes: Tensor) -> float:
    times = []
    with torch.inference_mode():
        for _ in range(1 + _REPEATS):  # the first also allocates
            started = time.perf_counter()
            forward(planes)
            times.append(time.perf_counter() - started)
    return min(times[1:])


def _agreement(logits: Tensor, wanted: Tensor) -> float:
    """Dice of the two masks over all regions; 1 where both are empty."""
    ours, theirs = logits.float() > 0, wanted.float() > 0
    total = int(ours.sum()) + int(theirs.sum())
    return 2 * int((ours & theirs).sum()) / total if total else 1.0
