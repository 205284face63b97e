"""A damaged ledger: its good lines count, and what cannot be used is said in the table of errors."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from pathlib import Path

import pytest

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.tasks.folders.columns import columns
from unet_desktop.tasks.folders.ledger import NAME, Entry, GrowingLedger, Ledger
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.tables import write_tables

LEDGERS = Path(__file__).parents[2] / "data" / "ledgers"


def write_rows(folder: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    with closing(Ledger(folder / NAME)) as ledger:
        list(write_tables(folder, Outputs(), columns(DISC_AND_CUP), lambda: ledger.entries(ledger.images())))
    tables = (folder / "measurements.csv", folder / "errors.csv")
    texts = (path.read_text("utf-8") if path.exists() else "" for path in tables)
    return tuple(list(csv.DictReader(io.StringIO(text))) for text in texts)


@pytest.mark.parametrize("number", range(12))
def test_ledgers_that_gave_a_traceback(tmp_path, number):
    (tmp_path / NAME).write_bytes((LEDGERS / f"{number}.jsonl").read_bytes())
    rows, failures = write_rows(tmp_path)
    assert rows
    for row in failures:
        assert row["image"]
        assert row["problem"]


@pytest.mark.parametrize(
    "change",
    [
        {"mask": True},
        {"found": "yes"},
        {"vertical_cup_to_disc_ratio": "wide"},
        {"height_px": 1.5},
        {"confidence": True},
    ],
)
def test_a_row_of_other_types_is_a_failure_that_names_the_column(tmp_path, change):
    entry = Entry(
        image="a.jpg", name="a", path="/a.jpg", model="m", outputs="", sha256="0", row={"image": "a.jpg"} | change
    )
    with closing(GrowingLedger(tmp_path / NAME)) as ledger:
        ledger.add(entry)
    rows, failures = write_rows(tmp_path)
    assert rows == []
    (failure,) = failures
    assert next(iter(change)) in failure["problem"]
    assert "Segment the picture again" in failure["problem"]


@pytest.mark.parametrize(
    "change",
    [
        {"files": {"../outside.png": 3}},
        {"files": {"/etc/passwd": 3}},
        {"files": {"masks/a.png": 10**400}},
        {"files": {"masks/a.png": True}},
        {"name": "../../outside"},
        {"name": [[[[]]]]},
        {"row": {"confidence": 10**400}},
        {"row": {"confidence": [1]}},
        {"image": 10**30},
    ],
)
def test_a_line_of_other_types_is_left_out(tmp_path, change):
    good = {"image": "b.jpg", "name": "b", "path": "/b.jpg", "model": "m", "outputs": ""}
    lines = [json.dumps(good), json.dumps(good | {"image": "a.jpg"} | change)]
    (tmp_path / NAME).write_text("\n".join(lines) + "\n")
    with closing(Ledger(tmp_path / NAME)) as ledger:
        assert ledger.images() == ["b.jpg"]


def test_the_table_of_errors_holds_no_commands_of_a_terminal(tmp_path):
    name = "\x1b]0;a\x07\n\u202egpj\udcff.jpg"
    entry = Entry(image=name, name="a", path=name, model="m", outputs="", problem=f"{name} cannot be read.")
    with closing(GrowingLedger(tmp_path / NAME)) as ledger:
        ledger.add(entry)
    _rows, (failure,) = write_rows(tmp_path)
    safe = r"\x1b]0;a\x07\n\u202egpj\xff.jpg"
    assert failure == {"image": safe, "problem": f"{safe} cannot be read."}


def test_a_line_without_end_takes_no_memory(tmp_path):
    good = {"image": "b.jpg", "name": "b", "path": "/b.jpg", "model": "m", "outputs": ""}
    with (tmp_path / NAME).open("wb") as file:
        file.write((json.dumps(good) + "\n").encode())
        file.truncate(1 << 33)
    with closing(Ledger(tmp_path / NAME)) as ledger:
        assert ledger.images() == ["b.jpg"]
