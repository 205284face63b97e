"""Measure how late the window's event loop is while pictures are imported and the list of cases grows.

    python benchmarks/import_while_working.py --pictures 2000

Opens the real window, off screen unless QT_QPA_PLATFORM says otherwise, on a project of three cases, lets a timer beat
every 10 ms, first while nothing runs, then while an import of small pictures runs as started by the user. Prints how
late the beats came. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from unet_desktop.gui import app
from unet_desktop.gui.projects.import_images import ImportRequest
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project

BEAT = 10
"""Milliseconds between two checks of the event loop."""


def write_pictures(folder: Path, count: int) -> None:
    """Write small pictures, all different."""
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(count):
        coarse = random.integers(0, 255, (6, 8, 3), np.uint8)
        Image.fromarray(coarse).resize((80, 60)).save(folder / f"n{number:05}.jpg")


def measure(goes_on: Callable[[], bool]) -> tuple[np.ndarray, float]:
    """Return by how many milliseconds each beat was late until it is over, and how many seconds that took."""
    late: list[float] = []
    start = last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append((now - last) * 1000 - BEAT)
        last = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    timer.start(BEAT)
    while goes_on():
        QApplication.processEvents()
        time.sleep(0.001)
    timer.stop()
    return np.array(late), time.perf_counter() - start


def describe(what: str, late: np.ndarray) -> str:
    """Return percentiles as a line."""
    median, most, longest = np.percentile(late, [50, 99, 100])
    return (
        f"{what}: {len(late)} beats, late by {median:.1f} ms (median), {most:.1f} ms (99 %), {longest:.1f} ms (longest)"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=2000)
    count = parser.parse_args().pictures
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = name
        write_pictures(place / "few", 3)
        write_pictures(place / "many", count)
        project = Project.create(place / "project", DISC_AND_CUP)
        for path in sorted((place / "few").iterdir()):
            project.add_image(path)
        window = app.make_window(app.make_application())
        window.resize(1366, 768)
        window.show()
        window.commands.projects.open_root(project.root)
        end = time.perf_counter() + 3
        print(describe("idle", measure(lambda: time.perf_counter() < end)[0]))
        window.commands.projects._import(ImportRequest(place / "many", True, None, recursive=False))
        late, seconds = measure(lambda: window.app.runner.busy)
        print(describe(f"importing {count:,} pictures in {seconds:.1f} s", late))
        window.app.runner.shutdown()
        window.close()


if __name__ == "__main__":
    main()
