from __future__ import annotations

import base64
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image as Pillow
from PIL import ImageDraw

from unet_desktop.errors import ImageError
from unet_desktop.formats.coco import encode_coco, merge_coco, run_length_encode
from unet_desktop.formats.geojson import encode_geojson
from unet_desktop.formats.labelme import encode_labelme
from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Image
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.outlines import signed_area
from unet_desktop.masks.regions import region

SHAPES = array_shapes(min_dims=2, max_dims=2, max_side=9)
CELLS = LabelSet((Label(1, "cell", "#aa0000"), Label(2, "nucleus", "#00aa00", inside="cell")))
MASKS = arrays(np.uint8, SHAPES, elements=st.integers(0, 1))
NESTED = arrays(np.uint8, SHAPES, elements=st.integers(0, 2))


def decoded(counts, size):
    values = np.repeat(np.arange(len(counts)) % 2, counts)
    return values.reshape(size[1], size[0]).T.astype(bool)


def coco_area(ring):
    return abs(signed_area(np.array(ring).reshape(-1, 2)))


def drawn_by_labelme(data):
    """As labelme makes label images of its files: polygons with their border, masks by box."""
    shape = data["imageHeight"], data["imageWidth"]
    plane = np.zeros(shape, bool)
    for drawn in data["shapes"]:
        if drawn["shape_type"] == "mask":
            (left, top), (right, bottom) = drawn["points"]
            with Pillow.open(io.BytesIO(base64.b64decode(drawn["mask"]))) as opened:
                plane[top : bottom + 1, left : right + 1] |= np.array(opened).astype(bool)
        else:
            picture = Pillow.new("L", shape[::-1])
            ImageDraw.Draw(picture).polygon([tuple(point) for point in drawn["points"]], outline=1, fill=1)
            plane |= np.array(picture).astype(bool)
    return plane


def labelme_of(mask, path=Path("a.jpg"), note="", labels=ONE_STRUCTURE, page=0, target=Path("out/a.json")):
    image = Image(np.zeros((*mask.shape, 3), np.uint8), note)
    return json.loads(encode_labelme(path, image, mask, bounding_box(mask), labels, target=target, page=page))


@given(MASKS)
def test_coco_gives_back_the_region_and_counts_its_pixels(mask):
    data = json.loads(encode_coco("a.jpg", mask, bounding_box(mask), ONE_STRUCTURE))
    whole = np.zeros(mask.shape, bool)
    for annotation in data["annotations"]:
        found = annotation["segmentation"]
        if isinstance(found, dict):
            plane = decoded(found["counts"], found["size"])
            assert np.count_nonzero(plane) == annotation["area"]
            whole |= plane
        else:
            assert sum(coco_area(ring) for ring in found) == annotation["area"]
            whole |= filled_by_edges(found, mask.shape)
    assert np.array_equal(whole, mask.astype(bool))


def filled_by_edges(rings, shape):
    inside = np.zeros(shape, bool)
    for ring in rings:
        corners = np.array(ring).reshape(-1, 2)
        for (x, y), (next_x, next_y) in zip(corners.tolist(), np.roll(corners, -1, axis=0).tolist(), strict=True):
            if x == next_x:
                inside[min(y, next_y) : max(y, next_y), x:] ^= True
    return inside


@given(MASKS, st.integers(0, 4), st.integers(0, 4), st.integers(0, 3), st.integers(0, 3))
def test_runs_give_back_the_piece_wherever_it_lies(mask, top, left, below, right):
    plane = mask.astype(bool)
    if not plane.any():
        return
    height, width = plane.shape
    size = (top + height + below, left + width + right)
    found = run_length_encode(plane, Box(top, left, top + height, left + width), size)
    whole = np.zeros(size, bool)
    whole[top : top + height, left : left + width] = plane
    assert np.array_equal(decoded(found["counts"], found["size"]), whole)
    assert all(count > 0 for count in found["counts"][1:-1])


def test_a_unique_label_is_one_annotation_and_others_one_a_piece():
    mask = np.zeros((8, 8), np.uint8)
    mask[1:3, 1:3] = mask[5:7, 5:8] = 1
    data = json.loads(encode_coco("a", mask, bounding_box(mask), ONE_STRUCTURE))
    boxes = [entry["bbox"] for entry in data["annotations"]]
    assert sorted(boxes) == [[1, 1, 2, 2], [5, 5, 3, 2]]
    (disc,) = json.loads(encode_coco("a", mask, bounding_box(mask), DISC_AND_CUP))["annotations"]
    assert disc["bbox"] == [1, 1, 7, 6]
    assert len(disc["segmentation"]) == 2


