"""No tool works on the whole picture in a mouse move, repaint and measurement included: what is touched is counted."""

from __future__ import annotations

import numpy as np
import pytest
from gestures import move, press, release
from memory_reads import WatchedArray, largest_allocation, traced_allocations
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_parts import timer_of

from unet_desktop.gui import app
from unet_desktop.gui.editing.autosave import IDLE
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.tools.toolbox import TOOLS
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.box import Box
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.regions import region
from unet_desktop.project.project import Project

SIZE = (2848, 4288)
CENTRE = (2100.0, 1400.0)
RADIUS = 110
LARGEST_SHARE = 0.7
"""Of the mask's memory, whose pages are its rows: the magic wand looks at a window of 1024 of them at this zoom and
keeps it in squares; all else stays below a sixth."""
LARGEST_BYTES = SIZE[0] * SIZE[1] * 7 // 10
"""Less than one plane of booleans of the picture's size."""

pytestmark = pytest.mark.skipif(not WatchedArray.works_here(), reason="this system does not tell what memory was read")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A project with one picture of twelve million pixels, whose mask is disc and cup."""
    folder = tmp_path_factory.mktemp("large")
    project = Project.create(folder / "project", DISC_AND_CUP)
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    distance = np.hypot(rows - CENTRE[1], columns - CENTRE[0])
    # Uneven, or to the wand the whole ground would be alike.
    pixels = np.random.default_rng(1).integers(20, 140, (*SIZE, 3), np.uint8)
    pixels[distance < RADIUS] = (200, 140, 90)
    mask = (distance < RADIUS).astype(np.uint8) + (distance < RADIUS / 2).astype(np.uint8)
    write_jpeg(folder / "large.jpg", pixels)
    project.add_image(folder / "large.jpg")
    return project.root, mask


@pytest.fixture(scope="module")
def large_window(large, qapp):
    """A window on it, which opens only once for all tools."""
    root, mask = large
    with traced_allocations():
        window = app.make_window(app.make_application())
        window.resize(1200, 800)
        window.show()
        window.commands.projects.open_root(root)
        yield window, mask
        window.close()


class Watch:
    """A window whose mask is watched while events come one by one."""

    def __init__(self, window: MainWindow, mask: np.ndarray, root) -> None:
        self.window, self.array = window, WatchedArray(mask)
        window.app.editor.open_mask(root, "large", self.array.pixels, SIZE, DISC_AND_CUP)
        x, y = (round(place) for place in CENTRE)
        window.canvas.show_box(Box(y - 200, x - 200, y + 200, x + 200))
        self.share, self.bytes = 0.0, 0
        self.settle()

    def settle(self) -> None:
        """Let all end that was begun, and nothing begin by itself."""
        for _ in range(3):
            QTest.qWait(40)
            timer_of(self.window.app.autosave, IDLE).stop()
        parts = self.window.app
        for _ in range(100):  # the memory of the measuring thread counts too
            if parts.live_measurement.settled or parts.editor.drawing:
                break
            QTest.qWait(20)

    def move(self, x: float, y: float, buttons: Qt.MouseButton) -> None:
        """Send a move, repaint and measure; note what that touched."""
        parts = self.window.app
        self.array.forget()
        with largest_allocation() as allocated:
            move(self.window.canvas, (x, y), buttons)
            timer_of(parts.autosave, IDLE).stop()
            QApplication.processEvents()
            if parts.editor.drawing:
                timer_of(parts.live_measurement).timeout.emit()
        self.share, self.bytes = max(self.share, self.array.touched()), max(self.bytes, *allocated)


@pytest.mark.parametrize("kind", ToolKind)
def test_a_move_touches_a_part(large, large_window, kind: ToolKind) -> None:
    window, mask = large_window
    watch = Watch(window, mask, large[0])
    canvas, (x, y) = window.canvas, CENTRE
    window.app.options.choose_tool(kind)
    window.app.options.set_diameter(120)
    edge = x + RADIUS - 6
    for start in ((edge, y), (edge + 40, y + 20), (x - 60, y - 100)):  # inside, outside, and a third point of a shape
        press(canvas, start)
        watch.settle()
        for step in range(1, 5):
            watch.move(start[0] + 7 * step, start[1] + 3 * step, Qt.MouseButton.LeftButton)
        release(canvas, (start[0] + 28, start[1] + 12))
        watch.settle()
        for step in range(1, 4):
            watch.move(start[0] + 28 - 6 * step, start[1] + 12 + 6 * step, Qt.MouseButton.NoButton)
    window.app.toolbox.current.abandon()
    assert watch.share < LARGEST_SHARE, f"{watch.share:.0%} of the mask's memory"
    assert watch.bytes < LARGEST_BYTES, f"{watch.bytes / 1e6:.1f} MB"
    if kind in (ToolKind.BRUSH, ToolKind.PUSH, ToolKind.ERASER, ToolKind.NOT_ANNOTATED):
        assert watch.share > 0.01  # it was watched, and something was painted
    assert TOOLS[kind] is type(window.app.toolbox.current)


def test_work_on_the_whole_mask_would_be_noticed(large, large_window) -> None:
    """What this file is for: one look at all pixels, or one plane of their number, is found out."""
    window, mask = large_window
    watch = Watch(window, mask, large[0])
    watch.array.forget()
    assert watch.array.touched() < 0.01
    assert watch.array.pixels.any()
    watch.array.pixels.max()
    assert watch.array.touched() > 0.99
    with largest_allocation() as allocated:
        region(watch.array.pixels, DISC_AND_CUP, DISC_AND_CUP.labels[0])
    assert allocated[0] > LARGEST_BYTES
