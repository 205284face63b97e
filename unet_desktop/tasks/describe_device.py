"""What this computer computes with, as an event, because finding out loads torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeviceFound:
    """One sentence about the device that "auto" means here."""

    text: str


def describe_device() -> Iterator[DeviceFound]:
    """Yield one sentence; the first call takes a second or two."""
    from unet_desktop.engine import device  # loads torch

    yield DeviceFound(device.describe(device.choose()))