def test_the_disc_of_coco_holds_its_cup(disc_mask):
    data = json.loads(encode_coco("a.jpg", disc_mask, bounding_box(disc_mask), DISC_AND_CUP))
    assert [(entry["category_id"], entry["area"]) for entry in data["annotations"]] == [(1, 1600), (2, 400)]
    assert [entry["name"] for entry in data["categories"]] == ["optic disc", "optic cup"]


def test_a_run_is_one_file_with_ids_of_its_own(tmp_path, disc_mask):
    empty = np.zeros((5, 4), np.uint8)
    for name, mask in (("a", disc_mask), ("b", empty), ("c", disc_mask)):
        (tmp_path / name).write_bytes(encode_coco(name, mask, bounding_box(mask), DISC_AND_CUP))
    parts = [tmp_path / name for name in "abc"]
    data = json.loads(b"".join(merge_coco(lambda: parts, DISC_AND_CUP)))
    assert [(image["id"], image["file_name"]) for image in data["images"]] == [(1, "a"), (2, "b"), (3, "c")]
    assert [(entry["id"], entry["image_id"]) for entry in data["annotations"]] == [(1, 1), (2, 1), (3, 3), (4, 3)]


@pytest.mark.parametrize("name", ["a\udcff.jpg", 'a\x1b[31m"\n.jpg'])
def test_a_run_with_any_name_is_a_coco_file(tmp_path, disc_mask, name):
    (tmp_path / "a").write_bytes(encode_coco(name, disc_mask, bounding_box(disc_mask), DISC_AND_CUP))
    data = json.loads(b"".join(merge_coco(lambda: [tmp_path / "a"], DISC_AND_CUP)))
    assert [image["file_name"] for image in data["images"]] == [name]


def test_a_run_of_nothing_is_a_coco_file_too():
    data = json.loads(b"".join(merge_coco(list, DISC_AND_CUP)))
    assert data["images"] == data["annotations"] == []


