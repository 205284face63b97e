"""Annotations of other programs become the masks of pictures: exactly, or with a sentence that says why not."""

from __future__ import annotations

import json
import sys

import nibabel
import nrrd
import numpy as np
import pycocotools.mask
import pytest
from dicom_files import OPHTHALMIC_8_BIT
from dicom_files import write as write_dicom
from foreign_annotations import (
    coco,
    column_runs,
    cvat,
    geojson,
    isat,
    label_studio,
    labelme,
    rootpainter_pictures,
    segment_nrrd,
    traced,
    two_discs,
    write_json,
    yolo,
)
from PIL import ExifTags
from PIL import Image as Pillow

from unet_desktop.engine.events import Message
from unet_desktop.errors import MaskError, Remedy
from unet_desktop.formats.dicom_seg import SourceModel, dicom_segmentation
from unet_desktop.formats.rootpainter import encode_annotation
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.label_names import match_labels, parse_label_names
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.import_events import AnnotationsLeftOut, LeftWithoutMask
from unet_desktop.tasks.import_images import import_images
from unet_desktop.tasks.import_preview import ImportPreview, preview_import
from unet_desktop.tasks.mask_options import FIND_OUT, MaskOptions

MASK = two_discs()


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in (1, 2):
        pixels = np.random.default_rng(number).integers(0, 255, (*MASK.shape, 3), np.uint8)
        Pillow.fromarray(pixels).save(folder / f"eye{number}.png")
    return folder


@pytest.fixture
def bring_in(tmp_path, pictures):
    """The masks of an import, by case, and its events."""

    def bring(masks, options=FIND_OUT, source=pictures):
        root = tmp_path / "project"
        if not root.exists():
            Project.create(root, DISC_AND_CUP)
        events = list(import_images(root, source, masks=masks, options=options))
        project = Project.open(root)
        return {case.id: project.load_mask(case.id) for case in project.cases()}, events

    return bring


def problems(events):
    return [event.problem for event in events if isinstance(event, ItemDone) and event.problem]


def polygon_coco(masks):
    return coco(masks, lambda plane: [traced(plane).ravel().tolist()])


def run_coco(masks):
    return coco(masks, lambda plane: {"counts": column_runs(plane), "size": list(plane.shape)})


SMALL = np.roll(MASK > 0, -20, axis=1)
"""Lies in the picture both ways round."""


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.fromarray(pixels).save(path)


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


BOTH = {"eye1.png": MASK, "eye2.png": MASK[::-1]}


def write_coco(folder):
    return write_json(folder / "instances.json", polygon_coco(BOTH))


def write_coco_runs(folder):
    return write_json(folder / "instances.json", run_coco(BOTH))


def write_compressed_coco(folder):
    def encode(plane):
        found = pycocotools.mask.encode(np.asfortranarray(plane.astype(np.uint8)))
        return {"size": found["size"], "counts": found["counts"].decode()}

    return write_json(folder / "instances.json", coco(BOTH, encode))


def write_labelme(folder):
    for name, mask in BOTH.items():
        write_json(folder / f"{name}.json", labelme(name, mask))


def write_cvat(folder):
    return write_text(folder / "annotations.xml", cvat(BOTH))


def write_geojson(folder):
    for name, mask in BOTH.items():
        write_json(folder / f"{name[:4]}.geojson", geojson(mask))


def write_isat(folder):
    for name, mask in BOTH.items():
        write_json(folder / f"{name[:4]}.json", isat(name, mask))


def write_label_studio(folder):
    return write_json(folder / "project-1.json", label_studio(BOTH))


def write_yolo(folder):
    write_text(folder / "data.yaml", "path: .\nnames:\n  0: optic disc\n  1: optic cup\ntrain: images\n")
    for name, mask in BOTH.items():
        write_text(folder / "labels" / "train" / f"{name[:4]}.txt", yolo(mask))


def write_npy(folder):
    folder.mkdir()
    for name, mask in BOTH.items():
        np.save(folder / f"{name[:4]}.npy", mask)


