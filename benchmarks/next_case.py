"""Measure going to the next 4288 x 2848 photograph: from key press to painted canvas, in order and cold.

    python benchmarks/next_case.py ../shared/data/idrid_optic_disc/images

Makes a project of links to the photographs with masks for every other one and predictions for the rest, opens the
real window off screen, presses "next", and paints the canvas at once. In order, the user looks at each picture for
--look seconds first; cold, nothing was read ahead. Prints percentiles and the process's peak memory.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

from unet_desktop.gui import app
from unet_desktop.gui.session.case_reader import CaseReader
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.listing import find_images
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path, help="folder of photographs")
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--look", type=float, default=1.0, help="seconds between two pictures when going in order")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        root = Path(folder) / "project"
        _make(root, find_images(arguments.images)[: arguments.cases])
        window = app.make_window(app.make_application())
        window.resize(1920, 1080)
        window.show()
        window.commands.projects.open_root(root)
        session = window.app.session
        session.open_case(session.case_ids[0])
        _run(2.0)
        before = _peak()
        _report("in order", [_step(window, arguments.look) for _ in session.case_ids[1:]])
        _report("and back", [_step(window, arguments.look, -1) for _ in session.case_ids[1:]])
        session._reader.shutdown()
        session._reader = CaseReader()
        window.app.read_ahead._timer.timeout.disconnect()
        _report("cold", [_step(window, 0.2) for _ in session.case_ids[1:]])
        print(f"peak memory {_peak() >> 20} MB, {_peak() - before >> 20} MB of it while going through")
        window.close()


def _make(root: Path, images: list[Path]) -> None:
    project = Project.create(root, DISC_AND_CUP)
    for number, image in enumerate(images):
        case = project.add_image(image, copy=False)
        rows, columns = np.ogrid[: case.height, : case.width]
        distance = np.hypot(rows - case.height / 2, columns - case.width * 0.7)
        mask = (distance < 250).astype(np.uint8) + (distance < 120)
        if number % 2:
            project.save_mask(case.id, mask)
        else:
            project.save_prediction(case.id, mask, model="f00d", confidence=0.9)


def _step(window: MainWindow, look: float, offset: int = 1) -> tuple[float, float]:
    """Seconds, and seconds of this thread's work, from key press to painted canvas; then wait as a user would."""
    started, worked = time.perf_counter(), time.thread_time()
    window.commands.cases.step(offset)
    window.canvas.repaint()
    took = time.perf_counter() - started, time.thread_time() - worked
    _run(look)
    return took


def _run(seconds: float) -> None:
    """Let the event loop run as in the program; `QTest.qWait` keeps Python's lock and starves the reader."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def _report(name: str, seconds: list[tuple[float, float]]) -> None:
    half, most = np.percentile(np.array(seconds) * 1000, (50, 95), axis=0)
    print(
        f"{name}: {len(seconds)} pictures, 50 % under {half[0]:.0f} ms, 95 % under {most[0]:.0f} ms "
        f"(the window's own work: {half[1]:.0f} and {most[1]:.0f} ms)",
        flush=True,
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
