"""Each reader of files that others may have written, on thousands of damaged ones: a value or one sentence.

Seeded and bounded: no traceback, none takes over 5 s, and the memory of the process stays under 2 GB. More by
`UNET_FUZZ=2000`, the number of files of each kind.
"""

from __future__ import annotations

import json
import os
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest
from models import model

from unet_desktop.checkpoint_header import check_length, read_header
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.engine.training import state_header
from unet_desktop.errors import UserError
from unet_desktop.label_edits import remove
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.masks.file import read_mask, write_mask
from unet_desktop.masks.indexed_png import insert_text, read_first_text
from unet_desktop.project.bin import list_bin, settle
from unet_desktop.project.check import check
from unet_desktop.project.corrections import read_corrections
from unet_desktop.project.journal import FRAME, MAGIC, read_journal
from unet_desktop.project.label_changes import read_changes
from unet_desktop.project.manifest import read_manifest
from unet_desktop.project.predictions import read_record
from unet_desktop.project.project import Project
from unet_desktop.project.relabel import relabel, undo_relabel
from unet_desktop.project.split import read_split
from unet_desktop.project.trail import read as read_trail
from unet_desktop.project.version_limits import VersionLimits, prune_versions
from unet_desktop.project.versions import Origin, VersionStep, keep_version, read_versions
from unet_desktop.settings_file import SettingsFile
from unet_desktop.tasks.folders.columns import columns
from unet_desktop.tasks.folders.ledger import NAME, Ledger
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.tables import write_tables
from unet_desktop.tasks.runs import list_runs

COUNT = int(os.environ.get("UNET_FUZZ", "40"))
DATA = Path(__file__).parent.parent / "data"
HUGE = int("1" + "0" * 400)
VALUES = (None, True, -1, 0, 1e308, -0.0, 2**63, HUGE, "", "\ud800", "\udcff", "a\0b", "x" * 70_000, [], {}, [[[[]]]])
SPLICES = (
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"[" * 5000,
    b'{"a":' * 2000,
    b"\xff",
    b"\0",
    b'"\\ud800"',
    b"9" * 5000,
    b"\x1b",
)


def damage(data: bytes, random: np.random.Generator) -> bytes:
    """Change bytes, cut, repeat or insert something."""
    at = int(random.integers(0, len(data) + 1))
    match int(random.integers(0, 5)):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + SPLICES[random.integers(0, len(SPLICES))] + data[at:]
        case 2:
            return data[:at] + data[at + int(random.integers(1, 40)) :]
        case 3:
            return data[:at] + data
        case _:
            changed = bytearray(data or b"\0")
            for place in random.integers(0, len(changed), 4):
                changed[place] = int(random.integers(0, 256))
            return bytes(changed)


def damage_json(data: object, random: np.random.Generator) -> object:
    """Put another value in the place of one of the values."""
    value = VALUES[random.integers(0, len(VALUES))]
    if isinstance(data, dict) and data:
        name = list(data)[random.integers(0, len(data))]
        if random.random() < 0.15:
            return {key: kept for key, kept in data.items() if key != name}
        inner = damage_json(data[name], random) if random.random() < 0.6 else value
        return data | {name: inner}
    if isinstance(data, list) and data:
        at = int(random.integers(0, len(data)))
        return [*data[:at], damage_json(data[at], random) if random.random() < 0.6 else value, *data[at + 1 :]]
    return value


def variants(data: bytes, seed: int) -> Iterator[bytes]:
    """Damaged files: half of them damaged as JSON, line by line, where it is JSON."""
    random = np.random.default_rng(seed)
    for number in range(COUNT):
        if number % 2:
            yield damage(data, random)
            continue
        lines = data.split(b"\n") if data.startswith(b'{"image"') else [data]
        at = int(random.integers(0, len(lines)))
        try:
            lines[at] = json.dumps(damage_json(json.loads(lines[at]), random)).encode()
        except ValueError:
            lines[at] = damage(lines[at], random)
        yield b"\n".join(lines)


def run(read: Callable[[], object]) -> None:
    """Read; anything but a value or a sentence is a fault."""
    started = time.process_time()
    try:
        read()
    except UserError as error:
        sentence = str(error)
        assert sentence
        assert len(sentence) < 2000
    assert time.process_time() - started < 5.0


@pytest.fixture(autouse=True)
def _memory() -> Iterator[None]:
    yield
    if sys.platform == "linux":
        import resource

        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 << 20  # in kB


