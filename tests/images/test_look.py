"""Looks: neutral ones change nothing, none changes the picture itself, and each part does what it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.images.display import NEUTRAL, Channel, Look, apply_local, apply_tones

LOOKS = st.builds(
    Look,
    channel=st.sampled_from(Channel),
    clahe=st.sampled_from([0.0, 2.0, 10.0]),
    brightness=st.floats(-1, 1),
    contrast=st.floats(-1, 1),
    gamma=st.floats(0.2, 5),
    sharpen=st.sampled_from([0.0, 0.7, 2.0]),
)


def noise(height: int = 40, width: int = 56) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)


def shown_with(pixels: np.ndarray, look: Look) -> np.ndarray:
    return apply_tones(apply_local(pixels, look), look)


@given(LOOKS, st.integers(1, 20), st.integers(1, 20))
def test_no_look_changes_the_picture(look: Look, height: int, width: int) -> None:
    pixels = noise(height, width)
    before = pixels.copy()
    shown = shown_with(pixels, look)
    assert (pixels == before).all()
    assert shown is pixels or not np.shares_memory(shown, pixels)  # the picture itself, or a copy
    assert shown.dtype == np.uint8
    assert shown.shape == (pixels.shape if look.channel is Channel.COLOUR else pixels.shape[:2])


def test_the_neutral_look_shows_the_picture_itself() -> None:
    pixels = noise()
    assert (shown_with(pixels, NEUTRAL) == pixels).all()
    assert apply_local(pixels, NEUTRAL) is pixels
    assert NEUTRAL.table is None


@pytest.mark.parametrize(("channel", "plane"), [(Channel.RED, 0), (Channel.RED_FREE, 1), (Channel.BLUE, 2)])
def test_a_channel_is_its_plane(channel: Channel, plane: int) -> None:
    assert (shown_with(noise(), Look(channel)) == noise()[:, :, plane]).all()


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.2, 5))
def test_tones_keep_the_order_of_values(brightness: float, contrast: float, gamma: float) -> None:
    table = Look(brightness=brightness, contrast=contrast, gamma=gamma).table
    assert table is None or (np.diff(table.astype(int)) >= 0).all()


def test_tones_do_what_their_names_say() -> None:
    assert (Look(brightness=1.0).table == 255).all()
    flat = Look(contrast=-1.0).table
    assert flat is not None
    assert len(set(flat.tolist())) == 1
    dark = Look(gamma=2.0).table
    assert dark is not None
    assert dark[64] == round(255 * (64 / 255) ** 0.5)
    assert (dark[0], dark[255]) == (0, 255)


def test_clahe_raises_local_contrast_and_keeps_grey_grey() -> None:
    dull = (noise(160, 160)[:, :, :1] // 16 + 100).repeat(3, axis=2)
    shown = shown_with(dull, Look(clahe=4.0))
    assert shown.std() > 1.5 * dull.std()
    assert np.ptp(shown.astype(int), axis=2).max() <= 2


def test_sharpening_leaves_flat_parts_and_steepens_edges() -> None:
    edge = np.full((20, 20, 3), 100, np.uint8)
    edge[:, 10:] = 150
    shown = shown_with(edge, Look(sharpen=1.0))
    assert (shown[:, :2] == 100).all()
    assert shown[:, 9].max() < 100
    assert shown[:, 10].min() > 150
