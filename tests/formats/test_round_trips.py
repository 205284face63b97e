"""What is written for other programs is read back to the same mask; polygons are filled as others fill them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pycocotools.mask
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from unet_desktop.formats.annotations import Entry
from unet_desktop.formats.coco import COCO_FORMAT, decode_counts, encode_coco
from unet_desktop.formats.compose import compose_mask
from unet_desktop.formats.geojson import GEOJSON_FORMAT, encode_geojson
from unet_desktop.formats.labelme import LABELME_FORMAT, encode_labelme
from unet_desktop.formats.rootpainter import encode_annotation, read_rootpainter
from unet_desktop.formats.shapes import Ellipse, Filling, Polygon, fill_rings, is_traced
from unet_desktop.images.box import bounding_box
from unet_desktop.images.read import Image
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.label_names import match_labels

APART = LabelSet((Label(3, "vessel", "#ff0000"), Label(7, "haemorrhage", "#00ff00")))
MASKS = arrays(np.uint8, (11, 13), elements=st.sampled_from([0, 0, 1, 2]))
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def encode_for_labelme(name, mask, box, labels):
    image = Image(np.zeros((*mask.shape, 3), np.uint8))
    return encode_labelme(Path("/pictures") / name, image, mask, box, labels, target=Path("/pictures/a.json"))


WRITTEN = [(encode_coco, COCO_FORMAT), (encode_geojson, GEOJSON_FORMAT), (encode_for_labelme, LABELME_FORMAT)]


def read_back(path, how, labels, size):
    (entry,) = how.look(path)
    return compose_mask([how.read(entry)], match_labels(entry.labels, labels).values, labels, size).mask


@pytest.mark.parametrize(("encode", "how"), WRITTEN, ids=lambda one: getattr(one, "kind", ""))
@pytest.mark.parametrize("labels", [DISC_AND_CUP, APART], ids=["nested", "apart"])
@FEW
@given(mask=MASKS)
def test_contours_are_read_back_to_the_same_mask(tmp_path, encode, how, labels, mask):
    mask = np.array([0, *(label.value for label in labels)], np.uint8)[mask]
    path = tmp_path / "a.json"
    path.write_bytes(encode("eye.png", mask, bounding_box(mask), labels))
    assert np.array_equal(read_back(path, how, labels, mask.shape), mask)


@FEW
@given(mask=MASKS)
def test_rootpainter_annotations_are_read_back(tmp_path, mask):
    (tmp_path / "a.png").write_bytes(encode_annotation(mask == 1, mask != 2))
    found = read_rootpainter(Entry(tmp_path / "a.png", key={"annotation": tmp_path / "a.png"}))
    one = LabelSet((Label(1, "structure", "#ff0000"),))
    read = compose_mask([found], {"": 1}, one, mask.shape).mask
    assert np.array_equal(read, np.array([0, 1, 255], np.uint8)[mask])


@FEW
@given(plane=arrays(bool, (9, 7)))
def test_compressed_run_lengths_are_decoded_as_pycocotools_does(plane):
    encoded = pycocotools.mask.encode(np.asfortranarray(plane.astype(np.uint8)))
    counts = decode_counts(encoded["counts"].decode())
    flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    assert np.array_equal(flat.reshape(7, 9).T, plane)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@FEW
@given(st.lists(st.tuples(st.floats(-5, 45), st.floats(-5, 35)), min_size=3, max_size=12))
def test_polygons_are_filled_nearly_as_pycocotools_fills_them(corners):
    """It rounds corners to fifths of a pixel, so pixels may differ where an edge passes a centre."""
    ring = np.array(corners)
    cover = fill_rings([ring], (30, 40), 0.5)
    mine = np.zeros((30, 40), bool)
    mine[cover.box.slices] = cover.pixels
    whole = pycocotools.mask.frPyObjects([ring.ravel().tolist()], 30, 40)
    theirs = pycocotools.mask.decode(whole)[:, :, 0].astype(bool)
    length = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T).sum()
    assert np.count_nonzero(mine != theirs) <= 0.25 * length + 4


def test_a_polygon_that_crosses_itself_leaves_out_what_it_encloses_twice():
    star = np.array([[2, 2], [18, 2], [18, 14], [6, 14], [6, 6], [14, 6], [14, 18], [2, 18]], float)
    for filling in (Filling.EDGES, Filling.BORDER):
        cover = Polygon((star,), filling).cover((20, 20))
        assert not cover.pixels[10 - cover.box.top, 10 - cover.box.left]
        assert cover.crossed
        assert not Polygon((star[[0, 1, 6, 7]],), filling).cover((20, 20)).crossed


def test_an_ellipse_that_is_turned_covers_what_its_equation_says():
    cover = Ellipse(10.0, 10.0, 8.0, 3.0, 90.0).cover((20, 20))
    assert (cover.box.top, cover.box.bottom, cover.box.left, cover.box.right) == (2, 18, 7, 13)
    assert not cover.cut
    assert Ellipse(1.0, 1.0, 8.0, 3.0).cover((20, 20)).cut


@pytest.mark.parametrize(
    ("step", "traced"), [((1, 1), True), ((1, 0), False), ((2, 1), False)], ids=["diagonal", "stairs", "slanted"]
)
def test_outlines_through_centres_are_told_from_others(step, traced):
    across, down = step
    upper = [(4 + across * n + (n if step == (1, 0) else 0), 4 + down * n) for n in range(8)]
    ring = np.array([*upper, *((x, y + 20) for x, y in reversed(upper))], float)
    if step == (1, 0):  # stairs along pixel edges
        ring = np.array([(x, y) for n in range(7) for x, y in ((n, n), (n + 1, n))] + [(7, 30), (0, 30)], float)
    assert is_traced([ring]) is traced
    assert is_traced([ring[:5]]) is None
