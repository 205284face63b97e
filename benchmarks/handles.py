"""Measure dragging a handle of an ellipse and of a contour in the real window.

    python benchmarks/handles.py

On a drawn photograph of 4288x2848 whose disc is 600 pixels wide, in a window of 1920x1080 that shows the disc close up,
off screen unless QT_QPA_PLATFORM says otherwise. Prints process time, which other programs hardly affect: of the move
alone (shape, mask, handles), and of the move with all painting and measuring that follows.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from editor import LEFT, make_project, report, send, settle
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtWidgets import QApplication

from unet_desktop.gui import app
from unet_desktop.gui.tools.contour import ContourTool
from unet_desktop.gui.tools.ellipse import EllipseTool
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.shapes.ellipse import Ellipse

TARGET = 8.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        window = app.make_window(app.make_application())
        window.resize(1920, 1080)
        window.show()
        window.app.session.open_project(make_project(Path(folder) / "project", 4288, 2848, None))
        window.app.session.open_case(window.app.session.case_ids[0])
        draw_disc(window)
        window.actions_by_id["view.zoom_mask"].trigger()
        settle()
        report("fit ellipse to label", [used(window.actions_by_id["edit.fit_ellipse"].trigger)], 100.0)
        tool = window.app.toolbox.current
        assert isinstance(tool, EllipseTool)
        ellipse = tool.sketch.handles[1]  # the centre
        drags(window, "ellipse, a side", (ellipse.x + 300, ellipse.y))
        window.actions_by_id["edit.cancel"].trigger()
        report("outline as a contour", [used(window.actions_by_id["tool.spline"].trigger)], 100.0)
        tool = window.app.toolbox.current
        assert isinstance(tool, ContourTool)
        drags(window, "contour, a handle", max((handle.x, handle.y) for handle in tool.sketch.handles))
        window.close()


def draw_disc(window: MainWindow) -> None:
    """Put a disc of 600 pixels and its cup into the mask."""
    mask = np.zeros((2848, 4288), np.uint8)
    for value, half in ((1, 300), (2, 150)):
        box, plane = Ellipse(2100, 1400, half, half).pixels((2848, 4288))
        mask[box.slices][plane] = value
    window.app.editor.replace_mask("Draw", mask)


def drags(window: MainWindow, name: str, start: tuple[float, float]) -> None:
    """Drag to the right and back; print one line for the moves and one for everything that follows."""
    place = QPointF(*window.canvas.viewport.to_view(*start))
    send(window, QEvent.Type.MouseButtonPress, place, LEFT)
    moves, whole = [], []
    for step in range(80):
        to = place + QPointF(3 + 2 * (step if step < 40 else 80 - step), step % 5)
        moves.append(used(lambda to=to: send(window, QEvent.Type.MouseMove, to, LEFT)))
        whole.append(moves[-1] + used(QApplication.processEvents))
    send(window, QEvent.Type.MouseButtonRelease, place, LEFT)
    settle()
    report(f"{name}, the move", moves, TARGET)
    report(f"{name}, with painting", whole, 1000 / 60)


def used(act: Callable[[], object]) -> float:
    """Milliseconds of process time of an action."""
    began = time.process_time()
    act()
    return 1000 * (time.process_time() - began)


if __name__ == "__main__":
    main()