@pytest.fixture
def filled(project: Project, write_picture, tmp_path: Path, disc_mask) -> Project:
    """A project with two cases, a mask, a prediction and a run."""
    for seed, name in enumerate("ab"):
        project.add_image(write_picture(tmp_path / f"{name}.png", seed))
    project.save_mask("a", disc_mask)
    project.save_prediction("b", disc_mask, model="f00d", confidence=0.9)
    run_record = {"preset": "fast", "train": 5, "metrics": {"dice": 0.5}, "cases": {"a": {"dice": 0.5}}, "seconds": 3.5}
    project.layout.run_record("model-001").write_text(json.dumps(run_record))
    project.layout.run("model-001").write_text(
        "stage,epoch,train_loss,learning_rate,seconds,dice\nsegment,1,0.5,0.001,3,0.5\n"
    )
    return project


def test_records(filled: Project) -> None:
    layout = filled.layout
    layout.split.write_text('{"case:a": "train", "case:b": "validation"}')
    readers = {
        layout.record("a"): lambda: Project.open(filled.root).cases(),
        layout.prediction_record("b"): lambda: read_record(layout.prediction_record("b")),
        layout.manifest: lambda: read_manifest(layout.manifest),
        layout.split: lambda: read_split(layout.split),
        layout.run_record("model-001"): lambda: list_runs(layout),
        layout.run("model-001"): lambda: list_runs(layout),
    }
    for seed, (path, read) in enumerate(readers.items()):
        good = path.read_bytes()
        for data in variants(good, seed):
            path.write_bytes(data)
            run(read)
        path.write_bytes(good)


def test_one_damaged_record_never_keeps_the_project_shut(filled: Project) -> None:
    path = filled.layout.record("a")
    for data in variants(path.read_bytes(), 11):
        path.write_bytes(data)
        opened = Project.open(filled.root)
        assert {case.id for case in opened.cases()} == {"a", "b"}
        assert not opened.case("b").damage


def test_corrections_and_ledgers(filled: Project, tmp_path: Path) -> None:
    path = filled.layout.corrections
    for data in variants((DATA / "records" / "corrections.jsonl").read_bytes(), 21):
        path.write_bytes(data)
        run(lambda: read_corrections(filled.layout))

    def tables() -> None:
        with closing(Ledger(tmp_path / NAME)) as ledger:
            list(write_tables(tmp_path, Outputs(), columns(DISC_AND_CUP), lambda: ledger.entries(ledger.images())))

    for data in variants((DATA / "ledgers" / "11.jsonl").read_bytes(), 22):
        (tmp_path / NAME).write_bytes(data)
        run(tables)


def test_changes_of_the_labels(filled: Project) -> None:
    list(relabel(filled, remove(filled.labels, "optic cup")))
    layout = filled.layout
    pairs = ((layout.label_change(1), 23), (layout.relabelled_cases(1), 24))
    for path, seed in pairs:
        whole = path.read_bytes()
        for data in variants(whole, seed):
            path.write_bytes(data)
            run(lambda: read_changes(layout))
            run(lambda: list(undo_relabel(Project.open(filled.root))))
        path.write_bytes(whole)


def test_settings(home: Path) -> None:
    def read() -> None:
        store = pytest.importorskip("unet_desktop.gui.settings.settings").Store()
        assert store.settings.brush_diameter >= 1
        _ = (store.folder_outputs, store.shortcuts, store.panel_sizes, store.geometry, store.unfinished_shapes)

    settings = SettingsFile()
    view = {"look": {"gamma": 1.0, "channel": "colour"}, "opacity": 0.5}
    settings.put(
        {"theme": "dark", "view": view, "brush_diameter": 30, "recent": ["/a"], "panels": {"left": 30}}
        | {"folder_outputs": {"masks": True}, "shortcuts": {"edit.undo": ["F4"]}, "geometry": "AAAA", "state": "AAAA"}
        | {"unfinished_shapes": [["key", "polygon", "disc", [[1, 2]], False]]}
    )
    for data in variants(settings.path.read_bytes(), 31):
        settings.path.write_bytes(data)
        run(read)
    settings.path.unlink(missing_ok=True)
    for number in range(1, 7):
        for data in variants((DATA / "settings" / f"{number}.ini").read_bytes(), 40 + number):
            settings.path.unlink(missing_ok=True)
            (settings.path.parent / "unet-desktop.conf").write_bytes(data)
            run(read)


