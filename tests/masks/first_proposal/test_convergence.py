"""Where vessels converge: at the optic disc, and not at what is as bright."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest
from fundus import fundus

from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import read_image
from unet_desktop.masks.first_proposal.disc import measure_convergence, places_of_convergence
from unet_desktop.masks.shapes.ellipse import Ellipse

DISC = Ellipse(150, 230, 30, 34, 0.2)
SCAR = (350, 260, 45)
ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT / "benchmarks"))


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    """A whole field with a scar that is brighter and larger than the disc."""
    pixels = fundus(DISC)
    cv2.circle(pixels, SCAR[:2], SCAR[2], (250, 235, 160), -1)
    return pixels


def test_vessels_run_towards_the_disc_and_past_the_scar(picture: np.ndarray) -> None:
    disc = measure_convergence(picture, DISC.x, DISC.y, 32)
    scar = measure_convergence(picture, *SCAR)
    assert disc is not None
    assert scar is not None
    assert disc > 0.5
    assert scar < 0.2


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_the_size_of_the_picture_does_not_matter(picture: np.ndarray, factor: float) -> None:
    resized = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    found = measure_convergence(resized, DISC.x * factor, DISC.y * factor, 32 * factor)
    assert found == pytest.approx(measure_convergence(picture, DISC.x, DISC.y, 32), abs=0.15)


def test_nothing_is_said_where_the_surroundings_are_not_in_view(picture: np.ndarray) -> None:
    disc_alone = np.ascontiguousarray(picture[190:270, 110:190])
    assert measure_convergence(disc_alone, 40, 40, 32) is None
    assert measure_convergence(np.zeros_like(picture), DISC.x, DISC.y, 32) is None


def test_the_disc_is_among_the_places(picture: np.ndarray) -> None:
    first = places_of_convergence(picture)[0]
    assert math.hypot(first.x - DISC.x, first.y - DISC.y) < 15
    assert any(0.7 < circle.a / 32 < 1.4 for circle in places_of_convergence(picture))


def test_a_black_picture_has_no_places(picture: np.ndarray) -> None:
    assert places_of_convergence(np.zeros_like(picture)) == []


@pytest.mark.skipif(not (DATA / "palm_discs").is_dir(), reason="the photographs are not here")
@pytest.mark.parametrize(
    ("name", "least"), [("palm_discs", 0.8), ("idrid_optic_disc", 1.0), ("refuge_whole_field", 1.0)]
)
def test_it_tells_experts_discs_from_their_surroundings(name: str, least: float) -> None:
    from cameras import truths

    right = []
    for image, truth in list(truths(DATA, name))[::3]:
        pixels = read_image(image).pixels
        rows, columns = np.nonzero(truth)
        x, y, radius = columns.mean(), rows.mean(), math.sqrt(len(rows) / math.pi)
        disc = measure_convergence(pixels, x, y, radius)
        away = 3 * radius if x < pixels.shape[1] / 2 else -3 * radius
        beside = measure_convergence(pixels, x + away, y, radius)
        right.append(disc is not None and disc > 0.3 and (beside is None or beside < disc))
    assert np.mean(right) >= least
