"""The polar plot: as stored in both themes, and what it tells of an hour."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from image_snapshots import MIN_EQUAL, SNAPSHOTS, pixels_of
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage

from unet_desktop.gui.measure.rim_plot import RimPlot
from unet_desktop.gui.style.theme import DARK, LIGHT, Colours, palette
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.measure import measure_mask
from unet_desktop.masks.rim import Rim


def rim_of(x: float, y: float, diameter: float) -> Rim:
    """A disc of 200 pixels with a cup of that diameter, that far right and down of its centre."""
    rows, columns = np.mgrid[:300, :300] + 0.5
    mask = ((rows - 150) ** 2 + (columns - 150) ** 2 < 100**2).astype(np.uint8)
    mask[((rows - 150 - y) ** 2 + (columns - 150 - x) ** 2 < (diameter / 2) ** 2) & (mask > 0)] = 2
    found = measure_mask(mask, DISC_AND_CUP).rim
    assert found is not None
    return found


@pytest.fixture
def plot(qtbot) -> RimPlot:
    made = RimPlot()
    qtbot.addWidget(made)
    made.resize(226, 196)
    return made


def rendered(plot: RimPlot, colours: Colours) -> np.ndarray:
    plot.setPalette(palette(colours))
    image = QImage(plot.size(), QImage.Format.Format_RGB32)
    image.fill(QColor(colours.window))
    plot.render(image)
    return pixels_of(image)


def assert_as_stored(plot: RimPlot, colours: Colours, name: str) -> None:
    path = Path(SNAPSHOTS) / f"{name}.png"
    shown = rendered(plot, colours)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        height, width = shown.shape[:2]
        QImage(shown.data, width, height, 3 * width, QImage.Format.Format_RGB888).save(str(path))
    stored = pixels_of(QImage(str(path)))
    close = (np.abs(stored.astype(int) - shown).max(axis=2) <= 2).mean()
    assert close >= MIN_EQUAL, f"{name}: only {close:.1%} of the pixels are as stored"


@pytest.mark.parametrize(("name", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_as_stored(plot: RimPlot, name: str, colours: Colours) -> None:
    plot.set_eye(Eye.RIGHT)
    plot.set_rims(rim_of(12, 28, 130), rim_of(0, 0, 100))
    assert_as_stored(plot, colours, f"rim-{name}")


def test_empty_as_stored(plot: RimPlot) -> None:
    assert_as_stored(plot, LIGHT, "rim-empty")


def test_the_other_eye_only_moves_the_letters(plot: RimPlot) -> None:
    plot.set_rims(rim_of(0, 0, 100), None)
    plot.set_eye(Eye.RIGHT)
    right = rendered(plot, LIGHT)
    plot.set_eye(Eye.LEFT)
    left = rendered(plot, LIGHT)
    changed = np.flatnonzero((right != left).any(axis=(0, 2)))
    width = plot.width()
    assert len(changed)
    assert all(at < 0.25 * width or at > 0.75 * width for at in changed)


def test_thin_hours_stand_out(plot: RimPlot) -> None:
    vermilion = np.array([0xD5, 0x5E, 0x00])
    plot.set_rims(rim_of(0, 0, 100), None)
    assert not (np.abs(rendered(plot, LIGHT).astype(int) - vermilion).max(axis=2) < 20).any()
    plot.set_rims(rim_of(0, 45, 100), None)
    marked = np.abs(rendered(plot, LIGHT).astype(int) - vermilion).max(axis=2) < 20
    rows, columns = np.nonzero(marked)
    assert rows.min() > plot.height() / 2  # below
    assert abs(columns.mean() - plot.width() / 2) < 3


@pytest.mark.parametrize(
    ("across", "down", "hour"), [(0, -50, 12), (50, 0, 3), (0, 50, 6), (-50, 0, 9), (25, -43, 1), (-25, -43, 11)]
)
def test_the_hour_under_the_pointer(plot: RimPlot, across: int, down: int, hour: int) -> None:
    assert plot.hour_at(QPoint(113 + across, 98 + down)) == hour


def test_it_can_be_heard(plot: RimPlot) -> None:
    assert plot.accessibleName() == "Rim by clock hour"
    plot.set_rims(rim_of(0, 0, 100), None)
    assert "12: 0.25" in plot.accessibleDescription()
    plot.set_rims(None, None)
    assert plot.accessibleDescription() == ""
