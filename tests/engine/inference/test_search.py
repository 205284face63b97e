"""The search where the networks take something bright for the disc: vessels have the last word."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from fundus import fundus

from unet_desktop.engine.inference import search
from unet_desktop.engine.inference.crop_segmenter import Attempt
from unet_desktop.engine.inference.locate import Location
from unet_desktop.engine.inference.predictor import run_to_end
from unet_desktop.engine.inference.search import BY_VESSELS, CERTAIN, Search
from unet_desktop.images.crop import BLACK, Square
from unet_desktop.images.opencv import cv2
from unet_desktop.masks.shapes.ellipse import Ellipse

DISC = Location(Square(150.0, 230.0, 128.0), 64.0, 0.9)
SCAR = Location(Square(350.0, 260.0, 180.0), 90.0, 0.9)
BETWEEN_VESSELS = Location(Square(400.0, 120.0, 90.0), 45.0, 0.9)


class Cropper:
    """Finds exactly what it is asked for, with the given score where that is the scar and 0.6 elsewhere."""

    spec = SimpleNamespace(crop_factor=2.0)

    def __init__(self, score: float) -> None:
        self.score = score
        self.asked: list[Location] = []

    def attempt(self, _pixels: np.ndarray, place: Location, _surround: object) -> Attempt:
        self.asked.append(place)
        return Attempt(place, None, self.score if place.confidence > BY_VESSELS else 0.6, place)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    pixels = fundus(Ellipse(150, 230, 30, 34, 0.2))
    cv2.circle(pixels, (350, 260), 45, (250, 235, 160), -1)
    return pixels


def found_in(
    picture: np.ndarray, monkeypatch: pytest.MonkeyPatch, place: Location, score: float, *, disc_in_fundus: bool = True
) -> tuple[Attempt, list[Location]]:
    """What is found where the locating network finds only that place, and the places that were segmented."""
    monkeypatch.setattr(search, "locate", lambda *_: [place])
    locator, cropper = SimpleNamespace(spec=Cropper.spec), Cropper(score)
    looked = Search(locator, cropper, None, picture, BLACK, disc_in_fundus=disc_in_fundus)  # type: ignore[arg-type]
    found = run_to_end(looked.run(np.zeros((8, 8), np.float32)))
    assert found is not None
    return found, cropper.asked


def test_the_disc_is_taken_where_the_networks_prefer_a_scar(picture, monkeypatch):
    found, _ = found_in(picture, monkeypatch, SCAR, 0.9)
    assert abs(found.location.square.x - DISC.square.x) < 15
    assert abs(found.location.square.y - DISC.square.y) < 15
    assert found.location.confidence == BY_VESSELS


def test_a_disc_to_which_the_vessels_run_needs_no_other_place(picture, monkeypatch):
    found, asked = found_in(picture, monkeypatch, DISC, 0.9)
    assert found.location == DISC
    assert asked == [DISC]


def test_where_the_networks_are_certain_the_vessels_are_not_looked_at(picture, monkeypatch):
    found, asked = found_in(picture, monkeypatch, SCAR, CERTAIN)
    assert found.location == SCAR
    assert asked == [SCAR]


def test_only_discs_in_fundus_photographs_have_vessels(picture, monkeypatch):
    found, asked = found_in(picture, monkeypatch, SCAR, 0.9, disc_in_fundus=False)
    assert found.location == SCAR
    assert asked == [SCAR]


def test_without_a_better_place_the_mask_is_kept_with_less_confidence(picture, monkeypatch):
    monkeypatch.setattr(search, "places_of_convergence", lambda _pixels: [])
    found, _ = found_in(picture, monkeypatch, BETWEEN_VESSELS, 0.9)
    assert found.location.square == BETWEEN_VESSELS.square
    assert found.location.confidence == BY_VESSELS
    assert found.score == 0.9


def test_what_fills_a_whole_field_is_no_disc(picture, monkeypatch):
    field = Location(Square(256.0, 240.0, 1000.0), 470.0, 0.9)
    found, _ = found_in(picture, monkeypatch, field, 0.9)
    assert abs(found.location.square.x - DISC.square.x) < 15
