from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from unet_desktop.engine.events import Message
from unet_desktop.formats.rootpainter import is_rootpainter, look_at_rootpainter
from unet_desktop.labels import NOT_ANNOTATED, Label, LabelSet
from unet_desktop.project.project import Project
from unet_desktop.project.relabel import relabel
from unet_desktop.project.split import write_split
from unet_desktop.tasks.export.request import ExportRequest, Selection
from unet_desktop.tasks.export.run import export_cases

KINDS = ("nnunet", "folder", "rootpainter")


@pytest.fixture
def sets(corrected, export, out):
    """All three training sets of a project whose case b is partly not annotated, and validates."""
    mask = corrected.load_mask("b")
    mask[50:] = NOT_ANNOTATED
    corrected.save_mask("b", mask)
    write_split(corrected.layout.split, {"patient:Doe": "train", "patient:Roe": "validation"})
    export(training_sets=KINDS, pictures=True)
    return out


def names(folder):
    return sorted(path.stem for path in folder.iterdir())


def test_nnunet_is_as_its_documentation_asks(sets, corrected):
    raw = sets / "nnunet" / "nnUNet_raw" / "Dataset501_project"
    data = json.loads((raw / "dataset.json").read_text())
    assert data["labels"] == {"background": 0, "optic disc": [1, 2], "optic cup": 2, "ignore": 3}
    assert data["regions_class_order"] == [1, 2]
    assert list(data["labels"]) == ["background", "optic disc", "optic cup", "ignore"]  # outer regions first
    assert data["numTraining"] == len(names(raw / "labelsTr")) == 3
    assert names(raw / "imagesTr") == [f"{name}_0000" for name in names(raw / "labelsTr")]
    allowed = {0, 1, 2, 3}
    for name in names(raw / "labelsTr"):
        segmentation = np.asarray(Image.open(raw / "labelsTr" / f"{name}{data['file_ending']}"))
        image = np.asarray(Image.open(raw / "imagesTr" / f"{name}_0000{data['file_ending']}"))
        assert image.shape == (*segmentation.shape, 3)
        assert set(np.unique(segmentation)) <= allowed
        assert np.array_equal(segmentation == 2, corrected.load_mask(name) == 2)
    (split,) = json.loads(
        (sets / "nnunet" / "nnUNet_preprocessed" / "Dataset501_project" / "splits_final.json").read_text()
    )
    assert split == {"train": ["a_OD", "a_OS"], "val": ["b"]}


def test_ignore_label_is_declared_only_where_it_occurs(export, out):
    export(training_sets=("nnunet",))
    data = json.loads((out / "nnunet" / "nnUNet_raw" / "Dataset501_project" / "dataset.json").read_text())
    assert "ignore" not in data["labels"]


def test_plain_folder_with_the_split(sets, corrected):
    root = sets / "training_set"
    assert names(root / "train" / "images") == names(root / "train" / "masks") == ["a_OD", "a_OS"]
    assert names(root / "val" / "images") == ["b"]
    mask = np.asarray(Image.open(root / "val" / "masks" / "b.png"))
    assert np.array_equal(mask, corrected.load_mask("b"))  # its values happen to be the classes
    classes = json.loads((root / "classes.json").read_text())
    assert [one["name"] for one in classes["classes"]] == ["background", "optic disc", "optic cup"]
    assert classes["classes"][1]["region_values"] == [1, 2]
    assert classes["number_of_classes"] == 3


def test_rootpainter_projects_read_back(sets, corrected):
    root = sets / "rootpainter"
    assert names(root / "datasets" / "project") == ["a_OD", "a_OS", "b"]
    project = root / "projects" / "project_optic_disc"
    about = json.loads((project / "project_optic_disc.seg_proj").read_text())
    assert about["dataset"] == "project"
    assert about["file_names"] == ["a_OD.png", "a_OS.png", "b.png"]
    assert is_rootpainter(project)
    assert {entry.picture for entry in look_at_rootpainter(project)} == {"a_OD", "a_OS", "b"}
    colours = np.asarray(Image.open(project / "annotations" / "val" / "b.png"))
    mask = corrected.load_mask("b")
    assert np.array_equal(colours[..., 0] > 0, np.isin(mask, [1, 2]))
    assert np.array_equal(colours[..., 1] > 0, mask == 0)
    assert np.array_equal(colours[..., 3] == 0, mask == NOT_ANNOTATED)


