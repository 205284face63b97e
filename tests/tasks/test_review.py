"""Masks and pictures that are unusual are listed; copies across training and validation are said before training."""

from __future__ import annotations

import numpy as np
import pytest
from photographs import texture
from PIL import Image as Pillow

from unet_desktop.__main__ import main
from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.events import Message
from unet_desktop.project.project import Project
from unet_desktop.project.split import write_split
from unet_desktop.tasks import train, train_folds
from unet_desktop.tasks.events import CheckRemark
from unet_desktop.tasks.import_images import import_images
from unet_desktop.tasks.review import review_masks, review_pictures

EMPTY = np.zeros((240, 300), np.uint8)


def disc(*more):
    mask = EMPTY.copy()
    for place in (np.s_[100:140, 120:160], *more):
        mask[place] = 1
    return mask


@pytest.fixture
def filled(project, tmp_path) -> Project:
    """Four cases: "copy" has a's picture, encoded again; b's disc is in two pieces, c's mask is empty."""
    for name, seed, mask in (("a", 1, disc()), ("b", 2, disc(np.s_[9:12, 9:12])), ("c", 3, EMPTY), ("copy", 1, disc())):
        path = tmp_path / f"{name}.{'jpg' if name == 'copy' else 'png'}"
        Pillow.fromarray(texture(seed)).save(path, quality=60)
        project.add_image(path)
        project.save_mask(name, mask)
    return project


def remarks(events):
    return [(event.file, event.what) for event in events if isinstance(event, CheckRemark)]


def test_unusual_masks_are_listed(filled):
    assert remarks(review_masks(filled.root)) == [
        ("masks/b.png", "the optic disc is in 2 pieces (9 pixels are not in the largest)"),
        ("masks/c.png", "it is empty"),
    ]


def test_copies_are_listed_with_the_side_they_are_on(filled):
    ((file, what),) = remarks(review_pictures(filled.root))
    assert file == "images/a.png"
    assert what.startswith("it is a copy of images/copy.jpg, or nearly (likeness 0.9")
    assert "metrics" not in what
    write_split(filled.layout.split, {"case:a": "train", "case:copy": "validation"})
    ((_, what),) = remarks(review_pictures(filled.root))
    assert what.endswith("; one is trained on, the other validates, so metrics are too good")


def test_check_lists_them_and_writes_a_table(filled, tmp_path, capsys):
    table = tmp_path / "remarks.csv"
    assert main(["check", str(filled.root), "--duplicates", "--report", str(table)]) == 0
    said = capsys.readouterr().out
    assert "masks/c.png: it is empty." in said
    assert "3 remarks on masks and pictures, which may be meant." in said
    assert "Everything is as it should be." in said
    lines = table.read_text().splitlines()
    assert lines[0] == "file,remark"
    assert [line.split(",")[0] for line in lines[1:]] == ["masks/b.png", "masks/c.png", "images/a.png"]
    assert main(["check", str(filled.root), "--report", str(table)]) == 0  # its own file may be replaced
    assert len(table.read_text().splitlines()) == 3
    foreign = tmp_path / "mine.csv"
    foreign.write_text("mine\n")
    assert main(["check", str(filled.root), "--report", str(foreign)]) == 2
    assert foreign.read_text() == "mine\n"


@pytest.mark.parametrize("same_side", [True, False])
def test_training_warns_of_copies_across_the_split(filled, monkeypatch, same_side):
    sides = {"case:a": "train", "case:b": "train", "case:c": "validation"}
    write_split(filled.layout.split, sides | {"case:copy": "train" if same_side else "validation"})
    monkeypatch.setattr(train, "fit_distributed", lambda *_arguments, **_named: (one for one in ()))
    events = list(train.train_project(filled.root, PRESETS["fast"]))
    said = [event.text for event in events if isinstance(event, Message) and "nearly the same" in event.text]
    assert len(said) == (not same_side)
    assert same_side or "a and copy" in said[0]


def test_cross_validation_warns_of_copies_in_different_folds(filled, monkeypatch):
    monkeypatch.setattr(train_folds, "fit_distributed", lambda *_arguments, **_named: (one for one in ()))
    events = train_folds.train_folds(filled.root, PRESETS["fast"], folds=4)
    said = []
    for event in events:  # the folds come after the warning
        said.append(event.text if isinstance(event, Message) else "")
        if said[-1].startswith("Fold 1 of 4"):
            events.close()
    (warning,) = (text for text in said if "nearly the same" in text)
    assert "a and copy" in warning or "copy and a" in warning


def test_an_import_names_unusual_masks_and_pictures_that_are_there(project, tmp_path):
    (tmp_path / "masks").mkdir()
    for folder, name, seed in (("in", "a", 1), ("in", "b", 2), ("again", "other", 2)):
        (tmp_path / folder).mkdir(exist_ok=True)
        Pillow.fromarray(texture(seed)).save(tmp_path / folder / f"{name}.png")
    for name, mask in (("a", disc(np.s_[9:12, 9:12])), ("b", disc())):
        mask[110:120, 130:140] = 2
        Pillow.fromarray(mask).save(tmp_path / "masks" / f"{name}.png")
    first = list(import_images(project.root, tmp_path / "in", masks=tmp_path / "masks"))
    second = list(import_images(project.root, tmp_path / "again"))
    third = list(import_images(project.root, tmp_path / "in"))
    said = [[event.text for event in events if type(event) is Message] for events in (first, second, third)]
    odd = "1 mask is unusual. a.png: the optic disc is in 2 pieces (9 pixels are not in the largest)."
    same = "1 picture is the same file as a case of another name, so nothing was added: other.png (case b)."
    assert said == [[odd], [same], []]
