"""Measure whether the window stays responsive while a network trains: event loop latency and brush.

    python benchmarks/responsiveness.py --images ../shared/data/idrid_optic_disc/images

Opens the real window, off screen unless QT_QPA_PLATFORM says otherwise, on a project of 4288x2848 pictures, and paints
strokes of 120 pixels, a mouse event every 8 ms, while a timer checks every 10 ms how late the event loop is. First
nothing else runs; then the article's network trains at full width in the window's job, as started by the user, from
reading the pictures to the metrics of the finished model: a model and a state are written every few seconds, more often
than in practice. Prints percentiles next to the targets of docs/results.md. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.device.cpu_priority import Cores
from unet_desktop.engine.events import BatchDone, EpochDone
from unet_desktop.gui import app
from unet_desktop.gui.jobs.device_probe import DeviceProbe
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.listing import find_images
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.synthetic import synthetic_fundus
from unet_desktop.project.project import Project

SIZE = (4288, 2848)
BRUSH = 120
BEAT, MOUSE = 10, 8
"""Milliseconds between two checks of the event loop, and between two mouse events (125 a second)."""
STROKE = 100
"""Mouse events of a stroke."""
TURN = 25.0
"""Mouse events per radian of the stroke's spiral."""
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


@dataclass
class Measured:
    """Milliseconds by which the event loop was late, of each brush event with its repainting, and what ran then."""

    late: list[float] = field(default_factory=list)
    brush: list[float] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)