def test_journals(tmp_path: Path) -> None:
    random = np.random.default_rng(51)
    start = {"is": "start", "height": 96, "width": 96, "state": None, "began_empty": True, "model": ""}
    step = {
        "is": "done",
        "name": "Brush",
        "top": 3,
        "left": 4,
        "height": 10,
        "width": 12,
        "model_before": "",
        "model": "",
    }
    heads = [start, {"is": "folding", "state": 7, "steps": 0}, step, {"is": "folded", "stamp": [1, 2], "steps": 1}]
    pixels = {2: zlib.compress(bytes(240))}
    path = tmp_path / "a.journal"

    def replay() -> None:
        journal = read_journal(path)
        if journal is not None:
            journal.replay(np.zeros((journal.header.height, journal.header.width), np.uint8))

    for number in range(2 * COUNT):
        data = MAGIC
        at = int(random.integers(0, len(heads)))
        for place, head in enumerate(heads):
            text = json.dumps(damage_json(head, random) if place == at else head).encode()
            record = text + b"\n" + pixels.get(place, b"")
            if number % 3 == 0 and place == at:
                record = damage(record, random)
            data += FRAME.pack(len(record), zlib.crc32(record)) + record
        path.write_bytes(damage(data, random) if number % 5 == 0 else data)
        run(replay)


def test_headers_of_models_and_trainings(tmp_path: Path) -> None:
    random = np.random.default_rng(61)
    header = json.loads(model(1).header.to_metadata()["unet-desktop"])
    spec = NetworkSpec("lite0", 64, 2, "crop", 256, 1.9, 1024).to_json()
    path = tmp_path / "a.safetensors"

    def write(key: str, description: object, *, damaged: bool) -> None:
        tensors = {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}
        table = json.dumps({"__metadata__": {key: json.dumps(description)}} | tensors).encode()
        table = damage(table, random) if damaged else table
        path.write_bytes(len(table).to_bytes(8, "little") + table + bytes(4))

    def read_model() -> None:
        read_header(path).warnings()
        check_length(path)

    for number in range(COUNT):
        write("unet-desktop", damage_json(header, random), damaged=number % 3 == 0)
        run(read_model)
        write("unet-desktop-training", damage_json(header, random), damaged=number % 3 == 0)
        run(lambda: state_header.read(path))
        with suppress(ValueError):
            NetworkSpec.from_json(damage_json(spec, random))
    for data in (b"", b"\xff" * 8, bytes(8), (1 << 62).to_bytes(8, "little")):
        path.write_bytes(data)
        run(lambda: read_header(path))


def test_masks_and_labels(tmp_path: Path, disc_mask) -> None:
    random = np.random.default_rng(71)
    write_mask(tmp_path / "a.png", disc_mask, DISC_AND_CUP)
    good = (tmp_path / "a.png").read_bytes()
    for _ in range(COUNT):
        (tmp_path / "a.png").write_bytes(damage(good, random))
        run(lambda: read_mask(tmp_path / "a.png", DISC_AND_CUP, (96, 96)))
        run(lambda: LabelSet.from_json(damage_json(DISC_AND_CUP.to_json(), random)))


def test_trail_bin_and_versions(filled: Project, disc_mask) -> None:
    layout = filled.layout
    keep_version(layout, filled.labels, "a", disc_mask, Origin(VersionStep.PAINTED))
    version = layout.version("a", 1)
    removed = filled.remove_case("b").folder / "removed.json"

    def use_version() -> None:
        read_versions(layout, "a")
        prune_versions(layout, VersionLimits(0, 0))

    def use_bin() -> None:
        list_bin(layout)
        settle(layout)

    uses = {layout.trail: lambda: read_trail(layout), removed: use_bin, version: use_version}
    for seed, (path, use) in enumerate(uses.items()):
        good = path.read_bytes()
        for data in variants(good, 80 + seed):
            path.write_bytes(data)
            run(use)
            run(lambda: list(check(filled, is_alone=True)))
        path.write_bytes(good)
    good, random = version.read_bytes(), np.random.default_rng(91)
    record = read_first_text(good, "unet-desktop version")
    bare = good[:33] + good[33 + 12 + len(record) + len("unet-desktop version") + 1 :]  # without the text's chunk
    for _ in range(COUNT):
        text = json.dumps(damage_json(json.loads(record), random))
        version.write_bytes(insert_text(bare, "unet-desktop version", text))
        run(use_version)
