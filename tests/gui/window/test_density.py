"""Screens of any density: picture and mask are shown pixel for pixel, neither blurred nor apart."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SCRIPT = """
import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from unet_desktop.gui import app
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.settings.view_options import View
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.drawing import MaskStyle

application = app.make_application()
canvas = Canvas()
canvas.resize(401, 303)
canvas.show()
pixels = np.random.default_rng(0).integers(0, 255, (900, 1200, 3), np.uint8)
mask = np.zeros((900, 1200), np.uint8)
mask[::2, 1::2] = 1
canvas.set_image(pixels)
canvas.set_mask(mask, DISC_AND_CUP)
canvas.set_view(View(style=MaskStyle.FILL, opacity=1.0, scale_bar=False))
truth = pixels.copy()
truth[mask == 1] = (0x56, 0xB4, 0xE9)
for zoom in (1, 5):
    canvas.zoom_to(zoom)
    canvas.pan_by(QPointF(0.3, 0.7))
    application.processEvents()
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    shown = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    density = canvas.devicePixelRatioF()
    assert shown.shape[1] > 400 * density
    left, top = round(canvas.viewport.left * density), round(canvas.viewport.top * density)
    down, across = np.mgrid[: shown.shape[0], : shown.shape[1]]
    expected = truth[((down - top + 0.5) // zoom).astype(int), ((across - left + 0.5) // zoom).astype(int)]
    inner = (slice(4, -4), slice(4, -4))  # within the frame that shows the keyboard's focus
    assert (shown[inner] == expected[inner]).all(), zoom
canvas.close()
"""


@pytest.mark.parametrize("density", ["1.25", "1.5", "2"])
def test_pixel_for_pixel(density: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=os.environ | {"QT_SCALE_FACTOR": density, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