def write_npz(folder):
    folder.mkdir()
    for name, mask in BOTH.items():
        np.savez_compressed(folder / f"{name[:4]}.npz", disc=mask > 0, cup=mask == 2)


def write_nifti(folder):
    folder.mkdir()
    for name, mask in BOTH.items():
        nibabel.Nifti1Image(mask.T[:, :, None], np.diag([-1.0, -1.0, 1.0, 1.0])).to_filename(
            folder / f"{name[:4]}.nii.gz"
        )


def write_nifti_by_rows(folder):
    folder.mkdir()
    for name, mask in BOTH.items():
        nibabel.Nifti1Image(mask, np.eye(4)).to_filename(folder / f"{name[:4]}.nii")


def write_nrrd(folder):
    folder.mkdir()
    for name, mask in BOTH.items():
        nrrd.write(str(folder / f"{name[:4]}.nrrd"), mask.T)


def write_segment_nrrd(folder):
    folder.mkdir()
    for name, mask in BOTH.items():
        nrrd.write(str(folder / f"{name[:4]}.seg.nrrd"), *segment_nrrd(mask))


def write_voc(folder):
    for name, mask in BOTH.items():
        save(folder / "SegmentationClass" / name, mask)
        save(folder / "SegmentationObject" / name, mask)
        write_text(folder / "Annotations" / f"{name[:4]}.xml", "<annotation><filename/></annotation>")


def write_contours(folder):
    for name, mask in BOTH.items():
        for part, plane in {"OD": mask > 0, "Cup": mask == 2}.items():
            lines = "\n".join(f"{y:.0f} {x:.0f}" for x, y in traced(plane))
            write_text(folder / f"{name[:4]}_{part}AvgBoundary.txt", lines)


WRITERS = [
    write_coco, write_coco_runs, write_compressed_coco, write_labelme, write_cvat, write_geojson, write_isat,
    write_label_studio, write_yolo, write_npy, write_npz, write_nifti, write_nifti_by_rows, write_nrrd,
    write_segment_nrrd, write_voc, write_contours,
]  # fmt: skip


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_every_format_gives_the_same_masks(tmp_path, bring_in, write):
    place = write(tmp_path / "foreign") or tmp_path / "foreign"
    masks, events = bring_in(place)
    assert not problems(events)
    assert np.array_equal(masks["eye1"], MASK)
    assert np.array_equal(masks["eye2"], MASK[::-1])


def test_rootpainter_corrects_its_segmentations(tmp_path, bring_in):
    segmentation, annotation = rootpainter_pictures(MASK > 0)
    save(tmp_path / "painted" / "segmentations" / "eye1.png", segmentation)
    save(tmp_path / "painted" / "annotations" / "train" / "eye1.png", annotation)
    save(tmp_path / "painted" / "annotations" / "val" / "eye2.png", annotation)
    masks, _ = bring_in(tmp_path / "painted")
    assert np.array_equal(masks["eye1"], (MASK > 0).astype(np.uint8))
    assert set(np.unique(masks["eye2"])) == {0, 1, 255}  # without a segmentation, most of it is not annotated


def test_rootpainter_projects_of_disc_and_cup_are_put_together(tmp_path, bring_in):
    for name, plane in {"clinic_optic_disc": MASK > 0, "clinic_optic_cup": MASK == 2}.items():
        folder = tmp_path / "shared" / "projects" / name
        (folder / "annotations" / "train").mkdir(parents=True)
        (folder / f"{name}.seg_proj").write_text("{}", "utf-8")
        content = encode_annotation(plane, np.ones(plane.shape, bool))
        (folder / "annotations" / "train" / "eye1.png").write_bytes(content)
    masks, _ = bring_in(tmp_path / "shared")
    assert np.array_equal(masks["eye1"], MASK)


def test_a_dicom_segmentation_finds_its_picture_by_its_identifier(tmp_path, bring_in):
    source = tmp_path / "dicom"
    source.mkdir()
    pixels = np.random.default_rng(3).integers(0, 255, (*MASK.shape, 3), np.uint8)
    write_dicom(source / "x1.dcm", pixels, SOPClassUID=OPHTHALMIC_8_BIT)
    content = dicom_segmentation(source / "x1.dcm", MASK, DISC_AND_CUP, SourceModel("m", "f" * 64), who=False)
    (tmp_path / "segmentation.dcm").write_bytes(content)
    masks, events = bring_in(tmp_path / "segmentation.dcm", source=source)
    assert not problems(events)
    assert np.array_equal(masks["x1"], MASK)


