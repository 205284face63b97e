"""unet-desktop import-set: the list, a look at a folder, an import."""

from __future__ import annotations

import numpy as np
import pytest
from photographs import texture
from PIL import Image as Pillow

from unet_desktop.cli.main import main
from unet_desktop.project.project import Project


@pytest.fixture
def refuge(tmp_path):
    """One photograph of REFUGE with its mask."""
    values = np.full((60, 80), 255, np.uint8)
    values[20:40, 30:50], values[25:35, 35:45] = 128, 0
    for folder, name, pixels in (("Images", "g0001.jpg", values), ("Disc_Cup_Masks", "g0001.bmp", values)):
        (tmp_path / "set" / folder).mkdir(parents=True)
        Pillow.fromarray(pixels).save(tmp_path / "set" / folder / name)
    return tmp_path / "set"


def test_the_list_names_terms_and_folders(capsys):
    assert main(["import-set", "--list"]) == 0
    said = capsys.readouterr().out
    assert "drishti: Drishti-GS1" in said
    assert "terms:" in said


def test_a_look_makes_nothing(refuge, capsys):
    assert main(["import-set", "auto", str(refuge)]) == 0
    assert "REFUGE: 1 photograph with masks (1 of the training part)." in capsys.readouterr().out
    assert sorted(path.name for path in refuge.parent.iterdir()) == ["set"]


def test_an_import(refuge, tmp_path, capsys):
    assert main(["import-set", "auto", str(refuge), str(tmp_path / "project")]) == 0
    assert "(1 case, 1 with a mask)" in capsys.readouterr().out
    assert np.bincount(Project.open(tmp_path / "project").load_mask("g0001").ravel()).tolist() == [4400, 300, 100]


def test_copies_are_looked_for_if_asked(refuge, tmp_path, capsys):
    for seed, name in ((1, "g0001"), (2, "n0002"), (1, "n0003")):
        Pillow.fromarray(texture(seed)).save(refuge / "Images" / f"{name}.jpg", quality=70 + len(name) * seed)
        mask = np.full((240, 300), 255, np.uint8)
        mask[100:140, 120:160] = 128
        Pillow.fromarray(mask).save(refuge / "Disc_Cup_Masks" / f"{name}.bmp")
    Pillow.fromarray(texture(1)).save(refuge / "Images" / "n0003.jpg", quality=40)
    assert main(["import-set", "refuge", str(refuge), str(tmp_path / "project"), "--duplicates"]) == 0
    said = capsys.readouterr().out
    assert said.count("it is a copy of") == 1
    assert "images/g0001.jpg: it is a copy of images/n0003.jpg" in said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--parts", "second"], 'There is no part "second"'),
        (["--parts", "test"], "holds no photographs of the parts asked for; there are 1 of the training part"),
        (["--expert", "9"], 'REFUGE has no expert "9"'),
    ],
)
def test_what_is_not_there_is_named(refuge, tmp_path, capsys, more, said):
    assert main(["import-set", "auto", str(refuge), str(tmp_path / "project"), *more]) == 2
    assert said in capsys.readouterr().err.replace("\n", " ")
    assert not (tmp_path / "project").exists()


def test_nothing_is_left_where_nothing_could_be_imported(refuge, tmp_path, capsys):
    Pillow.fromarray(np.zeros((9, 9), np.uint8)).save(refuge / "Disc_Cup_Masks" / "g0001.bmp")
    assert main(["import-set", "auto", str(refuge), str(tmp_path / "project")]) == 2
    assert "No project was made" in capsys.readouterr().err
    assert not (tmp_path / "project").exists()


def test_a_table_that_cannot_be_read_is_not_passed_over(refuge, tmp_path, capsys):
    (refuge / "Fovea_locations.xlsx").write_bytes(b"no table")
    for project in ((), (str(tmp_path / "project"),)):
        assert main(["import-set", "auto", str(refuge), *project]) == 1
        assert "was not read" in " ".join(capsys.readouterr().err.split())
    assert [case.id for case in Project.open(tmp_path / "project").cases()] == ["g0001"]
