"""Pseudo-masks: the mean of several views of the same crop, with gaps where they disagree."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from unet_desktop.engine.data.colour_transfer import measure_colours
from unet_desktop.engine.inference.pseudo_mask import make_pseudo_mask
from unet_desktop.images.crop import Square, extract
from unet_desktop.labels import DISC_AND_CUP, NOT_ANNOTATED
from unet_desktop.masks.compare import dice

HEADER = SimpleNamespace(labels=DISC_AND_CUP, networks={"segment": {"crop_factor": 1.9, "size": 256}})


class Painted:
    """A model that sees a red disc and in it a green cup, both with soft edges; `shake` moves each view's cup."""

    header = HEADER

    def __init__(self, mask: np.ndarray, shake: float = 0.0) -> None:
        self.mask, self.shake, self.views = mask, shake, 0
        self._generator = np.random.default_rng(0)

    def segment(self, pixels: np.ndarray) -> SimpleNamespace:
        return SimpleNamespace(mask=self.mask)

    def crop_probabilities(self, pixels: np.ndarray, square: Square) -> np.ndarray:
        self.views += 1
        moved = Square(square.x + self._generator.normal(0, self.shake * square.side), square.y, square.side)
        disc = extract(pixels, square, 64)[..., 0] / 255.0
        cup = extract(pixels, moved, 64)[..., 1] / 255.0
        return np.stack([disc, cup]).astype(np.float32)


@pytest.fixture
def painted() -> tuple[np.ndarray, np.ndarray]:
    """(200, 240, 3) uint8 picture and its mask."""
    rows, columns = np.mgrid[:200, :240]
    distance = np.hypot(rows - 90, columns - 130)
    mask = np.where(distance < 18, 2, np.where(distance < 40, 1, 0)).astype(np.uint8)
    pixels = np.stack([(mask >= 1) * 255, (mask == 2) * 255, np.full(mask.shape, 20)], axis=-1).astype(np.uint8)
    return pixels, mask


def without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unet_desktop.engine.inference.pseudo_mask.recolour", lambda pixels, *_: pixels)


def test_views_that_agree_give_the_mask_with_a_thin_gap_at_its_edges(painted, monkeypatch) -> None:
    without_colours(monkeypatch)
    pixels, mask = painted
    made = make_pseudo_mask(Painted(mask), pixels, (), np.random.default_rng(0))
    assert made is not None
    assert made.mask.shape == mask.shape
    for value in (1, 2):
        assert dice(made.whole >= value, mask >= value) > 0.95
    assert min(made.agreement.values()) > 0.95
    gaps = made.mask == NOT_ANNOTATED
    assert 0 < gaps.sum() < 0.2 * (mask > 0).sum()
    sure = ~gaps
    assert (made.mask[sure] == mask[sure]).mean() > 0.999


def test_where_views_disagree_nothing_is_annotated_and_the_agreement_falls(painted, monkeypatch) -> None:
    without_colours(monkeypatch)
    pixels, mask = painted
    calm, shaken = (make_pseudo_mask(Painted(mask, shake), pixels, (), np.random.default_rng(0)) for shake in (0, 0.08))
    assert calm is not None
    assert shaken is not None
    assert shaken.agreement["optic cup"] < calm.agreement["optic cup"] - 0.05
    assert (shaken.mask == NOT_ANNOTATED).sum() > (calm.mask == NOT_ANNOTATED).sum()


def test_the_picture_is_seen_in_known_colours(painted, monkeypatch) -> None:
    pixels, mask = painted
    seen = []
    monkeypatch.setattr(
        "unet_desktop.engine.inference.pseudo_mask.transfer_colours",
        lambda picture, own, wanted: seen.append(wanted) or picture,
    )
    known = [measure_colours(pixels), measure_colours(pixels[::2])]
    model = Painted(mask)
    made = make_pseudo_mask(model, pixels, known, np.random.default_rng(0))
    assert made is not None
    assert seen == known
    assert model.views == len(known) + 6


def test_a_dent_is_not_learned_from(painted, monkeypatch) -> None:
    without_colours(monkeypatch)
    pixels, mask = painted
    cut = mask.copy()
    cut[88:100, :105] = 0  # from the disc's left edge inwards
    pixels = pixels * (cut > 0)[..., np.newaxis].astype(np.uint8)
    made = make_pseudo_mask(Painted(cut), pixels, (), np.random.default_rng(0))
    assert made is not None
    assert (made.mask[92:96, 95:101] == NOT_ANNOTATED).all()
    assert made.solidity["optic disc"] < 0.97 < made.solidity["optic cup"]


def test_without_a_location_there_is_no_pseudo_mask(painted) -> None:
    pixels, mask = painted
    assert make_pseudo_mask(Painted(np.zeros_like(mask)), pixels, (), np.random.default_rng(0)) is None
