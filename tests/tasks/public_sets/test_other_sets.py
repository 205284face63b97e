"""ORIGA, RIM-ONE DL, PAPILA, G1020, IDRiD and Chaksu in their published layouts, tiny and made up."""

from __future__ import annotations

import json

import numpy as np
import pytest
from openpyxl import Workbook
from public_sets import eye_mask, photograph, problems, save, save_matlab

from unet_desktop.engine.events import Message
from unet_desktop.errors import ProjectError
from unet_desktop.images.laterality import Eye
from unet_desktop.project.project import Project
from unet_desktop.project.split import read_split
from unet_desktop.tasks.public_sets.picture import Option
from unet_desktop.tasks.public_sets.recognise import SetRequest, recognise
from unet_desktop.tasks.public_sets.run import import_set

ALL = frozenset({"train", "validation", "test"})


def imported(root, tmp_path, **request):
    """The project made of a folder, and its cases by id; nothing may have gone wrong."""
    events = list(import_set(SetRequest(root, tmp_path / "project", **request)))
    assert problems(events) == []
    project = Project.open(tmp_path / "project")
    return project, {case.id: case for case in project.cases()}


@pytest.fixture
def origa(tmp_path):
    root = tmp_path / "24_origa"
    for number in ("001", "002", "003"):
        for folder in ("Images", "Images_Square"):
            photograph(root / folder / f"{number}.jpg", int(number) + len(folder))
    save(root / "Masks/001.png", eye_mask())
    save(root / "Masks_Square/001.png", eye_mask(1))
    for number in ("001", "002"):
        save_matlab(root / f"Semi-automatic-annotations/{number}.mat", "mask", eye_mask(2))
    (root / "OrigaList.csv").write_text("Eye,Filename,ExpCDR,Set,Glaucoma\nOD,001.jpg,0.7,A,0\nOS,002.jpg,0.6,B,1\n")
    return root


def test_origa_has_masks_as_pictures_and_as_matlab_files(origa, tmp_path):
    project, cases = imported(origa, tmp_path, parts=ALL)
    assert sorted(cases) == ["001", "002"]
    assert np.array_equal(project.load_mask("001"), eye_mask())
    assert np.array_equal(project.load_mask("002"), eye_mask(2))
    assert (cases["001"].eye, cases["002"].eye) == (Eye.RIGHT, Eye.LEFT)
    assert [case.grades["published_diagnosis"] for case in cases.values()] == ["normal", "glaucoma"]
    assert read_split(project.layout.split) == {"case:001": "train", "case:002": "validation"}


def test_three_digits_alone_are_not_origa(origa, tmp_path):
    (origa / "OrigaList.csv").unlink()
    with pytest.raises(ProjectError, match="is not laid out like any of the sets"):
        recognise(SetRequest(origa.rename(tmp_path / "photos"), tmp_path / "project"))


@pytest.fixture
def rim_one(tmp_path):
    root = tmp_path / "rim"
    places = {"r1_Im001": ("training_set", "test_set", "glaucoma"), "r3_Im002": ("test_set", "training_set", "normal")}
    for seed, (name, (hospital, random, kind)) in enumerate(places.items()):
        photograph(root / "RIM-ONE_DL_images/partitioned_by_hospital" / hospital / kind / f"{name}.png", seed)
        photograph(root / "RIM-ONE_DL_images/partitioned_randomly" / random / kind / f"{name}.png", seed)
        truth = root / "RIM-ONE_DL_reference_segmentations" / kind
        for what, plane in (("Disc", eye_mask() > 0), ("Cup", eye_mask() == 2)):
            dark = seed == 1  # published ones have dark structures, repackaged ones light ones
            save(truth / f"{name}-1-{what}-T.png", np.where(plane != dark, 255, 0).astype(np.uint8))
    return root


@pytest.mark.parametrize(("partition", "trains"), [("by_hospital", "r1_Im001"), ("randomly", "r3_Im002")])
def test_rim_one_has_two_partitions(rim_one, tmp_path, partition, trains):
    project, cases = imported(rim_one, tmp_path, parts=ALL, options={Option.PARTITION: partition})
    assert sorted(cases) == ["r1_Im001", "r3_Im002"]
    assert all(np.array_equal(project.load_mask(name), eye_mask()) for name in cases)
    assert [name for name, part in read_split(project.layout.split).items() if part == "train"] == [f"case:{trains}"]
    assert cases["r1_Im001"].grades == {"published_diagnosis": "glaucoma"}


def write_contour(path, plane):
    """The corners of a square region, as pixels' centres."""
    rows, columns = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
    left, right, top, bottom = columns[0] - 0.25, columns[-1] + 0.25, rows[0] - 0.25, rows[-1] + 0.25
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(path, [(left, top), (right, top), (right, bottom), (left, bottom)])


