"""Measure the editor in the real window: from the event to the repainted picture.

    python benchmarks/editor.py                    # a synthetic photograph
    python benchmarks/editor.py --photo IDRiD_01.jpg

Prints, at 4288x2848 and at 1024x1024, milliseconds per event of push edge and brush (120 px), undo, zoom step and pan
step in a window of 1920x1080, off screen unless QT_QPA_PLATFORM says otherwise. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from unet_desktop.gui import app
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.synthetic import synthetic_fundus
from unet_desktop.project.project import Project

SIZES = ((4288, 2848), (1024, 1024))
BRUSH = 120
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", type=Path, help="a photograph to scale to both sizes")
    parser.add_argument("--outline", action="store_true", help="show the mask as outline and fill")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        application = app.make_application()
        for width, height in SIZES:
            window = app.make_window(application)
            window.resize(1920, 1080)
            window.show()
            window.app.session.open_project(make_project(Path(folder) / f"{width}", width, height, arguments.photo))
            window.app.session.open_case(window.app.session.case_ids[0])
            settle()
            measure(window, width, height)
            window.close()
            window.deleteLater()
            settle()


def make_project(root: Path, width: int, height: int, photo: Path | None) -> Path:
    """Make a project of one photograph of this size with a disc and a cup of realistic size."""
    drawn = synthetic_fundus(1, 1024)
    picture = Image.fromarray(drawn.pixels) if photo is None else Image.open(photo).convert("RGB")
    file = root.with_suffix(".jpg")
    picture.resize((width, height)).save(file, quality=92)
    project = Project.create(root, DISC_AND_CUP)
    case = project.add_image(file)
    mask = np.array(Image.fromarray(drawn.mask).resize((width, height), Image.Resampling.NEAREST))
    project.save_mask(case.id, mask)
    return root


def measure(window: MainWindow, width: int, height: int) -> None:
    """Print all timings of the open case."""
    print(f"{width} x {height}")
    canvas, options = window.canvas, window.app.options
    options.set_diameter(BRUSH)
    for name, zoom in (("whole picture", lambda: canvas.fit()), ("one to one", lambda: canvas.zoom_to(1.0))):
        zoom()
        settle()
        options.choose_tool(ToolKind.PUSH)
        report(f"  push event, {name}", brush(window), 8)
        options.choose_tool(ToolKind.BRUSH)
        report(f"  brush event, {name}", brush(window), 8)
        report(f"  undo, {name}", undo(window), 15)
    canvas.fit()
    settle()
    report(
        "  zoom step",
        [timed(lambda step=step: canvas.zoom_by(1.1 if step % 40 < 20 else 1 / 1.1)) for step in range(80)],
    )
    for scale in (0.3, 1.0, 3.0):
        canvas.zoom_to(scale)
        settle()
        report(
            f"  pan step at {scale:.0%}",
            [timed(lambda step=step: canvas.pan_by(QPointF(9 if step % 40 < 20 else -9, 5))) for step in range(80)],
        )


def brush(window: MainWindow) -> list[float]:
    """Paint strokes of 60 events around the picture's middle; milliseconds of each event, repainting included."""
    canvas, times = window.canvas, []
    middle, reach = QPointF(canvas.width() / 2, canvas.height() / 2), min(canvas.width(), canvas.height()) / 3
    for stroke in range(5):
        send(window, QEvent.Type.MouseButtonPress, middle, LEFT)
        for step in range(60):
            angle, far = step / 9 + stroke, reach * (0.4 + step / 100)
            place = middle + QPointF(far * math.cos(angle), far * math.sin(angle))
            times.append(timed(lambda place=place: send(window, QEvent.Type.MouseMove, place, LEFT)))
        send(window, QEvent.Type.MouseButtonRelease, middle, LEFT)
        settle()
    return times


def undo(window: MainWindow) -> list[float]:
    """Undo all strokes, then redo and undo them twice."""
    editor, times = window.app.editor, []
    for _ in range(3):
        while editor.history.can_undo:
            times.append(timed(window.actions_by_id["edit.undo"].trigger))
        while editor.history.can_redo:
            editor.redo()
            settle()
    while editor.history.can_undo:
        editor.undo()
    settle()
    return times


def send(window: MainWindow, kind: QEvent.Type, place: QPointF, button: Qt.MouseButton) -> None:
    """A mouse event as the window system would send it."""
    pressed = NONE if kind is QEvent.Type.MouseMove else button
    held = NONE if kind is QEvent.Type.MouseButtonRelease else button
    at = QPointF(window.canvas.mapToGlobal(place.toPoint()))
    event = QMouseEvent(kind, place, at, pressed, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window.canvas, event)


def timed(act: Callable[[], object]) -> float:
    """Milliseconds of an action and everything that follows from it, painting included."""
    began = time.perf_counter()
    act()
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    return 1000 * (time.perf_counter() - began)


def settle() -> None:
    """Process all pending events."""
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.005)


def report(name: str, times: list[float], target: float = 1000 / 60) -> None:
    """One line: median, 95th percentile, worst, and the target for the 95th."""
    half, most = np.percentile(times, [50, 95])
    print(
        f"{name:36s} median {half:6.2f}  95 % {most:6.2f}  worst {max(times):6.2f} ms  (target {target:.1f})",
        flush=True,
    )


if __name__ == "__main__":
    main()
