"""Measure what a day's work of 3,000 strokes leaves in versions, and what keeping them costs the window's thread.

    python benchmarks/versions.py [--side 2048] [--strokes 3000]

A day of eight hours has a stroke every 9.6 s, so painting goes on for 19 strokes between two passing states; a case is
left after 30. Prints megabytes and files, and the CPU time of the window's thread in everything that keeps versions.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from unet_desktop.gui import app
from unet_desktop.gui.editing.version_keeper import EVERY, VersionKeeper
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.stroke import Stroke
from unet_desktop.project.layout import Layout
from unet_desktop.project.project import Project

CASES = 20
PER_CASE = 30
SECONDS_A_STROKE = 8 * 3600 / 3000
_SLOTS = (
    "_on_editor_edited",
    "_on_timer",
    "_on_session_leaving",
    "_on_session_case_changed",
    "_on_session_case_updated",
    "_take_results",
)


class Clock:
    """CPU seconds of the calling thread in some methods."""

    def __init__(self) -> None:
        self.spent: list[float] = []

    def watch(self, owner: type, name: str) -> None:
        """Measure each call of a method."""
        method = getattr(owner, name)

        def timed(*arguments: Any) -> Any:
            began = time.thread_time()
            try:
                return method(*arguments)
            finally:
                self.spent.append(time.thread_time() - began)

        setattr(owner, name, timed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--side", type=int, default=2048, help="pixels on a side of the pictures")
    parser.add_argument("--strokes", type=int, default=3000)
    options = parser.parse_args()
    clock = Clock()
    for name in _SLOTS:
        clock.watch(VersionKeeper, name)
    with tempfile.TemporaryDirectory(prefix="unet-desktop-versions-") as name:
        os.environ.update(HOME=name, XDG_CONFIG_HOME=name, XDG_STATE_HOME=name)
        root = make_project(Path(name), options.side)
        window = app.make_window(app.make_application())
        window.show()
        window.commands.projects.open_root(root)
        passing = work(window, options.strokes)
        window.close()
        kept = [path.stat().st_size for path in Layout(root).history.rglob("*.png")]
        print(f"{options.strokes} strokes, {CASES} cases of {options.side} x {options.side} pixels")
        print(f"  {len(kept)} versions, {passing} of them passing, {sum(kept) / 1e6:.2f} MB, {max(kept) / 1e3:.1f} kB")
        spent = np.array(clock.spent)
        mean, worst = 1000 * spent.sum() / options.strokes, 1000 * spent.max()
        print(f"  window's thread: {mean:.3f} ms a stroke, worst {worst:.1f} ms (CPU time)")


def make_project(folder: Path, side: int) -> Path:
    project = Project.create(folder / "project", DISC_AND_CUP)
    pixels = np.zeros((side, side, 3), np.uint8)
    for number in range(CASES):
        pixels[:8, :8] = number
        write_jpeg(folder / f"{number:02}.jpg", pixels)
        project.add_image(folder / f"{number:02}.jpg")
    return project.root


def work(window: MainWindow, strokes: int) -> int:
    """Paint; returns how often a passing state was due."""
    model, random, passing = window.app, np.random.default_rng(1), 0
    (timer,) = [one for one in model.version_keeper.findChildren(QTimer) if one.interval() == EVERY]
    since = 0.0
    for number in range(strokes):
        if number % PER_CASE == 0:
            model.session.open_case(f"{number // PER_CASE % CASES:02}")
            since = 0.0
        paint(window, random, number)
        since += SECONDS_A_STROKE
        if since * 1000 >= EVERY:
            timer.timeout.emit()
            passing, since = passing + 1, 0.0
        QApplication.processEvents()
    return passing


def paint(window: MainWindow, random: np.random.Generator, number: int) -> None:
    """Paint a disc with its cup the first times, then correct their edges with short strokes."""
    editor = window.app.editor
    assert editor.mask is not None
    side = editor.mask.shape[0]
    value, angle = (number % 2) + 1, random.uniform(0, 2 * np.pi)
    table = np.full(256, value, np.uint8) if number % 5 else np.zeros(256, np.uint8)
    stroke = Stroke(editor.mask, table, side * 0.03, "Brush")
    editor.begin(stroke)
    for point in np.linspace(0, 1.0, 20):
        radius = side * (0.1 if value == 1 else 0.05) * (1 + 0.1 * random.standard_normal())
        x, y = side / 2 + radius * np.cos(angle + point), side / 2 + radius * np.sin(angle + point)
        editor.show(stroke.extend(x, y))
    editor.finish()


if __name__ == "__main__":
    main()