def test_labels_of_any_name_and_number(tmp_path):
    labels = LabelSet((Label(3, "ignore", "#e69f00"), Label(200, "a/b: c", "#56b4e9", inside="ignore")))
    project = Project.create(tmp_path / "odd", labels)
    path = tmp_path / "photo.png"
    Image.fromarray(np.full((60, 80, 3), 90, np.uint8)).save(path)
    mask = np.full((60, 80), NOT_ANNOTATED, np.uint8)
    mask[:20], mask[5:9, 5:9], mask[30:] = 3, 200, 0
    project.save_mask(project.add_image(path).id, mask)
    out = tmp_path / "out"
    list(export_cases(ExportRequest(root=project.root, output=out, training_sets=KINDS)))
    raw = out / "nnunet" / "nnUNet_raw" / "Dataset501_odd"
    data = json.loads((raw / "dataset.json").read_text())
    assert data["labels"] == {"background": 0, "ignore (label)": [1, 2], "a/b: c": 2, "ignore": 3}
    segmentation = np.asarray(Image.open(raw / "labelsTr" / "photo.png"))
    assert [int(segmentation[at, 5]) for at in (0, 5, 25, 40)] == [1, 2, 3, 0]


def test_flagged_and_incomplete_cases_are_left_out(corrected, export, out):
    corrected.mark("b", flagged=True)
    mask = corrected.load_mask("a_OD")
    mask[mask == 2] = 1
    corrected.save_mask("a_OD", mask)
    events = export(training_sets=("nnunet",))
    assert names(out / "nnunet" / "nnUNet_raw" / "Dataset501_project" / "labelsTr") == ["a_OS"]
    said = [event.text for event in events if isinstance(event, Message)]
    assert "2 cases are flagged, incomplete or damaged, and not in the training set." in said
    assert (out / "masks" / "b.png").exists()


def test_a_mask_that_says_nothing_of_a_label_does_not_teach_that_there_is_none(corrected, export, out):
    vessel = Label(7, "vessel", "#009e73")
    list(relabel(corrected, LabelSet((*corrected.labels, vessel))))
    mask = corrected.load_mask("b")
    mask[:5] = vessel.value
    corrected.save_mask("b", mask)
    events = export(training_sets=KINDS)
    raw, project = out / "nnunet" / "nnUNet_raw" / "Dataset501_project", out / "rootpainter" / "projects"
    assert names(raw / "labelsTr") == ["b"]
    assert json.loads((raw / "dataset.json").read_text())["numTraining"] == 1
    assert [path.stem for path in out.glob("training_set/*/masks/*")] == ["b"]
    assert [path.stem for path in project.glob("project_vessel/annotations/*/*.png")] == ["b"]
    assert len(list(project.glob("project_optic_cup/annotations/*/*.png"))) == 3
    assert any(
        event.text.startswith("2 masks say nothing of a label") for event in events if isinstance(event, Message)
    )


def test_what_an_earlier_export_left_does_not_stay(sets, corrected, export):
    mine = sets / "training_set" / "val" / "images" / "mine.png"
    mine.write_bytes(b"mine")
    write_split(corrected.layout.split, {"patient:Doe": "validation", "patient:Roe": "train"})
    export(training_sets=KINDS, selection=Selection(ids=("a_OD", "b")))
    assert names(sets / "training_set" / "val" / "images") == ["a_OD", "mine"]
    assert names(sets / "training_set" / "train" / "images") == ["b"]
    assert names(sets / "nnunet" / "nnUNet_raw" / "Dataset501_project" / "labelsTr") == ["a_OD", "b"]
    assert (sets / "masks" / "a_OS.png").exists()