@pytest.fixture
def papila(tmp_path):
    root = tmp_path / "PapilaDB-PAPILA-17f8fa77"
    for seed, name in enumerate(("RET002OD", "RET002OS", "RET004OD")):
        photograph(root / "FundusImages" / f"{name}.jpg", seed)
        for expert, shift in (("1", 0), ("2", 3)):
            for kind, plane in (("disc", eye_mask(shift) > 0), ("cup", eye_mask(shift) == 2)):
                write_contour(root / "ExpertsSegmentations/Contours" / f"{name}_{kind}_exp{expert}.txt", plane)
    for eye in ("od", "os"):
        book = Workbook()
        for row in (
            [None, "Age", "Gender", "Diagnosis", "Axial_Length"],
            ["ID", None, None, None, None],
            ["#002", 47, 0, 2, 23.64],
            ["#004", 58, 1, 1, None],
        ):
            book.active.append(row)
        (root / "ClinicalData").mkdir(exist_ok=True)
        book.save(root / f"ClinicalData/patient_data_{eye}.xlsx")
    return root


def test_papila_has_two_experts_and_patients(papila, tmp_path):
    project, cases = imported(papila, tmp_path, options={Option.EXPERT: "2"})
    assert all(np.array_equal(project.load_mask(name), eye_mask(3)) for name in cases)
    assert cases["RET002OD"].group == cases["RET002OS"].group == "patient:PAPILA 002"
    assert cases["RET004OD"].group == "patient:PAPILA 004"
    assert (cases["RET002OD"].eye, cases["RET002OS"].eye) == (Eye.RIGHT, Eye.LEFT)
    assert cases["RET002OD"].axial_length_mm == 23.64
    assert cases["RET004OD"].axial_length_mm is None
    assert cases["RET002OS"].grades == {"published_diagnosis": "suspect"}
    assert not project.layout.split.exists()


def test_of_two_experts_what_they_disagree_on_is_not_annotated(papila, tmp_path):
    project, _ = imported(papila, tmp_path, options={Option.EXPERT: "both"})
    first, second = eye_mask(), eye_mask(3)
    assert np.array_equal(project.load_mask("RET002OD"), np.where(first == second, first, 255))


def test_a_cup_outside_its_disc_is_cut_off_and_named(papila, tmp_path):
    reaching = eye_mask() > 0
    reaching[26:38, 36:60] = True
    write_contour(papila / "ExpertsSegmentations/Contours/RET002OD_cup_exp1.txt", reaching & ~(eye_mask() == 1))
    events = list(import_set(SetRequest(papila, tmp_path / "project")))
    said = [event.text for event in events if isinstance(event, Message)]
    assert "1 mask is unusual. RET002OD.jpg: 25% of the cup lay outside the disc and was cut off." in said


def test_a_damaged_contour_is_named(papila, tmp_path):
    (papila / "ExpertsSegmentations/Contours/RET002OD_cup_exp1.txt").write_text("3 4\n5 six\n")
    (problem,) = problems(import_set(SetRequest(papila, tmp_path / "project")))
    assert "RET002OD_cup_exp1.txt was not read: a line is not two numbers" in problem


@pytest.fixture
def g1020(tmp_path):
    root = tmp_path / "G1020"
    for number in range(3):
        photograph(root / f"Images/image_{number}.jpg", number)
    disc, cup, place = (
        [[30, 20], [53, 20], [53, 43], [30, 43]],
        [[36, 26], [47, 26], [47, 37], [36, 37]],
        [[9, 9], [70, 50]],
    )
    shapes = [
        {"label": "disc", "points": disc, "shape_type": "polygon"},
        {"label": "cup", "points": cup, "shape_type": "polygon"},
        {"label": "discLoc", "points": place, "shape_type": "rectangle"},
    ]
    for number, drawn in ((0, shapes), (1, [shapes[0], shapes[2]])):
        content = {"shapes": drawn, "imagePath": f"image_{number}.jpg", "imageHeight": 60, "imageWidth": 80}
        (root / f"Images/image_{number}.json").write_text(json.dumps(content))
    save(root / "Masks/image_2.png", eye_mask(2))
    (root / "G1020.csv").write_text("imageID,binaryLabels\nimage_0.jpg,1\nimage_1.jpg,0\n")
    return root


def test_g1020_has_labelme_files_or_masks(g1020, tmp_path):
    project, cases = imported(g1020, tmp_path)
    assert np.array_equal(project.load_mask("image_0"), eye_mask())
    assert np.array_equal(project.load_mask("image_1"), (eye_mask() > 0).astype(np.uint8))
    assert cases["image_1"].incomplete
    assert np.array_equal(project.load_mask("image_2"), eye_mask(2))
    assert cases["image_0"].grades == {"published_diagnosis": "glaucoma"}
    assert cases["image_2"].grades == {}


def test_two_sets_in_a_folder_are_asked_about(g1020, origa, tmp_path):
    (tmp_path / "archive").mkdir()
    g1020.rename(tmp_path / "archive/G1020")
    origa.rename(tmp_path / "archive/ORIGA")
    with pytest.raises(ProjectError, match=r"several sets: ORIGA \(2 .*, G1020 \(3 .*: origa or g1020"):
        recognise(SetRequest(tmp_path / "archive", tmp_path / "project"))
    assert recognise(SetRequest(tmp_path / "archive", tmp_path / "project", "g1020")).set.name == "g1020"