def test_the_order_of_text_contours_is_found_or_asked(tmp_path, bring_in):
    write_text(tmp_path / "a" / "eye1_disc.txt", "\n".join(f"{x} {y}" for x, y in traced(SMALL)))
    with pytest.raises(MaskError, match="which is x") as caught:
        bring_in(tmp_path / "a")
    assert caught.value.remedy is Remedy.AXIS_ORDER
    masks, _ = bring_in(tmp_path / "a", MaskOptions(axes="xy"))
    assert np.array_equal(masks["eye1"], SMALL.astype(np.uint8))


def test_a_far_corner_tells_the_order_of_a_contour(tmp_path, bring_in):
    write_text(tmp_path / "a" / "eye1_disc.txt", "10,10\n75,10\n75,50\n10,50")
    masks, events = bring_in(tmp_path / "a")
    assert np.argwhere(masks["eye1"]).max(0).tolist() in ([50, 75], [49, 74])
    assert any("x and y" in event.text for event in events if isinstance(event, Message))


def test_labels_are_matched_by_name_or_asked(tmp_path, pictures):
    data = polygon_coco({"eye1.png": MASK})
    data["categories"] = [{"id": 1, "name": "Optic_Disk"}, {"id": 2, "name": "macula"}]
    path = write_json(tmp_path / "a.json", data)
    project = Project.create(tmp_path / "project", DISC_AND_CUP)
    with pytest.raises(MaskError, match='"macula" means') as caught:
        list(import_images(project.root, pictures, masks=path))
    assert caught.value.remedy is Remedy.LABEL_NAMES
    assert not project.cases()
    options = MaskOptions(names=parse_label_names("macula=optic cup", DISC_AND_CUP))
    list(import_images(project.root, pictures, masks=path, options=options))
    after = Project.open(project.root)
    assert np.array_equal(after.load_mask("eye1"), MASK)


@pytest.mark.parametrize(
    ("names", "values", "unknown"),
    [
        (("OD", "OC"), {"OD": 1, "OC": 2}, ()),
        (("OD",), {}, ("OD",)),
        (("OD", "OS"), {}, ("OD", "OS")),
        (("Disc", "CUP"), {"Disc": 1, "CUP": 2}, ()),
        (("optic-nerve-head", "excavation"), {"optic-nerve-head": 1, "excavation": 2}, ()),
        (("rim", "cup"), {"rim": 1, "cup": 2}, ()),
        (("__ignore__", "background"), {"__ignore__": 255, "background": 0}, ()),
        (("vessel",), {}, ("vessel",)),
    ],
)
def test_names_that_are_sure(names, values, unknown):
    found = match_labels(names, DISC_AND_CUP)
    assert (dict(found.values), found.unknown) == (values, unknown)


def test_a_mask_of_another_size_is_refused_with_both_sizes(tmp_path, bring_in):
    path = write_json(tmp_path / "a.json", polygon_coco({"eye1.png": two_discs(70, 90)}))
    masks, events = bring_in(path)
    assert "eye1" not in masks
    (problem,) = problems(events)
    assert "90 x 70" in problem
    assert "80 x 60" in problem


def test_what_is_outside_is_cut_off_and_said(tmp_path, bring_in):
    data = polygon_coco({"eye1.png": MASK})
    data["annotations"][1]["segmentation"] = [[60.0, 20.0, 1e300, 20.0, 1e300, 40.0, 60.0, 40.0]]
    masks, events = bring_in(write_json(tmp_path / "a.json", data))
    assert not problems(events)
    assert (masks["eye1"][20:40, 60:] == 2).all()
    assert any("cut off" in event.note for event in events if isinstance(event, ItemDone))


