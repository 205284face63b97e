"""docs/outputs.md names every file and column, with its unit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unet_desktop.formats.coco import COCO, COCO_PARTS
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.tasks.folders.columns import columns

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "outputs.md").read_text("utf-8")


@pytest.mark.parametrize("column", columns(DISC_AND_CUP, identifiers=True), ids=lambda column: column.name)
def test_every_column_is_told_of(column):
    name = re.sub(r"^rim_\d+_oclock", "rim_1_oclock", column.name)
    (line,) = [line for line in TEXT.splitlines() if line.startswith(f"| `{name}`")]
    _, _, kind, unit, *_ = line.split("|")
    assert kind.strip() == column.kind
    assert unit.strip() == column.unit


@pytest.mark.parametrize("name", ["masks/NAME.png", f"{COCO_PARTS}/NAME.json", COCO, "measurements.xlsx", "errors.csv"])
def test_files_are_told_of(name):
    assert f"| `{name}` |" in TEXT
