"""EnhancedImage: large pictures are never worked on while the window waits; what is late or stale is not shown."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from unet_desktop.gui.canvas import enhanced_image
from unet_desktop.gui.canvas.enhanced_image import AT_ONCE, EnhancedImage
from unet_desktop.images.display import NEUTRAL, Channel, Look, apply_local

CLAHE = Look(clahe=3.0)
PICTURE = np.random.default_rng(5).integers(0, 256, (1400, 2100, 3), np.uint8)


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Pixels of every local step that the window waited for."""
    found: list[int] = []

    def noting(pixels, look, reduction=0):
        if threading.current_thread() is threading.main_thread():
            found.append(pixels.shape[0] * pixels.shape[1])
        return apply_local(pixels, look, reduction)

    monkeypatch.setattr(enhanced_image, "apply_local", noting)
    return found


def make(pixels=PICTURE, look=CLAHE) -> tuple[EnhancedImage, list[int]]:
    told: list[int] = []
    made = EnhancedImage(lambda: told.append(1))
    made.set_pixels(pixels)
    made.set_look(look)
    return made, told


def test_a_coarser_one_stands_in_until_the_thread_is_done(qtbot, waited: list[int]) -> None:
    made, told = make()
    first = made.level(0)
    assert first.shape[0] < PICTURE.shape[0]
    qtbot.waitUntil(lambda: bool(told))
    assert (made.level(0) == apply_local(PICTURE, CLAHE)).all()
    assert waited
    assert max(waited) <= AT_ONCE


def test_another_look_meanwhile(qtbot, waited: list[int]) -> None:
    made, told = make()
    made.level(0)
    made.set_look(Look(Channel.RED_FREE, clahe=3.0))
    qtbot.waitUntil(lambda: bool(told))
    assert made.level(0).ndim == 2
    qtbot.waitUntil(lambda: len(told) == 2)
    assert made.level(0).shape == PICTURE.shape[:2]


def test_another_picture_meanwhile(qtbot) -> None:
    made, told = make()
    made.level(0)
    made.set_pixels(PICTURE[::-1].copy())
    qtbot.waitUntil(lambda: bool(told))
    made.level(0)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert (made.level(0) == apply_local(PICTURE[::-1].copy(), CLAHE)).all()


def test_no_picture_any_more(qtbot) -> None:
    made, told = make()
    made.level(0)
    made.set_pixels(None)
    qtbot.waitUntil(lambda: bool(told))
    assert made.pixels is None


def test_what_needs_no_neighbours_is_there_at_once(waited: list[int]) -> None:
    made, _ = make(look=Look(Channel.RED_FREE))
    assert (made.level(0) == PICTURE[:, :, 1]).all()
    made.set_look(NEUTRAL)
    assert made.level(0) is PICTURE
    assert made.level(1).shape == (700, 1050, 3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (3, 2)])
def test_tiny_pictures(shape: tuple[int, int]) -> None:
    made, _ = make(np.full((*shape, 3), 90, np.uint8), Look(clahe=2.0, sharpen=1.0))
    for level in range(7):
        assert made.level(level).size >= 3
