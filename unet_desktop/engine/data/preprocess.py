"""The one way from pixels to a network's input and from its output back, for training, window and folder runs."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unet_desktop.engine.device.device import Device
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.images.opencv import cv2

MIN_DEVIATION = 1.0
"""Of 0..255, so that a uniform picture stays uniform."""


def to_input(pictures: NDArray[np.uint8], spec: NetworkSpec, device: Device) -> Tensor:
    """(N, h, w, 3) uint8 RGB to (N, 3, h, w) float32 on the device, normalised as the network expects."""
    planes = device.move(torch.from_numpy(np.ascontiguousarray(pictures))).permute(0, 3, 1, 2)
    planes = planes.to(torch.float32, memory_format=device.memory_format)
    return normalise(planes, spec)


def normalise(planes: Tensor, spec: NetworkSpec) -> Tensor:
    """Normalise (N, 3, h, w) float32 planes of 0..255 as the network expects."""
    if not spec.by_picture:
        return (planes - spec.mean) / spec.deviation
    deviation, mean = torch.std_mean(planes, dim=(2, 3), correction=0, keepdim=True)
    return (planes - mean) / deviation.clamp(min=MIN_DEVIATION)


def to_probabilities(logits: Tensor) -> NDArray[np.float32]:
    """(N, R, h, w) logits on any device to probabilities 0..1, float32, on the host."""
    # Contiguous planes: all later work is on whole planes, and several times as fast as with channels last.
    probabilities: NDArray[np.float32] = torch.sigmoid(logits.float().contiguous()).cpu().numpy()
    return probabilities


def downscale(pixels: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """Reduce an (h, w, 3) uint8 picture to at most `longest` pixels on its longer side, averaging over area."""
    height, width = downscaled_size(pixels.shape[0], pixels.shape[1], longest)
    if (height, width) == pixels.shape[:2]:
        return pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def downscaled_size(height: int, width: int, longest: int) -> tuple[int, int]:
    """(height, width) of `downscale`'s result."""
    scale = min(1.0, longest / max(height, width, 1))
    return max(1, round(height * scale)), max(1, round(width * scale))
