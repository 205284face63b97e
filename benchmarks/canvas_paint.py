"""Measure the canvas on a 12-megapixel photograph: milliseconds of process time per frame, off screen.

.venv/bin/python benchmarks/canvas_paint.py [PHOTOGRAPH]

Without a photograph it draws a synthetic one of 4288x2848 pixels. At 60 frames a second, a frame may take 16.7 ms.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtWidgets import QApplication

from unet_desktop.gui import app
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.settings.view_options import View
from unet_desktop.images.display import Channel, Look
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Pixels, read_image
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.drawing import MaskStyle

WIDTH, HEIGHT = 1920, 1080
VIEWS = {
    "fill": View(style=MaskStyle.FILL),
    "outline": View(style=MaskStyle.OUTLINE),
    "both": View(style=MaskStyle.BOTH),
    "red-free, CLAHE": View(look=Look(Channel.RED_FREE, clahe=2.0, gamma=1.2)),
    "colour, CLAHE": View(look=Look(clahe=2.0, gamma=1.2)),
}
ZOOMS = (0.3, 0.37, 0.51, 0.75, 1.0, 1.6, 3.0, 4.0, 9.0, 40.0)


def main() -> None:
    """Print the time per frame at each zoom while panning."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photograph", type=Path, nargs="?")
    given = parser.parse_args().photograph
    pixels = synthetic() if given is None else read_image(given).pixels
    application = app.make_application()
    canvas = Canvas()
    canvas.resize(WIDTH, HEIGHT)
    canvas.show()
    application.processEvents()
    height, width = pixels.shape[:2]
    centre, radius = (round(0.68 * width), round(0.46 * height)), round(0.115 * height)
    mask = np.zeros((height, width), np.uint8)
    cv2.circle(mask, centre, radius, 1, -1)
    cv2.circle(mask, centre, radius // 2, 2, -1)
    canvas.set_image(pixels)
    canvas.set_mask(mask, DISC_AND_CUP)
    canvas.set_tool(120, QColor("white"))
    frame = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    print(f"{width}x{height} picture, {WIDTH}x{HEIGHT} canvas, ms per frame: median / worst of 20 pans and zooms")
    print("           " + "".join(f"{name:>16}" for name in VIEWS))
    for zoom in ZOOMS:
        columns = []
        for view in VIEWS.values():
            canvas.set_view(view)
            settle(application, canvas, frame)
            columns.append(f"{time_of_frames(canvas, frame, zoom, centre):>16}")
        print(f"zoom {zoom:5.2f} " + "".join(columns))
    canvas.set_view(View())
    for zoom in (0.37, 1.0, 8.0):
        canvas.fit()
        canvas.zoom_to(zoom)
        bring_to_the_middle(canvas, centre)
        print(f"zoom {zoom:5.2f}: repainting a dab of 120 pixels {time_of_dabs(canvas, frame, centre)}")
        print(f"zoom {zoom:5.2f}: a step of the brightness slider {time_of_steps(canvas, frame, 'brightness')}")
        print(f"zoom {zoom:5.2f}: a step of the CLAHE slider {time_of_steps(canvas, frame, 'clahe')}")
    canvas.close()


def settle(application: QApplication, canvas: Canvas, frame: QImage) -> None:
    """Wait until the thread has delivered its results."""
    for _ in range(20):
        canvas.render(frame)
        application.processEvents()
        time.sleep(0.02)


def bring_to_the_middle(canvas: Canvas, centre: tuple[int, int]) -> None:
    """Centre the view on an image point."""
    at = canvas.viewport.to_view(*centre)
    canvas.pan_by(QPointF(WIDTH / 2 - at[0], HEIGHT / 2 - at[1]))


def time_of_dabs(canvas: Canvas, frame: QImage, centre: tuple[int, int]) -> str:
    """Repaint the box of a dab at places along the mask's edge, as the window system would request it."""
    times = []
    for step in range(20):
        left, top = canvas.viewport.to_view(centre[0] - 200 + 10 * step, centre[1] - 60)
        side = round(124 * canvas.viewport.scale) + 12
        box = QRect(round(left), round(top), side, side).intersected(canvas.rect())
        times.append(milliseconds(lambda box=box: canvas.render(frame, box.topLeft(), QRegion(box))))
    return f"{np.median(times):6.2f} / {max(times):6.2f}"


def time_of_steps(canvas: Canvas, frame: QImage, name: str) -> str:
    """Change the look slightly and repaint everything."""
    times = []
    for step in range(1, 21):
        canvas.set_view(View(look=replace(Look(), **{name: step / 20})))
        times.append(milliseconds(lambda: canvas.render(frame)))
    canvas.set_view(View())
    return f"{np.median(times):6.2f} / {max(times):6.2f}"


def time_of_frames(canvas: Canvas, frame: QImage, zoom: float, centre: tuple[int, int]) -> str:
    """Pan and zoom slightly around the mask, repainting everything each time."""
    canvas.fit()
    canvas.zoom_to(zoom)
    bring_to_the_middle(canvas, centre)
    canvas.render(frame)
    times = []
    for step in range(20):
        canvas.pan_by(QPointF(7, -5))
        canvas.zoom_by(1.01 if step % 2 else 1 / 1.01)
        times.append(milliseconds(lambda: canvas.render(frame)))
    return f"{np.median(times):6.2f} / {max(times):6.2f}"


def milliseconds(work: Callable[[], object]) -> float:
    """Process time of one call."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def synthetic() -> Pixels:
    """(2848, 4288, 3) uint8: noise that no decoder or cache has seen."""
    return np.random.default_rng(0).integers(0, 255, (2848, 4288, 3), np.uint8)


if __name__ == "__main__":
    main()
