"""Snapshots: a widget as a picture, compared with what is stored."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage

from unet_desktop.gui.canvas.canvas import Canvas

SNAPSHOTS = Path(__file__).parents[1] / "gui" / "snapshots"


MIN_EQUAL = 0.995
"""Share of pixels within 2 levels; the rest is left to other versions of Qt and their anti-aliasing."""


def pixels_of(image: QImage) -> np.ndarray:
    converted = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(converted.constBits(), np.uint8).reshape(converted.height(), converted.bytesPerLine())
    return rows[:, : 3 * converted.width()].reshape(converted.height(), converted.width(), 3).copy()


def rendered(canvas: Canvas) -> np.ndarray:
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    canvas.render(image)
    return pixels_of(image)


def assert_as_stored(canvas: Canvas, name: str) -> None:
    path = SNAPSHOTS / f"{name}.png"
    shown = rendered(canvas)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(exist_ok=True)
        QImage(shown.data, shown.shape[1], shown.shape[0], 3 * shown.shape[1], QImage.Format.Format_RGB888).save(
            str(path)
        )
    stored = pixels_of(QImage(str(path)))
    close = (np.abs(stored.astype(int) - shown).max(axis=2) <= 2).mean()
    assert close >= MIN_EQUAL, f"{name}: only {close:.1%} of the pixels are as stored"
