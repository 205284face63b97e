"""The bright disc: found in a lit field, not at its border; nothing in what is even or all noise."""

from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.images.bright_disc import find_bright_disc


def fundus(x: float, y: float, radius: float, size: int = 600) -> np.ndarray:
    """(H, W, 3) uint8: a round field, lit unevenly and with a bright rim, with a disc whose middle is brightest."""
    rows, columns = np.mgrid[:size, :size] + 0.5
    from_middle = np.hypot(rows - size / 2, columns - size / 2) / (size / 2)
    light = 70 + 40 * columns / size
    from_disc = np.hypot(rows - y, columns - x) / radius
    light = np.where(from_disc < 1, light + 60 - 30 * from_disc, light)
    light = np.where(from_middle > 0.97, 240, light)
    light = np.where(from_middle > 0.99, 0, light)
    noise = np.random.default_rng(0).normal(0, 4, light.shape)
    grey = np.clip(light + noise * (light > 0), 0, 255)
    return np.stack([grey, grey * 0.6, grey * 0.3], axis=2).astype(np.uint8)


@pytest.mark.parametrize(("x", "y", "radius"), [(150, 280, 30), (420, 320, 45), (300, 300, 150)])
def test_a_disc_is_found_whole(x: int, y: int, radius: int) -> None:
    box = find_bright_disc(fundus(x, y, radius))
    assert box is not None
    assert abs((box.left + box.right) / 2 - x) < 0.4 * radius
    assert abs((box.top + box.bottom) / 2 - y) < 0.4 * radius
    assert 0.6 * 2 * radius < box.width < 2 * 2 * radius


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((200, 300, 3), np.uint8),
        np.full((200, 300, 3), 120, np.uint8),
        np.random.default_rng(0).integers(100, 140, (200, 300, 3)).astype(np.uint8),
        np.full((1, 1, 3), 200, np.uint8),
        np.full((2, 900, 3), 200, np.uint8),
    ],
)
def test_where_nothing_stands_out_nothing_is_found(picture: np.ndarray) -> None:
    assert find_bright_disc(picture) is None
