"""The polygon: corners by clicks, closing, dragging, taking back, subtracting, and what must do nothing."""

from __future__ import annotations

import numpy as np
import pytest
from gestures import LEFT, PLAIN, RIGHT, at, drag, move, press, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.reshape import Combine

SQUARE = [(40.0, 30.0), (80.0, 30.0), (80.0, 70.0), (40.0, 70.0)]
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NO_BUTTON = Qt.MouseButton.NoButton


@pytest.fixture
def polygon(opened: MainWindow) -> MainWindow:
    """The window with the polygon in use; image points fall on whole view pixels."""
    QTest.keyClick(opened, Qt.Key.Key_G)
    opened.canvas.zoom_to(5)
    return opened


def click(window: MainWindow, point: tuple[float, float], button=LEFT, modifiers=PLAIN) -> None:
    move(window.canvas, point, NO_BUTTON, modifiers)
    press(window.canvas, point, button, modifiers)
    release(window.canvas, point, button, modifiers)


def clicks(window: MainWindow, points: list[tuple[float, float]], button=LEFT, modifiers=PLAIN) -> None:
    for point in points:
        click(window, point, button, modifiers)


def double_click(window: MainWindow, point: tuple[float, float]) -> None:
    click(window, point)
    QTest.mouseDClick(window.canvas, LEFT, PLAIN, at(window.canvas, *point))
    release(window.canvas, point)


def mask_of(window: MainWindow) -> np.ndarray:
    mask = window.app.editor.mask
    assert mask is not None
    return mask


def names(window: MainWindow) -> tuple[str, ...]:
    return window.app.editor.history.names


def is_square(mask: np.ndarray) -> bool:
    expected = np.zeros_like(mask)
    expected[30:70, 40:80] = 1
    return int((mask != expected).sum()) <= 130  # clicks fall on whole view pixels: an image pixel at each side


def test_a_click_on_the_first_corner_closes_and_return_commits(polygon: MainWindow) -> None:
    clicks(polygon, SQUARE)
    assert is_square(mask_of(polygon))  # shown before it is closed
    click(polygon, SQUARE[0])
    tool = polygon.app.toolbox.current
    assert tool.pending
    assert tool.sketch.lines[0].closed
    assert not names(polygon)
    QTest.keyClick(polygon.canvas, Qt.Key.Key_Return)
    assert is_square(mask_of(polygon))
    assert names(polygon) == ("Polygon optic disc",)
    assert not tool.pending
    assert not tool.sketch.lines
    QTest.keyClick(polygon, Qt.Key.Key_Z, CTRL)
    assert not mask_of(polygon).any()


def test_a_double_click_places_the_last_corner_and_closes(polygon: MainWindow) -> None:
    clicks(polygon, SQUARE[:3])
    zoom = polygon.canvas.zoom
    double_click(polygon, SQUARE[3])
    tool = polygon.app.toolbox.current
    assert len(tool.sketch.handles) == 4
    assert tool.sketch.lines[0].closed
    assert polygon.canvas.zoom == zoom
    assert is_square(mask_of(polygon))


def test_return_closes_and_commits_at_once(polygon: MainWindow) -> None:
    clicks(polygon, SQUARE)
    QTest.keyClick(polygon.canvas, Qt.Key.Key_Return)
    assert is_square(mask_of(polygon))
    assert names(polygon) == ("Polygon optic disc",)


def test_the_mask_shows_the_shape_from_three_corners_on(polygon: MainWindow) -> None:
    clicks(polygon, SQUARE[:2])
    assert not mask_of(polygon).any()
    click(polygon, SQUARE[2])
    assert abs(int(mask_of(polygon).sum()) - 800) < 60
    move(polygon.canvas, SQUARE[3], NO_BUTTON)
    dashed = polygon.app.toolbox.current.sketch.lines[1]
    assert dashed.dashed
    np.testing.assert_allclose(dashed.points[-1], SQUARE[3], atol=0.2)


