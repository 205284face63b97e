"""Kill a painting program repeatedly and check that nothing finished is lost.

    python benchmarks/kill.py --times 200

Each time the real window (off screen) opens the same project, paints, erases, undoes, redoes and changes cases at
random, and is killed at a random moment: while it starts, recovers, paints, or writes masks. The next program must come
up with every finished step that was on disk, with its history, without damaged or temporary files. Exit code 0 if it
always did.

The program prints each step before the journal gets it, so that none is missed: a line with the mask's checksum and the
names in the history, and "safe" once the step is on disk.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_API"] = "pyside6"

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_desktop.gui import app
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.history import Step
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.synthetic import synthetic_fundus
from unet_desktop.project.journal import Journal
from unet_desktop.project.project import Project

CASES = "abc"
IDLE = 40
"""Milliseconds after which masks are written: often, so that kills hit the writing."""
LIFE, LONGEST = 0.5, 60.0
"""Seconds that a program paints if it is not killed, and that any program may run."""


class Painter:
    """The program that is killed."""

    def __init__(self, window: MainWindow, root: Path, seed: int, *, restoring: bool = False) -> None:
        """Open the project and print its state; `restoring`: restore versions as well."""
        self.restoring = restoring
        self.window, self.root = window, root
        self.random = np.random.default_rng(seed)
        self.slowest = 0.0
        window.app.autosave._idle.setInterval(IDLE)
        window.commands.projects.open_root(root)
        strays = [str(path) for path in root.rglob("*.unet-tmp")]
        self.say({"opened": self.look(), "strays": strays, "banner": window.panels.banner.text})

    def say(self, what: dict[str, Any]) -> None:
        os.write(sys.stdout.fileno(), json.dumps(what).encode() + b"\n")

    def state(self) -> dict[str, Any]:
        """Mask checksum and history of the open case."""
        editor = self.window.app.editor
        names = [list(editor.history.names), list(editor.history.undone_names)]
        return {"mask": zlib.crc32(editor.mask.data), "history": names}

    def look(self) -> dict[str, Any]:
        """State of every case and of its file, which must agree."""
        found = {}
        for case_id in CASES:
            self.window.app.session.open_case(case_id)
            found[case_id] = self.state()
            mask = self.window.app.session.project.load_mask(case_id)
            found[case_id]["file"] = None if mask is None else zlib.crc32(mask.data)
        return found

    def announce(self) -> None:
        """Print each step before the journal gets it."""
        add = Journal.add

        def announced(journal: Journal, entry: object) -> None:
            if isinstance(entry, Step):
                self.say({"case": self.window.app.session.case_id, **self.state()})
            add(journal, entry)

        Journal.add = announced

    def paint(self, until: float) -> None:
        """Act at random until this time."""
        self.announce()
        while time.monotonic() < until:
            self.act(self.random.random())
            began = time.perf_counter()
            while not self.window.app.autosave.safe:
                QApplication.processEvents()
            self.slowest = max(self.slowest, time.perf_counter() - began)
            self.say({"safe": self.window.app.session.case_id, "slowest": self.slowest})
            for _ in range(int(self.random.integers(1, 12))):
                QApplication.processEvents()
                time.sleep(0.002)

    def restore(self) -> None:
        """Restore a version, whichever, if there is one."""
        timeline = self.window.app.timeline
        timeline.set_watched(True)
        self.wait_for(lambda: bool(timeline.versions.versions))
        versions = timeline.versions.versions
        if versions:
            timeline.compare(versions[int(self.random.integers(len(versions)))])
            self.wait_for(lambda: timeline.compared is not None)
            timeline.restore()

    def wait_for(self, arrived: Callable[[], bool], seconds: float = 0.5) -> None:
        until = time.monotonic() + seconds
        while not arrived() and time.monotonic() < until:
            QApplication.processEvents()

    def act(self, chance: float) -> None:
        parts = self.window.app
        if self.restoring and self.random.random() < 0.4:
            self.restore()
            return
        if chance < 0.7:
            self.drag(Qt.MouseButton.RightButton if chance < 0.2 else Qt.MouseButton.LeftButton)
        elif chance < 0.8:
            parts.editor.undo()
        elif chance < 0.86:
            parts.editor.redo()
        elif chance < 0.92:
            parts.options.choose_label(int(self.random.integers(0, 2)))
        else:
            parts.session.open_case(str(self.random.choice(list(CASES))))

    def drag(self, button: Qt.MouseButton) -> None:
        canvas = self.window.canvas
        width, height = canvas.image_size
        points = [
            QPointF(*canvas.viewport.to_view(x * width, y * height)).toPoint()
            for x, y in self.random.uniform(0.1, 0.9, (3, 2))
        ]
        QTest.mousePress(canvas, button, Qt.KeyboardModifier.NoModifier, points[0])
        for point in points[1:]:
            QTest.mouseMove(canvas, point)
        QTest.mouseRelease(canvas, button, Qt.KeyboardModifier.NoModifier, points[-1])


def program(root: Path, seed: int, seconds: float, *, restoring: bool = False) -> None:
    """Run the program until its time is up."""
    window = app.make_window(app.make_application())
    window.resize(900, 700)
    window.show()
    painter = Painter(window, root, seed, restoring=restoring)
    painter.paint(time.monotonic() + seconds)
    window.close()


@dataclass
class Expected:
    """States that a case may come up in: the last one known to be on disk, and later ones."""

    states: list[dict[str, Any]] = field(default_factory=list)

    def allows(self, found: dict[str, Any]) -> bool:
        same = [state["mask"] == found["mask"] and state["history"] == found["history"] for state in self.states]
        return not self.states or any(same)


class Judge:
    """Reads the output of one program after another and reports what was lost."""

    def __init__(self) -> None:
        self.expected = {case_id: Expected() for case_id in CASES}
        self.faults: list[str] = []
        self.steps = self.recovered = 0
        self.slowest = 0.0

    def hear(self, line: dict[str, Any]) -> None:
        """Read a line."""
        if "opened" in line:
            self.faults += [f"a temporary was left: {stray}" for stray in line["strays"]]
            self.recovered += "Recovered" in line["banner"]
            for case_id, found in line["opened"].items():
                self.judge(case_id, found)
        elif "safe" in line:
            states = self.expected[line["safe"]].states
            del states[:-1]
            self.slowest = max(self.slowest, line["slowest"])
        else:
            self.expected[line["case"]].states.append(line)
            self.steps += 1

    def judge(self, case_id: str, found: dict[str, Any]) -> None:
        expected = self.expected[case_id]
        if not expected.allows(found):
            self.faults.append(f"{case_id} came up as {found}, expected one of {expected.states}")
        if found["file"] != found["mask"] and found["file"] is not None:
            self.faults.append(f"the file of {case_id} is not what the window shows")
        expected.states = [found]


def run(
    root: Path,
    judge: Judge,
    seed: int,
    kill_after: float | None,
    *,
    starting: bool = False,
    restoring: bool = False,
) -> None:
    """Start the program, kill it (or let it end), and read its output.

    Args:
        root: the project.
        judge: who hears it.
        seed: of what it does.
        kill_after: seconds, or None to let it end.
        starting: count them from the program's start, not from when it has opened the project.
        restoring: restore versions as well.
    """
    seconds = LIFE if kill_after is None else LONGEST
    command = [sys.executable, __file__, "--paint", str(root), "--seed", str(seed), "--seconds", str(seconds)]
    command += ["--restoring"] if restoring else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0)
    assert process.stdout is not None
    first = b"" if starting else process.stdout.readline()
    try:
        said, _ = process.communicate(timeout=LONGEST if kill_after is None else kill_after)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
    for line in (first + said).split(b"\n")[:-1]:  # the last line is incomplete or empty
        judge.hear(json.loads(line))
    if process.returncode > 0 or (kill_after is None and process.returncode):
        judge.faults.append(f"the program with the seed {seed} ended with {process.returncode}")


def make_project(folder: Path, size: int) -> Path:
    """Make a project of three cases, the last with an existing mask."""
    project = Project.create(folder / "project", DISC_AND_CUP)
    for seed, name in enumerate(CASES):
        drawn = synthetic_fundus(seed, 512)
        pixels = np.kron(drawn.pixels, np.ones((-(-size // 512),) * 2 + (1,), np.uint8))[:size, :size]
        write_jpeg(folder / f"{name}.jpg", np.ascontiguousarray(pixels))
        project.add_image(folder / f"{name}.jpg")
    project.save_mask("c", np.ones((size, size), np.uint8))
    return project.root


def main() -> int:
    """Kill as often as asked; return 0 if nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=700, help="pixels on a side of the pictures")
    parser.add_argument("--restoring", action="store_true", help="restore versions as well")
    parser.add_argument("--paint", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.paint:
        program(options.paint, options.seed, options.seconds, restoring=options.restoring)
        return 0
    judge, random = Judge(), np.random.default_rng(options.seed)
    with tempfile.TemporaryDirectory(prefix="unet-desktop-kill-") as name:
        folder = Path(name)
        os.environ.update(HOME=name, XDG_CONFIG_HOME=name, XDG_STATE_HOME=name)
        root = make_project(folder, options.size)
        for number in range(options.times):
            starting = bool(random.random() < 0.2)
            after = float(random.uniform(0.5, 2.0) if starting else random.uniform(0.0, 1.5))
            run(root, judge, options.seed + number, after, starting=starting, restoring=options.restoring)
            if number % 10 == 9 or number == options.times - 1:
                run(root, judge, options.seed + 10_000 + number, None)
                judge.faults += [f"{path.name} was left by a program that ended well" for path in left_over(root)]
        run(root, judge, options.seed, None)
    print(
        f"{options.times} kills, {judge.steps} steps, {judge.recovered} times something was recovered; "
        f"slowest step on disk after {1000 * judge.slowest:.0f} ms; {len(judge.faults)} faults"
    )
    for fault in judge.faults[:10]:
        print(f"  {fault[:600]}")
    return 1 if judge.faults else 0


def left_over(root: Path) -> list[Path]:
    """Files that must not exist after a clean end."""
    return [path for path in root.rglob("*") if path.suffix in {".journal", ".unet-tmp"} or path.name == ".lock"]


if __name__ == "__main__":
    sys.exit(main())