def test_idrid_has_discs_alone(tmp_path):
    root = tmp_path / "A. Segmentation"
    for number, part in (("01", "a. Training Set"), ("55", "b. Testing Set")):
        photograph(root / "1. Original Images" / part / f"IDRiD_{number}.jpg", int(number))
        truth = root / "2. All Segmentation Groundtruths" / part
        save(truth / "5. Optic Disc" / f"IDRiD_{number}_OD.tif", np.where(eye_mask() > 0, 76, 0).astype(np.uint8))
        save(truth / "1. Microaneurysms" / f"IDRiD_{number}_MA.tif", eye_mask())
    project, cases = imported(root, tmp_path)
    assert sorted(cases) == ["IDRiD_01"]
    assert np.array_equal(project.load_mask("IDRiD_01"), (eye_mask() > 0).astype(np.uint8))
    assert cases["IDRiD_01"].incomplete


@pytest.fixture
def chaksu(tmp_path):
    root = tmp_path / "Chaksu"
    for seed, (part, camera, name) in enumerate(
        (("Train", "Bosch", "Image101"), ("Train", "Remidio", "P35_a"), ("Test", "Remidio", "P36_b"))
    ):
        photograph(root / part / "1.0_Original_Fundus_Images" / camera / f"{name}.JPG", seed)
        fusion = root / part / "4.0_OD_CO_Fusion_Images"
        written = "Remedio" if part == "Test" else camera  # as published
        for way in ("Majority", "STAPLE", "Mean", "Median"):
            save(fusion / written / way / f"{name}.tif", np.array([0, 127, 255], np.uint8)[eye_mask(way != "Majority")])
        for expert in range(1, 6):
            shift = 4 if expert == 5 else 0
            save(
                fusion / f"Expert {expert}" / camera / f"{name}.tif", np.array([0, 126, 254], np.uint8)[eye_mask(shift)]
            )
        decisions = root / part / "6.0_Glaucoma_Decision"
        decisions.mkdir(exist_ok=True)
        (decisions / f"Glaucoma_Decision_Comparison_{camera}_majority.csv").write_text(
            f"Images,Expert.1,Majority Decision\n{name}.jpg-{name}-1.jpg,NORMAL,GLAUCOMA  SUSUPECT\n"
        )
    return root


@pytest.mark.parametrize(
    ("expert", "wanted"),
    [
        ("majority", eye_mask()),
        ("staple", eye_mask(1)),
        ("5", eye_mask(4)),
        ("all", np.where(eye_mask() == eye_mask(4), eye_mask(), 255)),
    ],
)
def test_chaksu_has_five_experts_and_four_ways_of_merging_them(chaksu, tmp_path, expert, wanted):
    project, cases = imported(chaksu, tmp_path, parts=ALL, options={Option.EXPERT: expert})
    assert sorted(cases) == ["Image101", "P35_a", "P36_b"]
    assert all(np.array_equal(project.load_mask(name), wanted) for name in cases)
    assert {case.grades["published_diagnosis"] for case in cases.values()} == {"suspect"}
    assert cases["P35_a"].patient == "Chaksu remidio P35"


def test_chaksu_without_folders_of_cameras(tmp_path):
    root = tmp_path / "Chaksu" / "Train"
    photograph(root / "1.0_Original_Fundus_Images" / "P35_a.JPG", 1)
    mask = np.array([0, 127, 255], np.uint8)[eye_mask()]
    save(root / "4.0_OD_CO_Fusion_Images" / "Majority" / "P35_a.tif", mask)
    _, cases = imported(tmp_path / "Chaksu", tmp_path)
    assert cases["P35_a"].patient == "Chaksu P35"


def test_an_expert_whom_a_set_does_not_have_is_named(papila, tmp_path):
    with pytest.raises(ProjectError, match='PAPILA has no expert "3"; it has 1, 2, both'):
        recognise(SetRequest(papila, tmp_path / "project", options={Option.EXPERT: "3"}))


def test_a_patient_in_both_published_parts_is_trained_on(chaksu, tmp_path):
    for path in chaksu.rglob("P36_b.*"):
        path.rename(path.with_name(path.name.replace("P36_b", "P35_b")))
    events = list(import_set(SetRequest(chaksu, tmp_path / "project", parts=ALL)))
    assert problems(events) == []
    split = read_split(Project.open(tmp_path / "project").layout.split)
    assert split["patient:Chaksu remidio P35"] == split["case:P35_b"] == "train"
    said = [event.text for event in events if isinstance(event, Message)]
    assert any("same patient in both parts" in text for text in said)


@pytest.mark.real_data
def test_ten_real_discs_of_idrid(idrid, tmp_path):
    found = recognise(SetRequest(idrid, tmp_path / "project"))
    assert (found.set.name, len(found.chosen)) == ("idrid", 10)
    assert np.unique(found.chosen[0].read().mask).tolist() == [0, 1]