def test_backspace_and_undo_take_the_last_corner_back(polygon: MainWindow) -> None:
    clicks(polygon, SQUARE)
    assert polygon.actions_by_id["edit.undo"].isEnabled()
    QTest.keyClick(polygon, Qt.Key.Key_Z, CTRL)
    assert len(polygon.app.toolbox.current.sketch.handles) == 3
    assert abs(int(mask_of(polygon).sum()) - 800) < 60
    for _ in range(3):
        QTest.keyClick(polygon.canvas, Qt.Key.Key_Backspace)
    assert not polygon.app.toolbox.current.pending
    assert not mask_of(polygon).any()
    assert not polygon.app.editor.drawing


def test_taking_back_a_closed_one_opens_it(polygon: MainWindow) -> None:
    clicks(polygon, [*SQUARE, SQUARE[0]])
    QTest.keyClick(polygon.canvas, Qt.Key.Key_Backspace)
    tool = polygon.app.toolbox.current
    assert not tool.sketch.lines[0].closed
    assert len(tool.sketch.handles) == 4


def test_corners_can_be_dragged_until_it_is_committed(polygon: MainWindow) -> None:
    clicks(polygon, [(60.0, 30.0), *SQUARE[1:], SQUARE[0], (60.0, 30.0)])
    drag(polygon.canvas, [(60.0, 30.0), (50.0, 20.0), (40.0, 30.0)])
    QTest.keyClick(polygon.canvas, Qt.Key.Key_Return)
    assert is_square(mask_of(polygon))
    assert names(polygon) == ("Polygon optic disc",)


def test_a_click_elsewhere_commits_and_begins_the_next(polygon: MainWindow) -> None:
    clicks(polygon, [*SQUARE, SQUARE[0], (120.0, 100.0)])
    assert names(polygon) == ("Polygon optic disc",)
    assert len(polygon.app.toolbox.current.sketch.handles) == 1
    QTest.keyClick(polygon.canvas, Qt.Key.Key_Escape)
    assert is_square(mask_of(polygon))


def test_another_tool_and_another_label_commit_what_is_closed(polygon: MainWindow) -> None:
    clicks(polygon, [*SQUARE, SQUARE[0]])
    QTest.keyClick(polygon, Qt.Key.Key_B)
    assert names(polygon) == ("Polygon optic disc",)
    QTest.keyClick(polygon, Qt.Key.Key_G)
    clicks(polygon, [(100.0, 40.0), (120.0, 40.0), (120.0, 50.0), (100.0, 40.0)])
    QTest.keyClick(polygon, Qt.Key.Key_2)
    assert len(names(polygon)) == 2
    assert not (mask_of(polygon) == 2).any()


def test_escape_abandons(polygon: MainWindow) -> None:
    clicks(polygon, SQUARE)
    QTest.keyClick(polygon.canvas, Qt.Key.Key_Escape)
    assert not mask_of(polygon).any()
    assert not polygon.app.toolbox.current.pending
    assert not names(polygon)


@pytest.mark.parametrize(("button", "modifiers"), [(RIGHT, PLAIN), (LEFT, CTRL)])
def test_begun_with_the_right_button_or_ctrl_it_is_taken_away(polygon: MainWindow, button, modifiers) -> None:
    polygon.app.session.open_case("d")
    polygon.canvas.zoom_to(5)
    click(polygon, (40.0, 20.0), button, modifiers)
    clicks(polygon, [(80.0, 20.0), (80.0, 100.0), (40.0, 100.0)])  # once begun, any button goes on
    QTest.keyClick(polygon.canvas, Qt.Key.Key_Return)
    assert not mask_of(polygon)[:, 41:79].any()
    assert mask_of(polygon)[60, 90] == 2
    assert names(polygon) == ("Subtract polygon from optic disc",)


def test_a_right_click_within_an_outline_does_nothing(polygon: MainWindow) -> None:
    clicks(polygon, SQUARE[:3])
    click(polygon, (120.0, 100.0), RIGHT)
    assert len(polygon.app.toolbox.current.sketch.handles) == 3
    click(polygon, SQUARE[3])
    assert is_square(mask_of(polygon))


