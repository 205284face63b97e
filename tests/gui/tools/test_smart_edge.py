"""The smart edge: clicks on the disc's edge, a line between them that follows it; otherwise as the polygon."""

from __future__ import annotations

import math

import numpy as np
import pytest
from drawings import disc_mask
from gestures import LEFT, PLAIN, drag, move, press, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.compare import dice

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NO_BUTTON = Qt.MouseButton.NoButton


@pytest.fixture
def edge(opened: MainWindow) -> MainWindow:
    """The window with the smart edge in use."""
    QTest.keyClick(opened, Qt.Key.Key_T)
    opened.canvas.zoom_to(5)
    return opened


def on_edge(count: int) -> list[tuple[float, float]]:
    turns = [2 * math.pi * step / count for step in range(count)]
    return [(80.5 + 30 * math.cos(turn), 60.5 + 30 * math.sin(turn)) for turn in turns]


def click(window: MainWindow, point: tuple[float, float], button=LEFT, modifiers=PLAIN) -> None:
    move(window.canvas, point, NO_BUTTON, modifiers)
    press(window.canvas, point, button, modifiers)
    release(window.canvas, point, button, modifiers)


def mask_of(window: MainWindow) -> np.ndarray:
    mask = window.app.editor.mask
    assert mask is not None
    return mask


def test_five_clicks_follow_the_disc(edge: MainWindow) -> None:
    for point in [*on_edge(5), on_edge(5)[0]]:
        click(edge, point)
    assert edge.app.toolbox.current.sketch.lines[0].closed
    QTest.keyClick(edge.canvas, Qt.Key.Key_Return)
    assert dice(mask_of(edge) == 1, disc_mask() > 0) > 0.97  # five straight sides reach 0.86
    assert edge.app.editor.history.names == ("Smart edge optic disc",)


def test_the_line_to_the_pointer_follows_the_edge(edge: MainWindow) -> None:
    first, second = on_edge(5)[:2]
    click(edge, first)
    move(edge.canvas, second, NO_BUTTON)
    line = edge.app.toolbox.current.sketch.lines[-1]
    assert line.dashed
    assert len(line.points) > 10
    distance = np.hypot(line.points[:, 0] - 80.5, line.points[:, 1] - 60.5)
    assert np.abs(distance - 30).max() < 4  # a straight line would be 5.7 inside
    move(edge.canvas, second, NO_BUTTON, SHIFT)
    assert len(edge.app.toolbox.current.sketch.lines[-1].points) == 2


def test_shift_makes_a_straight_stretch_and_backspace_takes_it_back(edge: MainWindow) -> None:
    first, second = on_edge(5)[:2]
    click(edge, first)
    click(edge, second, modifiers=SHIFT)
    assert len(edge.app.toolbox.current.sketch.lines[0].points) == 2
    QTest.keyClick(edge.canvas, Qt.Key.Key_Backspace)
    assert len(edge.app.toolbox.current.sketch.handles) == 1
    click(edge, second)
    assert len(edge.app.toolbox.current.sketch.lines[0].points) > 10


def test_points_can_be_dragged_and_the_line_follows(edge: MainWindow) -> None:
    points = on_edge(6)
    for point in [*points, points[0]]:
        click(edge, point)
    before = mask_of(edge).copy()
    drag(edge.canvas, [points[1], (80.5, 60.5)])
    assert mask_of(edge).sum() < before.sum() - 150
    drag(edge.canvas, [(80.5, 60.5), points[1]])
    assert dice(mask_of(edge) == 1, before == 1) > 0.99


def test_corners_outside_the_picture_are_joined_straight(edge: MainWindow) -> None:
    edge.canvas.zoom_to(2)
    for point in [(-20.0, -20.0), (200.0, -20.0), (200.0, 150.0), (-20.0, 150.0)]:
        click(edge, point)
    QTest.keyClick(edge.canvas, Qt.Key.Key_Return)
    assert (mask_of(edge) == 1).all()


def test_another_case_forgets_it(edge: MainWindow) -> None:
    for point in on_edge(5)[:2]:
        click(edge, point)
    edge.app.session.open_case("b")
    assert not edge.app.toolbox.current.pending
    edge.app.session.close_project()
    assert not edge.app.toolbox.current.sketch.lines
