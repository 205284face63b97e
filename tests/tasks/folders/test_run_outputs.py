"""Outputs of a whole run: tables of each kind and COCO."""

from __future__ import annotations

import csv
import json
import sys

import openpyxl
import pytest
from pyarrow import parquet

from unet_desktop.errors import ImageError, UserError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.tasks.events import FileWritten
from unet_desktop.tasks.folders.columns import columns
from unet_desktop.tasks.folders.outputs import Outputs

ALL = ["a.png", "b.png", "c.png", "sub/a.png", "sub/d.png"]
EVERYTHING = Outputs(
    regions=True,
    probabilities="8",
    overlays=True,
    contours=frozenset({"geojson", "coco", "labelme"}),
    tables=("csv", "parquet", "xlsx"),
)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def test_every_table_holds_every_picture_in_order(segment, photographs, out):
    (photographs / "sub" / "broken.png").write_bytes(b"no picture")
    events = segment(outputs=EVERYTHING)
    with (out / "measurements.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    names = [column.name for column in columns(DISC_AND_CUP)]
    assert list(lines[0]) == names
    assert [line["image"] for line in lines] == ALL
    table = parquet.read_table(out / "measurements.parquet")
    assert table.schema.names == names
    assert table["image"].to_pylist() == ALL
    assert table["optic_disc_area_px"].to_pylist() == [int(line["optic_disc_area_px"]) for line in lines]
    sheet = openpyxl.load_workbook(out / "measurements.xlsx")["Measurements"]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ALL
    with (out / "errors.csv").open(newline="", encoding="utf-8") as file:
        assert [line["image"] for line in csv.DictReader(file)] == ["sub/broken.png"]
    told = [event.what for event in events if isinstance(event, FileWritten)]
    assert told[:5] == ["masks", "regions", "probabilities", "overlays", "contours"]
    assert told[5:] == ["table", "table", "table", "errors", "contours of all pictures"]


def test_coco_of_a_run_holds_all_pictures_and_only_them(segment, out):
    segment(outputs=EVERYTHING)
    data = json.loads((out / "contours" / "coco.json").read_bytes())
    assert [image["file_name"] for image in data["images"]] == ALL
    assert {annotation["image_id"] for annotation in data["annotations"]} <= {image["id"] for image in data["images"]}
    before = (out / "contours" / "coco.json").read_bytes()
    segment(outputs=EVERYTHING)
    assert (out / "contours" / "coco.json").read_bytes() == before


def test_coco_of_a_run_is_not_made_of_damaged_parts(segment, out):
    segment(outputs=EVERYTHING)
    (out / "contours" / "coco" / "b.json").write_bytes(b"x" * (out / "contours" / "coco" / "b.json").stat().st_size)
    with pytest.raises(ImageError, match=r"b\.json"):
        segment(outputs=EVERYTHING)


def test_coco_of_a_run_is_written_even_when_every_picture_failed(segment, photographs, out):
    for path in photographs.rglob("*.png"):
        path.write_bytes(b"no picture")
    segment(outputs=Outputs(contours=frozenset({"coco"})))
    assert json.loads((out / "contours" / "coco.json").read_bytes())["images"] == []


def test_a_missing_library_is_said_before_anything_is_done(segment, out, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(UserError, match="xlsxwriter"):
        segment(outputs=Outputs(tables=("xlsx",)))
    assert not out.exists()
