"""Attack the program for as long as you like: kill it at random moments, in everything that it writes.

    python benchmarks/attack.py --minutes 30

Each kind of work runs in a process of its own, which is killed (SIGKILL) at a random moment, again and again in the
same place; what it leaves is checked each time, and at the end the work must come to its usual result. Painting and
restoring versions drive the real window off screen. For each kind a line says how many kills or inputs there were, how
many seconds they took, and what was found. Exit code 0 if nothing was lost, damaged or mixed up.

    python benchmarks/attack.py --kills 10 --kinds import folder     # a short one

`--poor` takes the flushing of folders and all locks away, as some network drives do, and `--clock` lets the clock jump
by up to a year either way from one process to the next; both need a C compiler. Needs a system with `fork`.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import kill
import numpy as np
import torch
from attack_readers import attack_readers

from unet_desktop import files
from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.files import checkpoint
from unet_desktop.engine.networks.specs import NetworkSpec, build
from unet_desktop.errors import UserError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import read_mask, write_mask
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.synthetic import synthetic_fundus
from unet_desktop.project.bin import list_bin
from unet_desktop.project.check import Finding, check
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.models import list_models
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.versions import load_version, read_versions
from unet_desktop.tasks.folders.ledger import NAME, Ledger
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.run import segment_folder
from unet_desktop.tasks.holding_project import holding_project
from unet_desktop.tasks.import_images import import_images
from unet_desktop.tasks.interrupted import find_interrupted
from unet_desktop.tasks.segment_cases import segment_cases
from unet_desktop.tasks.train import resume_project, train_project

PICTURES = 5
SIDE = 96
ROUND = 8
"""Kills in one place before the work must come to its end."""
LONGEST = 300.0
"""Seconds that nothing takes unless it hangs."""


@dataclass
class Tally:
    """What became of one kind."""

    kills: int = 0
    inputs: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Attack:
    """One kind of work.

    Attributes:
        prepare: makes what the work needs in a folder.
        work: does it from the beginning, or resumes it.
        look: what a killed one left wrong, as sentences.
        finish: what is wrong when it has come to its end.
    """

    prepare: Callable[[Path], None]
    work: Callable[[Path], None]
    look: Callable[[Path], Iterator[str]]
    finish: Callable[[Path], Iterator[str]]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def jump(random: np.random.Generator) -> None:
    """Set the clock of the next child; without the library of `preload` this has no effect."""
    os.environ["CLOCK_SHIFT"] = str(int(random.integers(-365, 365)) * 86_400)


def preload(folder: Path, *, poor: bool) -> None:
    """Build the library that stands between the program and the system, and start this program again with it."""
    library = folder / "poor_system.so"
    source = Path(__file__).with_name("poor_system.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", str(source), "-o", str(library), "-ldl"], check=True)
    lacks = {"NO_FOLDER_FLUSH": "1", "NO_FLOCK": "1"} if poor else {}
    words = [word for word in sys.argv[1:] if word != "--poor"]
    done = subprocess.run(
        [sys.executable, __file__, *words], check=False, env=os.environ | lacks | {"LD_PRELOAD": str(library)}
    )
    sys.exit(done.returncode)


def run_apart(work: Callable[[], None], kill_after: float | None = None) -> tuple[int, float, str]:
    """Run in a child; return its status (negative: the signal), its seconds, and the end of what it printed."""
    with tempfile.TemporaryFile() as printed:
        began = time.monotonic()
        process = os.fork()
        if not process:
            status = 1
            with contextlib.suppress(BaseException):
                os.setsid()
                os.dup2(printed.fileno(), 1)
                os.dup2(printed.fileno(), 2)
                try:
                    torch.set_num_threads(1)
                    work()
                    status = 0
                except BaseException:  # noqa: BLE001 - it is reported by the parent
                    os.write(2, traceback.format_exc().encode())
            os._exit(status)
        limit = LONGEST if kill_after is None else kill_after
        status = None
        while status is None and time.monotonic() - began < limit:
            ended, code = os.waitpid(process, os.WNOHANG)
            status = os.waitstatus_to_exitcode(code) if ended else None
            time.sleep(0.002)
        if status is None:
            os.kill(process, signal.SIGKILL)
            status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        printed.seek(0)
        return status, time.monotonic() - began, printed.read().decode(errors="replace")[-1500:]


def attack(
    kind: Attack, folder: Path, until: Callable[[Tally], bool], random: np.random.Generator, *, clock: bool
) -> Tally:
    """Kill one kind of work until it is enough; with `clock`, the time of day jumps meanwhile."""
    tally, began, number = Tally(), time.monotonic(), 0
    whole = 0.0
    while not until(tally):
        number += 1
        place = folder / str(number)
        place.mkdir(parents=True)
        kind.prepare(place)
        outside = tree(place, beside="outside")
        if not whole:
            (folder / "first").mkdir()
            kind.prepare(folder / "first")
            status, whole, said = run_apart(lambda: kind.work(folder / "first"))
            tally.faults += [f"without a kill it ended with {status}: {said}"] if status else []
            if status:
                break
        for _ in range(ROUND):
            if clock:
                jump(random)
            status, _, said = run_apart(lambda at=place: kind.work(at), float(random.uniform(0, whole)))
            tally.kills += status == -signal.SIGKILL
            if status not in (0, -signal.SIGKILL):
                tally.faults.append(f"it did not resume ({status}): {said}")
            tally.faults += list(kind.look(place))
            if until(tally) or tally.faults:
                break
        status, _, said = run_apart(lambda at=place: kind.work(at))
        if status:
            tally.faults.append(f"it did not come to its end ({status}): {said}")
        tally.faults += [*kind.look(place), *kind.finish(place)]
        if tree(place, beside="outside") != outside:
            tally.faults.append("something was written beside the project")
        if tally.faults:
            break
        shutil.rmtree(place)
    tally.seconds = time.monotonic() - began
    return tally


def tree(place: Path, beside: str) -> dict[str, str]:
    """Files that the work must leave alone."""
    return {str(path): digest(path) for path in sorted((place / beside).rglob("*")) if path.is_file()}


# ------------------------------------------------------------------------------------------------ what is worked on


def write_pictures(folder: Path, *, masks: Path | None = None) -> None:
    folder.mkdir(parents=True)
    if masks is not None:
        masks.mkdir(parents=True)
    for seed in range(PICTURES):
        drawn = synthetic_fundus(seed + 1, SIDE)
        write_jpeg(folder / f"p{seed}.jpg", np.ascontiguousarray(drawn.pixels))
        if masks is not None:
            write_mask(masks / f"p{seed}.png", drawn.mask, DISC_AND_CUP)


def corrected_project(root: Path) -> None:
    project = Project.create(root, DISC_AND_CUP)
    write_pictures(root.parent / "outside" / "in", masks=root.parent / "outside" / "masks")
    for seed in range(PICTURES):
        case = project.add_image(root.parent / "outside" / "in" / f"p{seed}.jpg")
        project.save_mask(case.id, read_mask(root.parent / "outside" / "masks" / f"p{seed}.png", DISC_AND_CUP))


def untaught_model(path: Path) -> None:
    """A small model with random weights."""
    torch.manual_seed(3)
    spec = NetworkSpec("lite0", 8, 2, "whole", 64, 1.0, 96)
    header = CheckpointHeader(DISC_AND_CUP, {"segment": spec.to_json()}, "fast", {}, {}, {}, {}, "2026", "")
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoint.save(path, header, {"segment": build(spec)})


def look_at_project(root: Path, *, thorough: bool = False) -> Iterator[str]:
    """What is damaged or does not belong together in a project; `thorough`: also what can be repaired."""
    if not (root / "project.json").exists():
        return
    try:
        project = ProjectReader.open(root)
        for case in project.cases():
            yield from (f"{case.id}: {sentence}" for sentence in look_at_case(project, case.id))
        found = [one for one in check(project, is_alone=True) if isinstance(one, Finding)]
        yield from (one.sentence for one in found if thorough or not one.remedy)
        for model in list_models(project.layout):
            checkpoint.load(model.path)
    except UserError as error:
        yield str(error)


def look_at_case(project: ProjectReader, case_id: str) -> Iterator[str]:
    case = project.sound_case(case_id)
    if digest(project.image_path(case_id)) != case.sha256:
        yield "its picture is another one"
    mask = project.load_mask(case_id)
    if mask is None and case.state.value in {"corrected", "approved"}:
        yield "its mask is gone"
    project.load_prediction(case_id)
    versions = read_versions(project.layout, case_id)
    yield from versions.problems
    for version in versions.versions:
        load_version(project.layout, project.labels, case, version)


def masks_of(root: Path) -> dict[str, str]:
    """Each picture's SHA-256 to its mask's."""
    project = ProjectReader.open(root)
    loaded = ((case.sha256, project.load_mask(case.id)) for case in project.cases())
    return {picture: hashlib.sha256(mask.tobytes()).hexdigest() for picture, mask in loaded if mask is not None}


def expected_masks(place: Path) -> dict[str, str]:
    pictures, masks = place / "outside" / "in", place / "outside" / "masks"
    return {
        digest(pictures / f"p{seed}.jpg"): hashlib.sha256(
            read_mask(masks / f"p{seed}.png", DISC_AND_CUP).tobytes()
        ).hexdigest()
        for seed in range(PICTURES)
    }


def compare_masks(place: Path, *, all_of_them: bool) -> Iterator[str]:
    if not (place / "project" / "project.json").exists():
        return
    found, expected = masks_of(place / "project"), expected_masks(place)
    wrong = [picture for picture, mask in found.items() if expected.get(picture) != mask]
    if wrong:
        yield f"{len(wrong)} masks belong to other pictures"
    if all_of_them and len(found) != PICTURES:
        yield f"{len(found)} of {PICTURES} masks are there"


def look_for_strays(place: Path) -> Iterator[str]:
    yield from (f"{path} was left" for path in place.rglob(f"*{files.TEMPORARY_SUFFIX}"))


# ------------------------------------------------------------------------------------------------------------- kinds


def work_import(place: Path) -> None:
    root = place / "project"
    if not (root / "project.json").exists():
        Project.create(root, DISC_AND_CUP)
    list(holding_project(root, import_images(root, place / "outside" / "in", masks=place / "outside" / "masks")))


def look_import(place: Path) -> Iterator[str]:
    yield from look_at_project(place / "project")
    yield from compare_masks(place, all_of_them=False)


def finish_import(place: Path) -> Iterator[str]:
    yield from look_at_project(place / "project", thorough=True)
    yield from compare_masks(place, all_of_them=True)
    if len(ProjectReader.open(place / "project").cases()) != PICTURES:
        yield "there are more cases than pictures"
    yield from look_for_strays(place / "project" / "masks")


IMPORT = Attack(
    lambda place: write_pictures(place / "outside" / "in", masks=place / "outside" / "masks"),
    work_import,
    look_import,
    finish_import,
)


def work_training(place: Path) -> None:
    root = place / "project"
    tiny = replace(
        PRESETS["fast"], pretrained=False, epochs=3, locate_epochs=2, least_steps=2, batch_size=2,
        locate_batch_size=2, image_size=64, locate_size=64,
    )  # fmt: skip
    resumes = find_interrupted(root) is not None
    list(holding_project(root, resume_project(root) if resumes else train_project(root, tiny, from_scratch=True)))


def finish_training(place: Path) -> Iterator[str]:
    yield from look_at_project(place / "project", thorough=True)
    if find_interrupted(place / "project") is not None:
        yield "a training is left"
    if not list_models(ProjectReader.open(place / "project").layout):
        yield "there is no model"


TRAINING = Attack(
    lambda place: corrected_project(place / "project"),
    work_training,
    lambda place: (*look_at_project(place / "project"), *compare_masks(place, all_of_them=True)),
    finish_training,
)


def prepare_predicting(place: Path) -> None:
    corrected_project(place / "project")
    untaught_model(place / "outside" / "model.safetensors")


def work_predicting(place: Path) -> None:
    root, model = place / "project", place / "outside" / "model.safetensors"
    cases = [case.id for case in ProjectReader.open(root).cases()]
    list(holding_project(root, segment_cases(root, cases, model, device="cpu")))


def finish_predicting(place: Path) -> Iterator[str]:
    yield from look_at_project(place / "project", thorough=True)
    project = ProjectReader.open(place / "project")
    if missing := [case.id for case in project.cases() if project.load_prediction(case.id) is None]:
        yield f"{missing} have no prediction"
    yield from look_for_strays(place / "project" / "predictions")


PREDICTING = Attack(
    prepare_predicting,
    work_predicting,
    lambda place: (*look_at_project(place / "project"), *compare_masks(place, all_of_them=True)),
    finish_predicting,
)


def prepare_folder(place: Path) -> None:
    write_pictures(place / "outside" / "in")
    untaught_model(place / "outside" / "model.safetensors")


def work_folder(place: Path) -> None:
    outputs = Outputs(overlays=True, regions=True, contours=frozenset({"geojson", "coco"}))
    source, model = place / "outside" / "in", place / "outside" / "model.safetensors"
    request = Request(sources=(source,), output=place / "out", model=model, outputs=outputs, device="cpu", workers=1)
    if problems := [event for event in segment_folder(request) if getattr(event, "problem", "")]:
        raise AssertionError(problems)


def look_folder(place: Path) -> Iterator[str]:
    with contextlib.closing(Ledger(place / "out" / NAME)) as ledger:
        for entry in ledger.entries(ledger.images()):
            for where, expected in entry.digests.items():
                if digest(place / "out" / where) != expected:
                    yield f"{where} is not what the ledger says"


def finish_folder(place: Path) -> Iterator[str]:
    with contextlib.closing(Ledger(place / "out" / NAME)) as ledger:
        if len(ledger) != PICTURES:
            yield f"the ledger has {len(ledger)} of {PICTURES} pictures"
    if len((place / "out" / "measurements.csv").read_text().splitlines()) != PICTURES + 1:
        yield "the table has not all pictures"
    yield from look_for_strays(place / "out")


FOLDER = Attack(prepare_folder, work_folder, look_folder, finish_folder)


def work_bin(place: Path) -> None:
    """Put back what is in the bin, then remove and put back every case."""
    with lease_exclusively(place / "project") as lease:
        project = lease.project.writable()
        for removed in list_bin(project.layout):
            project.restore_removed(removed)
        for case in project.cases():
            project.restore_removed(project.remove_case(case.id))


BIN = Attack(
    lambda place: corrected_project(place / "project"),
    work_bin,
    lambda place: (*look_at_project(place / "project"), *compare_masks(place, all_of_them=False)),
    lambda place: (*look_at_project(place / "project", thorough=True), *compare_masks(place, all_of_them=True)),
)

KINDS = {"import": IMPORT, "training": TRAINING, "predicting": PREDICTING, "folder": FOLDER, "bin": BIN}


def paint(folder: Path, until: Callable[[Tally], bool], random: np.random.Generator, *, restoring: bool) -> Tally:
    """Kill the window while somebody paints, or restores versions."""
    tally, judge, began = Tally(), kill.Judge(), time.monotonic()
    root = kill.make_project(folder, 400)
    while not until(tally) and not judge.faults:
        starting = bool(random.random() < 0.15)
        after = float(random.uniform(0.3, 1.5))
        kill.run(root, judge, int(random.integers(1 << 30)), after, starting=starting, restoring=restoring)
        tally.kills += 1
        tally.faults += list(look_at_project(root)) if tally.kills % 4 == 0 else []
    kill.run(root, judge, 1, None, restoring=restoring)
    tally.faults += [*judge.faults, *look_at_project(root), *(f"{path} was left" for path in kill.left_over(root))]
    tally.inputs, tally.seconds = judge.steps, time.monotonic() - began
    return tally


def read(place: Path, seconds: float, most: int, random: np.random.Generator) -> Tally:
    """Damage each file of a project and of a folder run, and read everything."""
    began = time.monotonic()
    judge = kill.Judge()
    root = kill.make_project(place, 96)
    kill.run(root, judge, 3, None, restoring=True)
    kill.run(root, judge, 4, 1.5)  # leaves journals
    prepare_folder(place)
    run_apart(lambda: work_folder(place))
    untaught_model(root / "models" / "model-001.safetensors")
    run_apart(lambda: list(segment_cases(root, list(kill.CASES), root / "models" / "model-001.safetensors")))
    (place / "list.txt").write_text("outside/in/p0.jpg\n")
    shutil.rmtree(place / "outside")
    count, faults = attack_readers(place, seconds, most, random)
    return Tally(0, count, time.monotonic() - began, faults)


def main() -> int:
    """Attack; return 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=0.0, help="for all kinds together")
    parser.add_argument("--kills", type=int, default=0, help="at most this many of each kind, and 20 inputs for each")
    parser.add_argument("--seed", type=int, default=1)
    every = ["paint", "restore", *KINDS, "readers"]
    parser.add_argument("--kinds", nargs="+", choices=every, default=every)
    parser.add_argument("--poor", action="store_true", help="on a file system without locks and flushing of folders")
    parser.add_argument("--clock", action="store_true", help="the clock jumps")
    options = parser.parse_args()
    if (options.poor or options.clock) and "LD_PRELOAD" not in os.environ:
        with tempfile.TemporaryDirectory() as folder:
            preload(Path(folder), poor=options.poor)
    logging.getLogger("unet").addHandler(logging.NullHandler())  # what the program says about damaged files
    torch.set_num_threads(1)  # a fork does not have the threads of its parent
    share = 60.0 * options.minutes / len(options.kinds) if options.minutes else float("inf")
    found = {}
    print(f"{'kind':12} {'kills':>6} {'inputs':>7} {'seconds':>8} {'faults':>7}", flush=True)
    for name in options.kinds:
        began = time.monotonic()

        def enough(tally: Tally, began: float = began) -> bool:
            return time.monotonic() - began > share or bool(options.kills and tally.kills >= options.kills)

        random = np.random.default_rng(options.seed)
        with tempfile.TemporaryDirectory(prefix="unet-desktop-attack-") as place:
            os.environ.update(HOME=place, XDG_CONFIG_HOME=place, XDG_STATE_HOME=place, XDG_CACHE_HOME=place)
            if name == "readers":
                found[name] = read(Path(place), share, 20 * options.kills or 1 << 30, random)
            elif name in KINDS:
                found[name] = attack(KINDS[name], Path(place), enough, random, clock=options.clock)
            else:
                found[name] = paint(Path(place), enough, random, restoring=name == "restore")
        one = found[name]
        print(f"{name:12} {one.kills:6} {one.inputs:7} {one.seconds:8.0f} {len(one.faults):7}", flush=True)
        for fault in one.faults[:5]:
            print(f"    {fault[:1500]}", flush=True)
    print(f"{sum(one.kills for one in found.values())} kills, {sum(len(one.faults) for one in found.values())} faults")
    return 1 if any(one.faults for one in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
