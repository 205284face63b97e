"""The first proposal on real photographs, where the development data lie beside the repository."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from unet_desktop.images.read import read_image
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.compare import compare_masks
from unet_desktop.masks.first_proposal.propose import propose_mask

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT / "benchmarks"))

pytestmark = pytest.mark.skipif(not (DATA / "refuge_disc_crops").is_dir(), reason="the photographs are not here")


@pytest.mark.parametrize(
    ("name", "every", "disc", "cup"),
    [("drishti_gs1", 12, 0.88, 0.7), ("refuge_disc_crops", 16, 0.88, 0.65), ("refuge_whole_field", 6, 0.85, 0.65)],
)
def test_disc_and_cup_agree_with_experts(name: str, every: int, disc: float, cup: float) -> None:
    from first_proposal import truths

    found = []
    for image, truth in list(truths(DATA, name))[::every]:
        proposed = propose_mask(read_image(image).pixels, DISC_AND_CUP)
        assert proposed is not None, image
        metrics = compare_masks(proposed, truth, DISC_AND_CUP)
        found.append((metrics["dice/optic disc"], metrics["dice/optic cup"]))
    means = np.mean(found, axis=0)
    assert means[0] >= disc
    assert means[1] >= cup


def test_nothing_is_proposed_for_the_part_of_a_field_without_the_disc() -> None:
    from first_proposal import truths, without_disc

    cases = list(truths(DATA, "idrid_optic_disc"))[::3]
    assert [
        image.stem for image, truth in cases if propose_mask(without_disc(image, truth), DISC_AND_CUP) is not None
    ] == []


@pytest.mark.parametrize("name", ["isbi2012_em", "nuclei_dsb2018"])
def test_nothing_is_proposed_for_what_is_no_eye(name: str) -> None:
    pictures = [path for path in sorted((DATA / name).rglob("*")) if path.suffix in (".png", ".tif", ".jpg")][:3]
    assert pictures
    for path in pictures:
        assert propose_mask(read_image(path).pixels, DISC_AND_CUP) is None, path