def test_shapes_that_are_no_regions_are_named(tmp_path, bring_in):
    shapes = [
        {"label": "disc", "points": [[20, 10], [40, 30]], "shape_type": "rectangle"},
        {"label": "disc", "points": [[20, 10], [40, 30]], "shape_type": "linestrip"},
    ]
    masks, events = bring_in(write_json(tmp_path / "a.json", labelme("eye1.png", MASK, shapes)))
    assert problems(events) == ["eye1.png: passed over 1 linestrip, which is no region."]
    assert np.argwhere(masks["eye1"] == 1).min(0).tolist() == [10, 20]
    assert np.argwhere(masks["eye1"] == 1).max(0).tolist() == [30, 40]  # labelme counts the border


def test_pictures_without_a_region_get_no_mask(tmp_path, bring_in):
    data = polygon_coco({"eye1.png": MASK})
    data["images"].append({"id": 7, "file_name": "eye2.png", "width": 80, "height": 60})
    masks, events = bring_in(write_json(tmp_path / "a.json", data))
    assert masks["eye2"] is None
    assert any(isinstance(event, LeftWithoutMask) for event in events)
    assert any("hold nothing" in event.text for event in events if isinstance(event, Message))


def test_annotations_of_pictures_that_are_not_there_are_not_passed_over(tmp_path, bring_in):
    data = polygon_coco({"eye1.png": MASK, "eye2.png": MASK, "eye3.png": MASK})
    data["images"].append({"id": 9, "file_name": "nothing_drawn.png", "height": 60, "width": 80})
    _, events = bring_in(write_json(tmp_path / "coco.json", data))
    (left,) = [event for event in events if isinstance(event, AnnotationsLeftOut)]
    assert left.sentence == "These annotations belong to none of the pictures: eye3.png."


def test_a_picture_with_left_out_labels_alone_gets_no_mask(tmp_path, bring_in):
    data = polygon_coco({"eye1.png": MASK, "eye2.png": MASK})
    data["categories"].append({"id": 9, "name": "vessel"})
    second = next(image["id"] for image in data["images"] if image["file_name"] == "eye2.png")
    for annotation in data["annotations"]:
        annotation["category_id"] = 9 if annotation["image_id"] == second else annotation["category_id"]
    options = MaskOptions(names=parse_label_names("vessel=", DISC_AND_CUP))
    root = Project.create(tmp_path / "project", DISC_AND_CUP).root
    events = list(
        import_images(root, tmp_path / "pictures", masks=write_json(tmp_path / "c.json", data), options=options)
    )
    assert not problems(events)
    assert [event.pictures for event in events if isinstance(event, LeftWithoutMask)] == [("eye2.png",)]
    assert [case.state.value for case in Project.open(root).cases()] == ["corrected", "new"]