def test_the_choice_can_change_while_it_is_edited(polygon: MainWindow) -> None:
    polygon.app.session.open_case("d")
    polygon.canvas.zoom_to(5)
    before = mask_of(polygon).copy()
    clicks(polygon, SQUARE)
    polygon.app.options.choose_combine(Combine.REPLACE)
    assert not mask_of(polygon)[75:].any()
    polygon.app.options.choose_combine(Combine.SUBTRACT)
    assert not mask_of(polygon)[32:68, 42:78].any()
    QTest.keyClick(polygon.canvas, Qt.Key.Key_Return)
    assert names(polygon) == ("Subtract polygon from optic disc",)
    QTest.keyClick(polygon, Qt.Key.Key_Z, CTRL)
    np.testing.assert_array_equal(mask_of(polygon), before)


def test_shift_keeps_sides_straight(polygon: MainWindow) -> None:
    click(polygon, (40.0, 30.0))
    click(polygon, (80.0, 33.0), modifiers=SHIFT)
    click(polygon, (83.0, 70.0), modifiers=SHIFT)
    corners = polygon.app.toolbox.current.sketch.lines[0].points
    assert corners[1][1] == pytest.approx(corners[0][1])
    assert corners[2][0] == pytest.approx(corners[1][0])


@pytest.mark.parametrize("combine", Combine)
@pytest.mark.parametrize(
    "points", [SQUARE[:1], SQUARE[:2], [(40, 30), (60, 30), (80, 30)], [(-30, -9), (-9, -9), (-9, -5)]]
)
def test_what_encloses_nothing_does_nothing(polygon: MainWindow, points, combine) -> None:
    polygon.app.session.open_case("d")
    polygon.canvas.zoom_to(3)
    before = mask_of(polygon).copy()
    polygon.app.options.choose_combine(combine)
    clicks(polygon, points)
    QTest.keyClick(polygon.canvas, Qt.Key.Key_Return)
    np.testing.assert_array_equal(mask_of(polygon), before)
    assert not names(polygon)
    assert not polygon.app.editor.drawing


def test_corners_may_lie_outside_the_picture(polygon: MainWindow) -> None:
    polygon.canvas.zoom_to(2)
    clicks(polygon, [(-20.0, -20.0), (200.0, -20.0), (200.0, 150.0), (-20.0, 150.0)])
    QTest.keyClick(polygon.canvas, Qt.Key.Key_Return)
    assert (mask_of(polygon) == 1).all()


def test_a_double_click_with_nothing_drawn_places_one_corner(polygon: MainWindow) -> None:
    before = polygon.canvas.viewport
    QTest.mouseClick(polygon.canvas, LEFT, PLAIN, at(polygon.canvas, 80.0, 60.0))
    double_click(polygon, (80.0, 60.0))
    assert polygon.canvas.viewport == before
    assert len(polygon.app.toolbox.current.sketch.handles) == 1


def test_leaving_the_case_keeps_the_closed_shape(polygon: MainWindow) -> None:
    clicks(polygon, [*SQUARE, SQUARE[0]])
    polygon.app.session.open_case("b")
    assert not polygon.app.toolbox.current.pending
    assert not mask_of(polygon).any()
    polygon.app.session.open_case("a")
    assert is_square(mask_of(polygon))
    assert names(polygon) == ("Polygon optic disc",)


@pytest.mark.parametrize("corners", [1, 2, 3, 4])
@pytest.mark.parametrize("goes", ["another case", "another tool", "another label"])
def test_leaving_drops_what_is_no_shape_yet_and_says_so(polygon: MainWindow, corners, goes) -> None:
    clicks(polygon, SQUARE[:corners])
    if goes == "another case":
        polygon.app.session.open_case("b")
    elif goes == "another tool":
        polygon.app.options.choose_tool(ToolKind.BRUSH)
    else:
        polygon.app.options.choose_label(1)
    where = " in its case" if goes == "another case" else ""
    assert (
        polygon.panels.status.currentMessage() == f"The unfinished polygon was put aside; undo{where} brings it back."
    )
    assert not names(polygon)
    polygon.app.session.open_case("a")
    assert not names(polygon)
    assert not mask_of(polygon).any()
    polygon.app.session.open_case("b")
    assert not polygon.app.toolbox.current.pending
    assert not polygon.app.toolbox.current.sketch.handles
    assert not mask_of(polygon).any()
