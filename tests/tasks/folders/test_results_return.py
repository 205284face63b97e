"""What a folder run wrote comes back: imported as masks, each goes to its own picture."""

from __future__ import annotations

import csv
import os

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop.__main__ import main
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import read_mask
from unet_desktop.project.project import Project

NAMES = (
    "a.jpg",
    "a.png",
    "visit1/OD.png",
    "visit2/OD.png",
    "visit1/a.png",
    "e.jpg",
    "e.jpg.png",
    "s.jpg",
    "s.png/t.png",
    "P1.jpg",
    "P1_L.jpg",
    "OD_disc.png",
    f"{'x' * 251}.png",
    f"{'漢' * 83}.png",
)


@pytest.fixture
def pictures(tmp_path, write_picture):
    """Pictures whose names try a pairing, each with other content."""
    names = (*NAMES, *(("K.png", "k.png") if os.path.normcase("K") == "K" else ()))
    for seed, name in enumerate(names, 20):
        write_picture(tmp_path / "pictures" / name, seed, 96 + 2 * seed)
    return tmp_path / "pictures"


def masks_of(out):
    with (out / "measurements.csv").open(newline="", encoding="utf-8") as file:
        return {row["sha256"]: out / row["mask"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("regions", [False, True])
def test_masks_of_a_run_over_subfolders_are_imported_to_their_own_pictures(
    segment, pictures, small_model, tmp_path, capsys, regions
):
    out, root = tmp_path / "out", tmp_path / "project"
    words = ["segment", str(pictures), "-r", "--model", str(small_model), "--out", str(out)]
    assert main([*words, *(["--regions"] if regions else [])]) == 0
    source = out / ("regions" if regions else "masks")
    code = main(["import", str(pictures), str(root), "--recursive", "--masks", str(source)])
    shown = capsys.readouterr()
    assert code == 0, shown.err
    project, masks = Project.open(root), masks_of(out)
    cases = project.cases()
    assert len(cases) == len(masks) == sum(path.is_file() for path in pictures.rglob("*"))
    for case in cases:
        drawn = read_mask(project.layout.mask(case.id), DISC_AND_CUP)
        assert np.array_equal(drawn, read_mask(masks[case.sha256], DISC_AND_CUP)), case.name


@pytest.mark.parametrize("bits", ["8", "16"])
def test_probabilities_of_a_run_cut_at_a_half_are_its_masks(segment, pictures, small_model, tmp_path, bits):
    out = tmp_path / "out"
    words = ["segment", str(pictures), "-r", "--model", str(small_model), "--out", str(out), "--regions"]
    assert main([*words, "--probabilities", bits]) == 0
    maps = [path for path in (out / "probabilities").rglob("*.png") if path.is_file()]
    assert len(maps) == 2 * len(masks_of(out))
    for path in maps:
        with Pillow.open(path) as one, Pillow.open(out / "regions" / path.relative_to(out / "probabilities")) as other:
            values, inside = np.array(one), np.array(other) > 0
        assert np.array_equal(values >= {"8": 128, "16": 32768}[bits], inside)