def test_a_damaged_file_among_others_is_named(tmp_path, bring_in):
    folder = tmp_path / "annotations"
    write_json(folder / "eye1.json", labelme("eye1.png", MASK))
    text = (folder / "eye1.json").read_text("utf-8").replace("eye1", "eye2")
    (folder / "eye2.json").write_text(text[: len(text) // 2], "utf-8")
    masks, events = bring_in(folder)
    assert np.array_equal(masks["eye1"], MASK)
    (left,) = [event for event in events if isinstance(event, AnnotationsLeftOut)]
    assert "eye2.json" in left.sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '<?xml version="1.0"?><annotations><version>1.1</version><track id="0" label="a"></track></annotations>',
            "video",
        ),
        ("PK\x03\x04 and so on", "ZIP archive"),
        ('{"images": [{"id": 1, "file_name": "eye1.png", "height": 60', "not complete"),
        ('{"images": [], "annotations": [], "categories": []}', "lists no images"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, pictures, text, said):
    path = tmp_path / "annotations.bin"
    path.write_text(text, "utf-8")
    project = Project.create(tmp_path / "project", DISC_AND_CUP)
    with pytest.raises(MaskError, match=said):
        list(import_images(project.root, pictures, masks=path))
    assert not project.cases()


@pytest.mark.parametrize(("library", "write"), [("nibabel", write_nifti), ("nrrd", write_nrrd)])
def test_a_missing_library_is_named_with_what_to_install(tmp_path, bring_in, monkeypatch, library, write):
    write(tmp_path / "foreign")
    monkeypatch.setitem(sys.modules, library, None)
    _, events = bring_in(tmp_path / "foreign")
    assert all('pip install "unet-desktop[formats]"' in problem for problem in problems(events))
    assert len(problems(events)) == 2


@pytest.mark.parametrize("upright", [True, False])
def test_annotations_of_a_turned_photograph(tmp_path, bring_in, upright):
    source = tmp_path / "turned"
    source.mkdir()
    exif = Pillow.Exif()
    exif[ExifTags.Base.Orientation] = 6  # a quarter turn clockwise shows it upright
    stored = np.random.default_rng(4).integers(0, 255, (*MASK.shape, 3), np.uint8)
    Pillow.fromarray(stored).save(source / "eye1.jpg", exif=exif)
    shown = np.rot90(MASK, -1)
    path = write_json(tmp_path / "a.json", run_coco({"eye1.jpg": shown if upright else MASK}))
    masks, events = bring_in(path, source=source)
    assert not problems(events)
    assert np.array_equal(masks["eye1"], shown)


def test_a_folder_of_boxes_is_refused_by_name(tmp_path, pictures):
    for number in range(30):
        write_text(tmp_path / "voc" / f"eye{number}.xml", "<annotation><object><bndbox/></object></annotation>")
    project = Project.create(tmp_path / "project", DISC_AND_CUP)
    with pytest.raises(
        MaskError, match=r"eye0.xml \(Pascal VOC annotations\) was not read: it holds Pascal VOC's boxes"
    ) as one:
        list(import_images(project.root, pictures, masks=tmp_path / "voc"))
    assert "eye1.xml" not in str(one.value)


def test_the_preview_says_how_annotations_are_understood(tmp_path, pictures):
    path = write_json(tmp_path / "a.json", polygon_coco({"eye1.png": MASK}))
    *_, preview = preview_import(pictures, path, DISC_AND_CUP)
    assert isinstance(preview, ImportPreview)
    assert preview.mask is not None
    assert preview.mask.pixels is not None
    assert "COCO" in preview.sentences[0]
    assert preview.without == ("eye2.png",)


def test_xml_that_declares_entities_is_refused(tmp_path, pictures):
    text = '<!DOCTYPE a [<!ENTITY b "c">]><annotations><image name="&b;" width="8" height="8"/></annotations>'
    path = write_text(tmp_path / "a.xml", text)
    project = Project.create(tmp_path / "project", DISC_AND_CUP)
    with pytest.raises(MaskError, match="declares entities"):
        list(import_images(project.root, pictures, masks=path))


@pytest.mark.parametrize("polygon", ["[" * 100 + "]" * 100, "[[NaN, 1, 2, 3, 4, 5]]", '["a", 1]', "[[1, 2, 3]]"])
def test_polygons_that_are_none_are_named(tmp_path, bring_in, polygon):
    text = json.dumps(polygon_coco({"eye1.png": MASK}) | {"annotations": []}).replace(
        '"annotations": []', f'"annotations": [{{"image_id": 1, "category_id": 1, "segmentation": {polygon}}}]'
    )
    path = write_text(tmp_path / "a.json", text)
    try:
        masks, events = bring_in(path)
    except MaskError:
        return
    assert "eye1" not in masks
    assert problems(events)


def test_one_entry_for_two_pictures_is_refused(tmp_path):
    for folder in "ab":
        save(tmp_path / "pictures" / folder / "eye1.png", np.zeros((*MASK.shape, 3), np.uint8) + ord(folder))
    path = write_json(tmp_path / "a.json", polygon_coco({"eye1.png": MASK}))
    *_, preview = preview_import(tmp_path / "pictures", path, DISC_AND_CUP, recursive=True)
    assert isinstance(preview, ImportPreview)
    assert preview.mask is not None
    assert '"eye1.png"' in preview.mask.problem
    assert "a/eye1.png or b/eye1.png" in preview.mask.problem