@pytest.mark.parametrize("content", [None, b"{", b"{}", b'{"images":[],"annotations":[]}', b"[1]"])
def test_a_damaged_part_is_one_sentence(tmp_path, content):
    if content is not None:
        (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(ImageError, match=r"a\.json"):
        list(merge_coco(lambda: [tmp_path / "a.json"], DISC_AND_CUP))


@given(NESTED)
def test_geojson_gives_back_each_unique_region(mask):
    data = json.loads(encode_geojson("a.jpg", mask, bounding_box(mask), DISC_AND_CUP))
    by_label = {feature["properties"]["label"]: feature for feature in data["features"]}
    for label in DISC_AND_CUP:
        plane = region(mask, DISC_AND_CUP, label)
        assert (label.name in by_label) == plane.any()
        if label.name not in by_label:
            continue
        shape, corners = (by_label[label.name]["geometry"][key] for key in ("type", "coordinates"))
        polygons = corners if shape == "MultiPolygon" else [corners]
        rings = [ring for polygon in polygons for ring in polygon]
        assert all(ring[0] == ring[-1] and len(ring) >= 5 for ring in rings)
        assert np.array_equal(filled_by_edges([ring[:-1] for ring in rings], mask.shape), plane)
        assert by_label[label.name]["properties"]["area_px"] == plane.sum()


@given(NESTED)
def test_contours_have_an_object_for_each_piece_of_a_label_that_is_not_unique(mask):
    box = bounding_box(mask)
    features = json.loads(encode_geojson("a.jpg", mask, box, CELLS))["features"]
    annotations = json.loads(encode_coco("a.jpg", mask, box, CELLS))["annotations"]
    for label in CELLS:
        plane = region(mask, CELLS, label)
        count, numbers = cv2.connectedComponents(plane.astype(np.uint8), connectivity=8)
        of_label = [feature for feature in features if feature["properties"]["label"] == label.name]
        areas = sorted(int(np.count_nonzero(numbers == number)) for number in range(1, count))
        assert sorted(feature["properties"]["area_px"] for feature in of_label) == areas
        assert sorted(entry["area"] for entry in annotations if entry["category_id"] == label.value) == areas
        whole = np.zeros(mask.shape, bool)
        for feature in of_label:
            corners = feature["geometry"]["coordinates"]
            polygons = corners if feature["geometry"]["type"] == "MultiPolygon" else [corners]
            piece = filled_by_edges([ring[:-1] for polygon in polygons for ring in polygon], mask.shape)
            assert piece.sum() == feature["properties"]["area_px"], "with its holes"
            assert not (whole & piece).any()
            whole |= piece
        assert np.array_equal(whole, plane)


def test_a_piece_has_its_own_measures_and_holes():
    mask = np.zeros((8, 9), np.uint8)
    mask[0:3, 0:3] = 1
    mask[1, 1] = 0
    mask[5:7, 4:8] = 1
    ring, block = json.loads(encode_geojson("a", mask, bounding_box(mask), ONE_STRUCTURE))["features"]
    assert [ring["properties"][name] for name in ("area_px", "height_px", "width_px")] == [8, 3, 3]
    assert len(ring["geometry"]["coordinates"]) == 2
    assert [block["properties"]["measurements"][name] for name in ("area_px", "height_px", "width_px")] == [8, 2, 4]
    first, _ = json.loads(encode_coco("a", mask, bounding_box(mask), ONE_STRUCTURE))["annotations"]
    assert first["segmentation"]["counts"][0:4] == [0, 3, 5, 1]


@given(MASKS)
def test_labelme_draws_the_same_region(mask):
    assert np.array_equal(drawn_by_labelme(labelme_of(mask)), mask.astype(bool))


def test_a_disc_is_a_polygon_in_labelme(disc_mask):
    shapes = labelme_of(disc_mask, labels=DISC_AND_CUP)["shapes"]
    assert [(entry["label"], entry["shape_type"]) for entry in shapes] == [
        ("optic disc", "polygon"),
        ("optic cup", "polygon"),
    ]


@pytest.mark.parametrize(
    ("path", "note", "page", "carried"),
    [
        ("a.jpg", "", 0, False),
        ("a.TIF", "", 0, False),
        ("a.tif", "", 1, True),
        ("a.png", "Its values from 0 to 4095 are shown as black to white.", 0, True),
        ("a.dcm", "", 0, True),
    ],
)
def test_pictures_that_labelme_cannot_open_are_carried_along(path, note, page, carried):
    data = labelme_of(np.ones((6, 9), np.uint8), Path(path), note, page=page)
    assert (data["imageData"] is not None) == carried
    assert data["imagePath"] == f"../{path}"
    if carried:
        with Pillow.open(io.BytesIO(base64.b64decode(data["imageData"]))) as opened:
            assert opened.size == (9, 6)


def test_labelme_finds_the_picture_from_the_file_s_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    target = Path("out/contours/labelme/sub/a.json")
    for place in (Path("in/sub"), tmp_path / "in" / "sub"):
        data = labelme_of(np.ones((3, 3), np.uint8), place / "ä b.jpg", target=target)
        assert data["imagePath"] == "../../../../in/sub/ä b.jpg"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_labelme_finds_the_picture_through_links_to_folders(tmp_path):
    for folder in ("far/away/out", "store/deep/pictures"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "out").symlink_to(tmp_path / "far" / "away" / "out")
    (tmp_path / "in").symlink_to(tmp_path / "store" / "deep" / "pictures")
    picture = tmp_path / "in" / "a.jpg"
    picture.symlink_to(tmp_path / "store" / "content")  # a link to a file keeps its name
    (tmp_path / "store" / "content").write_bytes(b"picture")
    target = tmp_path / "out" / "labelme" / "a.json"
    target.parent.mkdir()
    found = labelme_of(np.ones((3, 3), np.uint8), picture, target=target)["imagePath"]
    assert (target.parent / found).read_bytes() == b"picture"
    assert found.endswith("/a.jpg")


def test_a_picture_on_another_drive_is_named_in_full(monkeypatch):
    def refuse(*_):
        raise ValueError("path is on mount 'C:', start on mount 'D:'")

    monkeypatch.setattr("os.path.relpath", refuse)
    data = labelme_of(np.ones((3, 3), np.uint8), Path("a.jpg"))
    assert data["imagePath"] == Path("a.jpg").absolute().as_posix()


@pytest.mark.parametrize("name", ["ä\udcff.jpg", 'q"uote\n.jpg'])
def test_odd_names_are_json_all_the_same(name):
    mask = np.ones((3, 3), np.uint8)
    assert json.loads(encode_coco(name, mask, bounding_box(mask), ONE_STRUCTURE))["images"][0]["file_name"] == name
    assert json.loads(encode_geojson(name, mask, bounding_box(mask), ONE_STRUCTURE))["image"]["file"] == name
