from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from unet_desktop.errors import MaskError, WriteError
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.compare import compare, mean
from unet_desktop.masks.file import write_mask
from unet_desktop.tasks.evaluate import Evaluated, evaluate
from unet_desktop.tasks.events import ItemDone, Written


@pytest.fixture
def folders(tmp_path):
    found = tmp_path / "predictions", tmp_path / "references"
    for folder in found:
        folder.mkdir()
    return found


def shifted(mask, down):
    return np.roll(mask, down, axis=0)


def test_figures_by_hand(disc_mask):
    prediction = disc_mask.copy()
    prediction[20:30] = 0  # a quarter of the disc, above the cup, is missed
    prediction[45:50, 40:60] = 1  # and a quarter of the cup
    figures = compare(prediction, disc_mask, DISC_AND_CUP, boundaries=True)
    assert figures["dice/optic disc"] == pytest.approx(2 * 1200 / (1200 + 1600))
    assert figures["iou/optic disc"] == pytest.approx(1200 / 1600)
    assert figures["dice/optic cup"] == pytest.approx(2 * 300 / (300 + 400))
    assert figures["iou/optic cup"] == pytest.approx(300 / 400)
    assert figures["vcdr_error"] == pytest.approx(abs(15 / 30 - 20 / 40))
    assert figures["boundary_px/optic disc"] == pytest.approx(10)
    assert figures["boundary_share/optic disc"] == pytest.approx(10 / 40)


def test_the_vcdr_error_by_hand(disc_mask):
    prediction = disc_mask.copy()
    prediction[45:50, 40:60] = 1
    assert compare(prediction, disc_mask, DISC_AND_CUP)["vcdr_error"] == pytest.approx(abs(15 / 40 - 20 / 40))


def test_what_is_not_annotated_in_the_reference_does_not_count(disc_mask):
    reference = disc_mask.copy()
    reference[:, 50:] = 255
    prediction = disc_mask.copy()
    prediction[:, 50:] = 0
    figures = compare(prediction, reference, DISC_AND_CUP)
    assert figures["dice/optic disc"] == figures["iou/optic cup"] == 1


def test_a_partly_annotated_reference_says_nothing_of_heights(disc_mask):
    reference = disc_mask.copy()
    reference[35:] = 255  # what is below was not judged, and cuts more off the cup than off the disc
    figures = compare(disc_mask, reference, DISC_AND_CUP, boundaries=True)
    assert not any(name.startswith(("vcdr", "boundary")) for name in figures)


def test_a_stray_piece_does_not_count_where_there_is_one_of_a_label(disc_mask):
    prediction = disc_mask.copy()
    prediction[0:3, 0:3] = 1
    assert compare(prediction, disc_mask, DISC_AND_CUP)["dice/optic disc"] == 1
    many = np.where(prediction > 0, np.uint8(1), np.uint8(0))
    whole = np.where(disc_mask > 0, np.uint8(1), np.uint8(0))
    assert compare(many, whole, ONE_STRUCTURE)["dice/structure"] < 1


def test_figures_that_do_not_exist_are_absent(disc_mask):
    empty = np.zeros_like(disc_mask)
    figures = compare(empty, disc_mask, DISC_AND_CUP, boundaries=True)
    assert set(figures.values()) == {0, 0.5}
    assert figures["vcdr_error"] == 0.5  # a disc that was not found has vCDR 0
    assert not any(name.startswith("boundary") for name in figures)
    assert compare(empty, empty, ONE_STRUCTURE) == {"dice/structure": 1, "iou/structure": 1, "dice": 1, "iou": 1}
    assert not any(math.isnan(value) for value in compare(disc_mask, disc_mask, DISC_AND_CUP).values())


def test_means_are_over_the_pictures_that_have_the_figure():
    assert mean([{"a": 1.0, "b": 2.0}, {"a": 3.0}]) == {"a": 2.0, "b": 2.0}
    assert mean([]) == {}


def test_masks_of_one_name_are_compared_in_natural_order(folders, disc_mask):
    for name in ("p10.png", "p9.png"):
        write_mask(folders[0] / name, disc_mask, DISC_AND_CUP)
        write_mask(folders[1] / name, disc_mask, DISC_AND_CUP)
    write_mask(folders[0] / "other.png", disc_mask, DISC_AND_CUP)
    write_mask(folders[1] / "another.png", disc_mask, DISC_AND_CUP)
    *items, result = evaluate(*folders, DISC_AND_CUP)
    assert [item.name for item in items] == ["another.png", "p9.png", "p10.png"]
    assert ["no prediction" in item.problem for item in items] == [True, False, False]
    assert result.pictures == 2
    assert result.means["dice/optic cup"] == 1


def test_one_bad_pair_does_not_stop_the_rest(folders, disc_mask):
    for name in ("a.png", "b.png", "c.png", "d.png"):
        for folder in folders:
            write_mask(folder / name, disc_mask, DISC_AND_CUP)
    write_mask(folders[0] / "b.png", disc_mask[:40], DISC_AND_CUP)
    (folders[1] / "c.png").write_bytes(b"broken")
    events = list(evaluate(*folders, DISC_AND_CUP))
    assert [bool(event.problem) for event in events if isinstance(event, ItemDone)] == [False, True, True, False]
    assert "96 x 40 pixels" in events[1].problem
    assert events[-1].pictures == 2


def test_the_table_has_a_row_a_picture(folders, tmp_path, disc_mask):
    write_mask(folders[1] / "=a.png", disc_mask, DISC_AND_CUP)
    write_mask(folders[0] / "=a.png", shifted(disc_mask, 4), DISC_AND_CUP)
    events = list(evaluate(*folders, DISC_AND_CUP, table=tmp_path / "table.csv"))
    assert Written("table", tmp_path / "table.csv") in events
    with (tmp_path / "table.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1
    assert rows[0]["mask"] == "'=a.png"
    assert float(rows[0]["dice/optic disc"]) == 0.9
    assert isinstance(events[-1], Evaluated)


def test_a_table_that_cannot_be_written_is_one_sentence(folders, tmp_path, disc_mask):
    for folder in folders:
        write_mask(folder / "a.png", disc_mask, DISC_AND_CUP)
    with pytest.raises(WriteError):
        list(evaluate(*folders, DISC_AND_CUP, table=tmp_path / "gone" / "table.csv"))


def test_folders_that_do_not_meet_are_one_sentence(folders, tmp_path, disc_mask):
    write_mask(folders[0] / "a.png", disc_mask, DISC_AND_CUP)
    write_mask(folders[1] / "b.png", disc_mask, DISC_AND_CUP)
    with pytest.raises(MaskError, match="has the name of one in"):
        next(evaluate(*folders, DISC_AND_CUP))
    with pytest.raises(MaskError, match="is not a folder"):
        next(evaluate(tmp_path / "gone", folders[1], DISC_AND_CUP))
