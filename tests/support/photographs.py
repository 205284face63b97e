"""Pictures with a texture of their own, as photographs of different eyes have."""

from __future__ import annotations

import numpy as np

from unet_desktop.images.opencv import cv2


def texture(seed: int, size: tuple[int, int] = (240, 300)) -> np.ndarray:
    """(H, W, 3) uint8: dark winding lines on uneven light, others for each seed."""
    rng = np.random.default_rng(seed)
    height, width = size
    picture = np.full(size, 150, np.uint8)
    for _ in range(14):
        points = np.cumsum(rng.normal(0, 22, (12, 2)), axis=0) + rng.uniform(0, 1, 2) * (width, height)
        cv2.polylines(picture, [points.astype(np.int32)], False, int(rng.integers(60, 110)), int(rng.integers(2, 5)))
    light = cv2.resize(rng.uniform(0.7, 1.2, (4, 4)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    shaded = np.clip(cv2.GaussianBlur(picture, (0, 0), 1.0) * light, 25, 255).astype(np.uint8)
    return np.stack([shaded, (shaded * 0.8).astype(np.uint8), (shaded * 0.5).astype(np.uint8)], axis=-1)
