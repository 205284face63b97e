"""What this computer computes with, as an event, because finding out loads torch."""

from __future__ import annotations

from collections.abc import Iterator

from unet_desktop.engine.device.warm_up import warm_up
from unet_desktop.tasks.events import DeviceFound


def describe_device() -> Iterator[DeviceFound]:
    """Yield one sentence; the first call takes some seconds, after which a training starts without delay."""
    warm_up()
    from unet_desktop.engine.device import device

    yield DeviceFound(device.describe(device.choose()))
