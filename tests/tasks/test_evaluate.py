from __future__ import annotations

import csv

import numpy as np
import pytest

from unet_desktop.errors import MaskError, WriteError
from unet_desktop.labels import DISC_AND_CUP
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