class Hand:
    """Paints with real mouse events and measures time."""

    def __init__(self, window: MainWindow) -> None:
        self.measured = Measured()
        self.phase = ""
        self._window, self._step = window, 0
        self._beat, self._mouse = QTimer(window), QTimer(window)
        for timer, interval, slot in ((self._beat, BEAT, self._on_beat), (self._mouse, MOUSE, self._on_mouse)):
            timer.setTimerType(Qt.TimerType.PreciseTimer)
            timer.setInterval(interval)
            timer.timeout.connect(slot)
        self._due = 0.0

    def begin(self) -> None:
        """Start a new list of measurements."""
        self.measured = Measured()
        self._due = time.perf_counter() + BEAT / 1000
        self._beat.start()
        self._mouse.start()

    def end(self) -> Measured:
        """Lift the brush and return the measurements."""
        self._beat.stop()
        self._mouse.stop()
        if self._step % STROKE:
            self._send(QEvent.Type.MouseButtonRelease)
            self._step = 0
        return self.measured

    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.measured.late.append(max(0.0, 1000 * (now - self._due)))
        self.measured.phases.append(self.phase)
        self._due = now + BEAT / 1000

    def _on_mouse(self) -> None:
        kind = QEvent.Type.MouseMove
        if self._step % STROKE == 0:
            kind = QEvent.Type.MouseButtonPress
        elif self._step % STROKE == STROKE - 1:
            kind = QEvent.Type.MouseButtonRelease
        began = time.perf_counter()
        self._send(kind)
        QApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest.value)  # paints
        self.measured.brush.append(1000 * (time.perf_counter() - began))
        self._step += 1

    def _send(self, kind: QEvent.Type) -> None:
        canvas = self._window.canvas
        angle, reach = self._step / TURN, min(canvas.width(), canvas.height()) / 3
        far = reach * (0.4 + 0.5 * (self._step % STROKE) / STROKE)
        place = QPointF(canvas.width() / 2 + far * math.cos(angle), canvas.height() / 2 + far * math.sin(angle))
        pressed = NONE if kind is QEvent.Type.MouseMove else LEFT
        held = NONE if kind is QEvent.Type.MouseButtonRelease else LEFT
        at = QPointF(canvas.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(canvas, QMouseEvent(kind, place, at, pressed, held, Qt.KeyboardModifier.NoModifier))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, help="folder of photographs; default: drawn ones")
    parser.add_argument("--cases", type=int, default=8, help="pictures, all but one with a mask")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--preset", default="article", choices=list(PRESETS))
    parser.add_argument("--cores", default="auto", choices=get_args(Cores), help="cores used by the training")
    parser.add_argument("--off", type=float, default=15.0, help="seconds without training")
    parser.add_argument("--most", type=float, default=300.0, help="stop training after this many seconds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder, "XDG_CACHE_HOME": folder}
        window = app.make_window(app.make_application())
        window.resize(1920, 1080)
        window.show()
        root = make_project(Path(folder), arguments.cases, arguments.images)
        window.commands.projects.open_root(root)
        session = window.app.session
        session.open_case(session.case_ids[-1])
        window.app.options.choose_tool(ToolKind.BRUSH)
        window.app.options.set_diameter(BRUSH)
        window.canvas.zoom_to(1.0)
        probe = DeviceProbe(window)  # loads torch, as the program does 1.5 s after its start
        probe.start()
        probe.shutdown()
        run(2.0)
        hand = Hand(window)
        hand.begin()
        run(arguments.off)
        report("training off", hand.end())
        train(window, hand, arguments)
        window.close()


def make_project(folder: Path, cases: int, images: Path | None) -> Path:
    """Make a project of large pictures; all but the last have a mask."""
    project = Project.create(folder / "project", DISC_AND_CUP)
    found = [] if images is None else find_images(images)[:cases]
    for number in range(cases):
        drawn = synthetic_fundus(number, 1024)
        source = folder / f"{number:02}.jpg"
        picture = Image.open(found[number]).convert("RGB") if number < len(found) else Image.fromarray(drawn.pixels)
        picture.resize(SIZE).save(source, quality=92)
        case = project.add_image(source)
        if number < cases - 1:
            project.save_mask(case.id, np.array(Image.fromarray(drawn.mask).resize(SIZE, Image.Resampling.NEAREST)))
    return project.root


def train(window: MainWindow, hand: Hand, arguments: argparse.Namespace) -> None:
    """Paint while the training runs."""
    runner, loop, seen = window.app.runner, QEventLoop(), Counter[str]()
    times: list[float] = []

    def on_event(event: object) -> None:
        hand.phase = f"{type(event).__name__} {getattr(event, 'stage', '')}".strip()
        seen[hand.phase] += 1
        if isinstance(event, EpochDone):
            times.append(event.seconds)
        if isinstance(event, BatchDone) and event.stage == "measure":
            hand.phase = "measuring"

    runner.event_happened.connect(on_event)
    runner.busy_changed.connect(lambda busy: None if busy else loop.quit())
    runner.failed.connect(lambda title, error: print(f"{title} failed: {error!r}"))
    config = replace(PRESETS[arguments.preset], epochs=arguments.epochs)
    hand.phase = "starting"
    hand.begin()
    began = time.perf_counter()
    window.app.project_jobs.set_cores(arguments.cores)
    window.app.project_jobs.train(config, from_scratch=True)
    QTimer.singleShot(round(1000 * arguments.most), runner.cancel)
    loop.exec()
    measured = hand.end()
    report(f"training on ({config.title}, {time.perf_counter() - began:.0f} s)", measured)
    print(f"  seconds an epoch: {', '.join(f'{seconds:.1f}' for seconds in times)}")
    worst = sorted(zip(measured.late, measured.phases, strict=True), reverse=True)[:8]
    print("  the latest:", "; ".join(f"{late:.0f} ms after {phase}" for late, phase in worst))


def run(seconds: float) -> None:
    """Let the event loop run as in the program."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def report(name: str, measured: Measured) -> None:
    """Print two lines: event loop and brush."""
    print(name, flush=True)
    for what, times, share, target, last in (
        ("event loop", measured.late, 99, 30, 150),
        ("brush event to repainted", measured.brush, 95, 8, None),
    ):
        half, most = np.percentile(times, [50, share])
        worst = "" if last is None else f" (target {last})"
        print(
            f"  {what:26s} {len(times):6d} x  median {half:6.2f}  {share} % {most:6.2f} ms (target {target})  "
            f"worst {max(times):6.1f} ms{worst}",
            flush=True,
        )


if __name__ == "__main__":
    main()
