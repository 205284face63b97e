"""What was dropped on the window: sorted by content, mixtures, and what cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project
from unet_desktop.tasks.dropped import DropAction, Receiver, list_choices, sort_dropped


@pytest.fixture
def place(tmp_path: Path, write_picture, disc_mask) -> Path:
    """Pictures, masks in several places, a project, a model and a text."""
    place = tmp_path / "place"
    for name in "abc":
        write_picture(place / "photos" / f"{name}.jpg")
        (place / "masks").mkdir(exist_ok=True)
        Image.fromarray(disc_mask * 100).save(place / "masks" / f"{name}.png")
    (place / "set" / "images").mkdir(parents=True)
    (place / "set" / "gt").mkdir()
    write_picture(place / "set" / "images" / "d.jpg")
    Image.fromarray(disc_mask).save(place / "set" / "gt" / "d.png")
    write_picture(place / "beside" / "e.jpg")
    Image.fromarray(disc_mask).save(place / "beside" / "e_mask.png")
    (place / "drawn").mkdir()
    Image.fromarray(disc_mask).save(place / "drawn" / "x.png")
    (place / "model.safetensors").write_bytes(b"\0" * 8)
    (place / "notes.txt").write_text("hello")
    (place / "coco.json").write_text('{"images": [], "annotations": [], "categories": []}')
    (place / "nothing").mkdir()
    Project.create(place / "study", DISC_AND_CUP)
    Project.create(place / "other", DISC_AND_CUP)
    return place


OPEN = Receiver(Path("/elsewhere"), DISC_AND_CUP)


@pytest.mark.parametrize(
    ("names", "receiver", "actions", "text"),
    [
        (["photos"], OPEN, [DropAction.IMPORT_PICTURES], "Import 3 pictures…"),
        (["photos/a.jpg"], OPEN, [DropAction.IMPORT_PICTURES], "Import 1 picture…"),
        (["photos", "beside/e.jpg"], OPEN, [DropAction.IMPORT_PICTURES], "Import 4 pictures…"),
        (["photos"], Receiver(), [DropAction.NEW_PROJECT], "New project with 3 pictures…"),
        (["photos", "masks"], Receiver(), [DropAction.NEW_PROJECT], "New project with 3 pictures and masks…"),
        (["photos", "masks"], OPEN, [DropAction.IMPORT_BOTH], "Import 3 pictures with masks…"),
        (["set"], OPEN, [DropAction.IMPORT_BOTH], "Import 1 picture with masks…"),
        (["beside"], OPEN, [DropAction.IMPORT_BOTH], "Import 1 picture with masks…"),
        (["masks"], OPEN, [DropAction.IMPORT_MASKS], "Import masks…"),
        (["beside/e_mask.png"], OPEN, [DropAction.IMPORT_MASKS], "Import masks…"),
        (["coco.json"], OPEN, [DropAction.IMPORT_MASKS], "Import masks…"),
        (["drawn"], OPEN, [DropAction.IMPORT_MASKS, DropAction.IMPORT_PICTURES], "Import masks…"),
        (
            ["drawn/x.png"],
            Receiver(Path("/elsewhere"), DISC_AND_CUP, frozenset({"x"})),
            [DropAction.IMPORT_MASKS],
            "Import masks…",
        ),
        (["model.safetensors"], OPEN, [DropAction.ADD_MODELS], "Add model model"),
        (["model.safetensors", "photos"], OPEN, [DropAction.IMPORT_PICTURES, DropAction.ADD_MODELS], "Import 3"),
        (["study"], OPEN, [DropAction.OPEN_PROJECT], "Open project study"),
        (["study/project.json"], Receiver(), [DropAction.OPEN_PROJECT], "Open project study"),
        (["study", "study/project.json"], OPEN, [DropAction.OPEN_PROJECT], "Open project study"),
    ],
)
def test_what_can_be_done(place: Path, names: list[str], receiver: Receiver, actions: list[str], text: str) -> None:
    found = sort_dropped([place / name for name in names], [], receiver)
    choices, problem = list_choices(found, receiver)
    assert [choice.action for choice in choices] == actions
    assert choices[0].text.startswith(text)
    assert problem == ""


@pytest.mark.parametrize(
    ("names", "receiver", "said"),
    [
        (["notes.txt"], OPEN, "notes.txt cannot be used: it is no picture, mask, model or project."),
        (["nothing"], OPEN, "nothing holds no pictures, masks, models or project."),
        (["gone.jpg"], OPEN, "gone.jpg any more."),
        (["study", "other"], OPEN, "2 projects were dropped (study, other). Drop one of them."),
        (["study", "photos"], OPEN, "The project study was dropped together with other things. Drop it alone"),
        (["."], OPEN, "holds projects. Drop one of them"),
        (["model.safetensors"], Receiver(), "No project is open to add a model to. Open a project first"),
        (["masks"], Receiver(), "No project is open to add masks to."),
        (["photos"], Receiver(Path("/x"), DISC_AND_CUP, obstacle="Training is running."), "Training is running."),
        ([], OPEN, "Nothing was dropped that can be used here."),
    ],
)
def test_what_is_refused(place: Path, names: list[str], receiver: Receiver, said: str) -> None:
    choices, problem = list_choices(sort_dropped([place / name for name in names], [], receiver), receiver)
    assert not choices
    assert said in problem


def test_the_open_project_is_not_opened_again(place: Path) -> None:
    receiver = Receiver(place / "study", DISC_AND_CUP)
    choices, problem = list_choices(sort_dropped([place / "study"], [], receiver), receiver)
    assert (choices, problem) == ([], "The project study is open already.")


def test_addresses_are_refused_by_name_and_the_rest_is_used(place: Path) -> None:
    found = sort_dropped([place / "photos", place / "notes.txt"], ["https://example.org/a.jpg"], OPEN)
    choices, problem = list_choices(found, OPEN)
    assert [choice.action for choice in choices] == [DropAction.IMPORT_PICTURES]
    assert problem.startswith("2 of the dropped things cannot be used. https://example.org/a.jpg is not a file on this")


def test_pictures_in_subfolders_are_found(place: Path, write_picture) -> None:
    for number in range(3):
        write_picture(place / "deep" / str(number) / "image.jpg", number)
    found = sort_dropped([place / "deep"], [], OPEN)
    assert (found.recursive, found.count, found.pictures) == (True, 3, [place / "deep"])


def test_a_photograph_without_colour_variation_is_no_mask_where_its_kind_never_is(tmp_path: Path) -> None:
    Image.fromarray(np.full((60, 80, 3), 90, np.uint8)).save(tmp_path / "black.jpg")
    found = sort_dropped([tmp_path / "black.jpg"], [], OPEN)
    assert found.pictures == [tmp_path / "black.jpg"]
