"""What people say that values mean, in a line or in a labelmap.txt."""

from __future__ import annotations

import math

import numpy as np
import pytest
from masks_of_others import by_table, disc_and_cup
from PIL import Image as Pillow

from unet_desktop.errors import LabelError, MaskError
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.foreign import look_at_masks, plan_masks
from unet_desktop.masks.mask_values import make_table, parse_mask_values, read_colour_names
from unet_desktop.masks.pairs import MaskFile


@pytest.mark.parametrize(
    ("text", "table", "others"),
    [
        ("0=background,1=optic disc", ((0, 0), (1, 1)), None),
        (" 0 = Background , 300=optic_cup,-1=not annotated", ((0, 0), (300, 2), (-1, 255)), None),
        ("0=background,others=disc", ((0, 0),), 1),
        ("0.5=cup", ((0.5, 2),), None),
        ("#000000=background,#FF8000=cup,transparent=void", ((0xFF000000, 0), (0xFFFF8000, 2), (0, 255)), None),
        ("#ff0000b4=disc", ((0xB4FF0000, 1),), None),
    ],
)
def test_lines_that_are_understood(text, table, others):
    found = parse_mask_values(text, DISC_AND_CUP)
    assert found.table == table
    assert found.others == others
    assert found.by_colour == ("#" in text)
    assert make_table(found.keys()) == found


def test_nan_has_a_meaning_too():
    ((key, value),) = parse_mask_values("nan=not annotated", DISC_AND_CUP).table
    assert math.isnan(key)
    assert value == 255


def test_names_of_labels_may_hold_commas_and_equals_signs():
    labels = LabelSet((Label(1, "a, b=c", "#ff0000"), Label(2, "d", "#00ff00")))
    assert parse_mask_values("1=a, b=c,2=d", labels).table == ((1, 1), (2, 2))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "does not say"),
        ("optic disc", "does not say"),
        ("x1=optic disc", "does not say"),
        ("1=macula", '"macula" is no label of this project. There are: background, optic disc, optic cup'),
        ("1=disc,#ff0000=cup", "mixes numbers and colours"),
        ("1=disc,1=cup", "gives 1 two meanings"),
    ],
)
def test_lines_that_are_not(text, named):
    with pytest.raises(LabelError, match=named.replace(".", r"\.")):
        parse_mask_values(text, DISC_AND_CUP)


def read(path, text):
    file = MaskFile(path)
    ((_, facts),) = look_at_masks([path])
    return plan_masks([(file, facts)], DISC_AND_CUP, values=parse_mask_values(text, DISC_AND_CUP)).read([file]).mask


@pytest.mark.parametrize(
    ("save", "text"),
    [
        (by_table(0, 300, 600, dtype=np.uint16), "0=background,300=disc,600=cup"),
        (by_table(0, -1, 7, dtype=np.int32), "0=background,-1=disc,7=cup"),
        (by_table(0, 0.25, 0.5, dtype=np.float32), "0=background,0.25=disc,0.5=cup"),
        (by_table((9, 9, 0), (255, 0, 0), (0, 0, 255)), "#090900=background,#ff0000=disc,#0000ff=cup"),
        (by_table(0, 2, 1), "0=background,2=disc,1=cup"),
        (by_table(7, 9, 8), "others=background,9=disc,8=cup"),
        (by_table(0, 128, 255), "#000000=background,#808080=disc,#ffffff=cup"),
    ],
)
def test_what_was_said_is_done(tmp_path, save, text):
    save(disc_and_cup(), tmp_path / "a.tif")
    np.testing.assert_array_equal(read(tmp_path / "a.tif", text), disc_and_cup())


def test_what_was_not_said_is_refused(tmp_path):
    by_table(0, 128, 255)(disc_and_cup(), tmp_path / "a.tif")
    with pytest.raises(MaskError, match="the values 0, 128, 255, but masks are read so: 0 is background, 255 is optic"):
        read(tmp_path / "a.tif", "0=background,255=disc")


@pytest.mark.parametrize("text", ["0=cup,255=background", "#000000=cup,#ffffff=background"])
def test_smooth_edges_go_to_the_nearer_end(tmp_path, text):
    Pillow.fromarray(np.uint8(disc_and_cup(240, 320) == 0) * 255).save(tmp_path / "a.jpg", quality=70)
    found = read(tmp_path / "a.jpg", text)
    assert np.count_nonzero(found != 2 * (disc_and_cup(240, 320) > 0)) <= 2


def test_a_labelmap_beside_or_above_the_masks(tmp_path):
    (tmp_path / "masks").mkdir()
    text = "# label:color_rgb:parts:actions\nbackground:0,0,0::\noptic_disc:128,0,0::\nvessel:1,2,3::\nbad:x\n"
    (tmp_path / "labelmap.txt").write_text(text)
    assert read_colour_names(tmp_path / "masks", DISC_AND_CUP) == ((0xFF000000, 0), (0xFF800000, 1))
    assert read_colour_names(tmp_path / "masks" / "more", DISC_AND_CUP) == ()
