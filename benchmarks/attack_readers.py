"""Damage every file that the program reads, one at a time, and read everything.

Whatever is in a file, reading it ends within seconds and within two gigabytes, with a result or with a `UserError`, and
writes nothing. `attack.py` runs it as the kind "readers".
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import select
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from unet_desktop.engine.files import checkpoint
from unet_desktop.engine.training.state_header import read as read_training
from unet_desktop.errors import UserError
from unet_desktop.images.read import count_frames_of_animation, count_pages, read_image, read_size
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.mask_content import read_content
from unet_desktop.project.bin import list_bin
from unet_desktop.project.check import check
from unet_desktop.project.corrections import read_corrections
from unet_desktop.project.journal import read_journal
from unet_desktop.project.layout import Layout
from unet_desktop.project.models import list_models
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.split import read_split
from unet_desktop.project.trail import read as read_trail
from unet_desktop.project.versions import load_version, read_versions
from unet_desktop.tasks.evaluation.reader import folder_reader
from unet_desktop.tasks.folders.import_results import list_flagged
from unet_desktop.tasks.folders.inputs import read_list
from unet_desktop.tasks.folders.ledger import NAME, Ledger
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.written_files import WrittenFiles
from unet_desktop.tasks.own_files import is_own, is_torn
from unet_desktop.tasks.runs import list_runs

HANGS_AFTER = 5.0
MOST_MEMORY = 2 << 30
_TEXTS = {".json", ".jsonl", ".csv", ".txt"}
_NASTY = (
    "[" * 5000 + "]" * 5000, '{"a":' * 3000 + "1" + "}" * 3000, str(2**70), str(-(2**70)), "1e400", "NaN", "-Infinity",
    '"\\ud800"', '"\\u0000"', '"' + "x" * 300_000 + '"', "true", "null", "[]", "{}", "-1", "0", "65536", "4294967295",
    '"../../../outside/in"', '"/etc/passwd"', '"\\u001b[2J"', "1" * 5000, '""', '"x"', "0.5", "[1,2]", '{"a":1}',
)  # fmt: skip


def damage(data: bytes, suffix: str, random: np.random.Generator) -> bytes:
    """The content with something wrong in it."""
    if suffix in _TEXTS and random.random() < 0.7:
        values = list(re.finditer(rb'(?<=[:\[,])\s*("(?:[^"\\]|\\.)*"|-?[\d.eE+]+|true|false|null)', data))
        if values:
            at = values[int(random.integers(len(values)))]
            return data[: at.start()] + _NASTY[int(random.integers(len(_NASTY)))].encode() + data[at.end() :]
    broken = bytearray(data)
    for _ in range(int(random.integers(1, 6))):
        at = int(random.integers(len(broken) + 1))
        match int(random.integers(5)):
            case 0 if broken:
                broken[at % len(broken)] = int(random.integers(256))
            case 1:
                del broken[at:]
            case 2:
                broken[at:at] = random.bytes(int(random.integers(1, 40)))
            case 3:
                broken[at : at + 4] = b"\xff\xff\xff\xff"
            case _:
                broken[at:at] = broken[at // 2 : at // 2 + 200]
    return bytes(broken)


def readers(place: Path) -> Iterator[Callable[[], object]]:
    """Everything that reads a file of the place, each on its own."""
    root, out = place / "project", place / "out"
    layout = Layout(root)
    yield lambda: _read_project(root)
    yield lambda: read_split(layout.split)
    yield from (lambda path=path: read_journal(path) for path in layout.masks.glob("*.journal"))
    for read in (read_trail, read_corrections, list_bin, list_models, list_runs):
        yield lambda read=read: read(layout)
    yield lambda: _read_run(out)
    yield lambda: list(list_flagged(out))
    yield lambda: folder_reader(out / "masks")
    yield lambda: read_list(place / "list.txt")


def _read_project(root: Path) -> None:
    project = ProjectReader.open(root)
    list(check(project, is_alone=True))
    for case in project.cases():
        for read in (project.image_path, project.load_mask, project.load_prediction):
            with contextlib.suppress(UserError):
                read(case.id)
        with contextlib.suppress(UserError):
            for version in read_versions(project.layout, case.id).versions:
                load_version(project.layout, project.labels, case, version)


def _read_run(out: Path) -> None:
    with contextlib.closing(Ledger(out / NAME)) as ledger:
        list(ledger.entries(ledger.images()))
        list(ledger.lines())
        WrittenFiles(out, ledger).refuse_summaries(Outputs(reports=("html",)))


def read_file(path: Path) -> Iterator[Callable[[], object]]:
    """What reads a file for itself, whatever it is."""
    one = (read_image, read_size, count_pages, count_frames_of_animation, read_content, is_own, is_torn)
    yield from (lambda read=read: read(path) for read in one)
    yield lambda: read_mask(path, DISC_AND_CUP)
    if path.suffix == ".safetensors":
        yield lambda: checkpoint.load(path)
        yield lambda: read_training(path)


def attack_readers(place: Path, seconds: float, most: int, random: np.random.Generator) -> tuple[int, list[str]]:
    """Damage and read until time or number is up; return the number of inputs, and what was wrong."""
    paths = sorted(path for path in place.rglob("*") if path.is_file())
    until, count, faults = time.monotonic() + seconds, 0, list[str]()
    while time.monotonic() < until and count < most and not faults:
        seed = int(random.integers(1 << 30))
        done, fault = _read_apart(place, paths, seed, min(50, most - count), until)
        count += done
        faults += [fault] if fault else []
    return count, faults


def _read_apart(place: Path, paths: list[Path], seed: int, number: int, until: float) -> tuple[int, str]:
    """Read some damaged files in a child, which says a byte for each; return how many, and what was wrong."""
    from_child, to_parent = os.pipe()
    process = os.fork()
    if not process:
        os.close(from_child)
        with contextlib.suppress(BaseException):
            _read_damaged(place, paths, seed, number, until, to_parent)
        os._exit(0)
    os.close(to_parent)
    done, said = 0, b""
    while True:
        ready, _, _ = select.select([from_child], [], [], HANGS_AFTER * 4)  # four: others need the processor as well
        data = os.read(from_child, 1 << 16) if ready else b""
        if not ready:
            os.kill(process, signal.SIGKILL)
        if not data:
            break
        done += data.count(b"\0")
        said += data.replace(b"\0", b"")
    os.close(from_child)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    text = said.decode(errors="replace")
    return done, text or (f"seed {seed}, input {done}: it ended with {status} or hung" if status else "")


def _read_damaged(place: Path, paths: list[Path], seed: int, number: int, until: float, told: int) -> None:
    random = np.random.default_rng(seed)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    for at in range(number):
        if time.monotonic() > until:
            return
        path = paths[int(random.integers(len(paths)))]
        whole = path.read_bytes()
        before = _stamps(place)
        broken = damage(whole, path.suffix, random)
        path.write_bytes(broken)
        where = f"seed {seed}, input {at}, {path.relative_to(place)}"
        try:
            changed = _stamps(place)
            for read in (*readers(place), *read_file(path)):
                began = time.process_time()
                try:
                    read()
                except UserError:
                    pass
                except Exception:  # noqa: BLE001 - it is a fault
                    os.write(told, f"{where}: {traceback.format_exc()[-1500:]}".encode())
                    shutil.copyfile(path, Path("/tmp") / f"attack-{seed}-{at}{path.suffix}")
                    return
                if time.process_time() - began > HANGS_AFTER:
                    os.write(told, f"{where}: {read} took {time.process_time() - began:.0f} s".encode())
            if _stamps(place) != changed:
                os.write(told, f"{where}: reading has written".encode())
            if (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10) - held > MOST_MEMORY:
                os.write(told, f"{where}: reading took more than two gigabytes".encode())
        finally:
            path.write_bytes(whole)
        assert before.keys() == _stamps(place).keys()
        os.write(told, b"\0")


def _stamps(place: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in place.rglob("*"):
        status = path.lstat()
        found[str(path)] = (status.st_size, status.st_mtime_ns if path.is_file() else 0)
    return found
