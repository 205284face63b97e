"""Measure the cost of saving while painting, and how soon a stroke is on disk, on a mask of 4288 x 2848.

    python benchmarks/journal.py

Prints milliseconds (median, 95 %, worst) of a stroke's end in the window's thread, and from then until it is on disk;
once with masks written only when idle, and once with a mask being written all the time.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from unet_desktop.gui import app
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.stroke import Stroke
from unet_desktop.project.project import Project

HEIGHT, WIDTH = 2848, 4288
STROKES = 100


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_CONFIG_HOME"] = name
        folder = Path(name)
        project = Project.create(folder / "project", DISC_AND_CUP)
        write_jpeg(folder / "a.jpg", np.zeros((HEIGHT, WIDTH, 3), np.uint8))
        project.add_image(folder / "a.jpg")
        window = app.make_window(app.make_application())
        window.show()
        window.commands.projects.open_root(project.root)
        paint(window, writing=False)  # once to warm up
        for writing in (False, True):
            ending, safe = paint(window, writing=writing)
            print("a mask is being written all the time" if writing else "masks are written when idle")
            print(f"  end of a stroke, window's thread  {figures(ending)}")
            print(f"  until it is on disk               {figures(safe)}")
        window.app.editor.edited.disconnect()
        ending, _ = paint(window, writing=False)
        print(f"nothing is saved\n  end of a stroke, window's thread  {figures(ending)}")
        window.close()


def paint(window: MainWindow, *, writing: bool) -> tuple[list[float], list[float]]:
    """Paint strokes; return the seconds of each stroke's end, and until it was on disk."""
    parts, random = window.app, np.random.default_rng(1)
    ending, safe = [], []
    for _ in range(STROKES):
        assert parts.editor.mask is not None
        # Alternate disc, cup and background, so that every stroke changes all the pixels it covers.
        stroke = Stroke(parts.editor.mask, np.array([1, 2, 0, *range(3, 256)], np.uint8), 60.0, "Brush")
        parts.editor.begin(stroke)
        x, y = random.uniform(500, 2300, 2)
        for point in range(20):
            parts.editor.show(stroke.extend(x + 15 * point, y + 10 * point))
        if writing:
            parts.autosave.save()
        QApplication.processEvents()
        began = time.perf_counter()
        parts.editor.finish()
        ending.append(time.perf_counter() - began)
        while not parts.autosave.safe:
            time.sleep(0.0002)
        safe.append(time.perf_counter() - began)
        QApplication.processEvents()
    parts.autosave.flush()
    return ending, safe


def figures(seconds: list[float]) -> str:
    low, high, worst = (1000 * float(np.quantile(seconds, share)) for share in (0.5, 0.95, 1.0))
    return f"{low:6.2f} {high:6.2f} {worst:6.2f} ms"


if __name__ == "__main__":
    main()
