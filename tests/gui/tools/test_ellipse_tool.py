"""The ellipse: clicked, drawn, fitted; its handles; committing, abandoning, stepping back; exact in the mask."""

from __future__ import annotations

import math

import numpy as np
import pytest
from drawings import SIZE
from gestures import LEFT, PLAIN, RIGHT, at, drag, move, press, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.compare import dice
from unet_desktop.masks.regions import region
from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.masks.shapes.ellipse_draft import EllipseHandle, turning_handle_place

DISC, CUP = DISC_AND_CUP
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
TRUTH = Ellipse(80, 60, 36, 28, 0.3)


def mask_of(window: MainWindow) -> np.ndarray:
    mask = window.app.editor.mask
    assert mask is not None
    return mask


def disc_of(window: MainWindow) -> np.ndarray:
    return region(mask_of(window), DISC_AND_CUP, DISC)


def drawn(ellipse: Ellipse) -> np.ndarray:
    whole = np.zeros(SIZE, bool)
    box, plane = ellipse.pixels(SIZE)
    whole[box.slices] = plane
    return whole


def on_edge(degrees: float, ellipse: Ellipse = TRUTH) -> tuple[float, float]:
    turn = math.radians(degrees)
    return ellipse.to_image(ellipse.a * math.cos(turn), ellipse.b * math.sin(turn))


def click(window: MainWindow, point: tuple[float, float], button=LEFT, modifiers=PLAIN) -> None:
    press(window.canvas, point, button, modifiers)
    release(window.canvas, point, button, modifiers)


def click_round(window: MainWindow, angles=(10, 70, 130, 190, 250, 310), ellipse=TRUTH, button=LEFT) -> None:
    for angle in angles:
        click(window, on_edge(angle, ellipse), button)


def key(window: MainWindow, code: Qt.Key, modifiers=PLAIN) -> None:
    QTest.keyClick(window.canvas, code, modifiers)


def shape(window: MainWindow) -> Ellipse:
    ellipse = window.app.toolbox.current._draft.ellipse
    assert ellipse is not None
    return ellipse


@pytest.fixture
def ready(opened: MainWindow) -> MainWindow:
    """Case a (no mask) with the ellipse chosen by its key."""
    key(opened, Qt.Key.Key_Q)
    assert opened.app.options.tool == "ellipse"
    return opened


@pytest.fixture
def masked(opened: MainWindow) -> MainWindow:
    """Case d (disc and cup) with the ellipse chosen."""
    opened.app.session.open_case("d")
    key(opened, Qt.Key.Key_Q)
    return opened


def test_six_clicks_give_the_disc(ready: MainWindow) -> None:
    click_round(ready)
    assert dice(disc_of(ready), drawn(TRUTH)) > 0.98
    assert not ready.app.editor.history.can_undo
    key(ready, Qt.Key.Key_Return)
    assert ready.app.editor.history.names == ("Ellipse optic disc",)
    assert not ready.app.toolbox.current.pending
    key(ready, Qt.Key.Key_Z, CTRL)
    assert not mask_of(ready).any()


def test_it_shows_from_the_third_click_on_and_exactly(ready: MainWindow) -> None:
    for number, angle in enumerate((0, 80, 160, 220, 280, 330), 1):
        click(ready, on_edge(angle))
        assert mask_of(ready).any() == (number >= 3)
        if number >= 3:
            np.testing.assert_array_equal(disc_of(ready), drawn(shape(ready)))
            assert ready.app.toolbox.current.sketch.handles


def test_two_points_preview_a_circle_through_the_pointer(ready: MainWindow) -> None:
    click(ready, (60, 60))
    click(ready, (100, 60))
    move(ready.canvas, (80, 40), Qt.MouseButton.NoButton)
    (line,) = ready.app.toolbox.current.sketch.lines
    assert line.dashed
    assert np.hypot(*(line.points - (80, 60)).T) == pytest.approx(20, abs=0.5)
    assert not mask_of(ready).any()


def test_step_back_takes_back_points_one_by_one(ready: MainWindow) -> None:
    click_round(ready)
    six = mask_of(ready).copy()
    click(ready, on_edge(40))
    key(ready, Qt.Key.Key_Backspace)
    np.testing.assert_array_equal(mask_of(ready), six)
    for _ in range(4):
        key(ready, Qt.Key.Key_Z, CTRL)
    assert not mask_of(ready).any()
    assert ready.app.toolbox.current.pending
    key(ready, Qt.Key.Key_Backspace)
    key(ready, Qt.Key.Key_Backspace)
    assert not ready.app.toolbox.current.pending
    assert not ready.app.editor.drawing


def test_a_point_can_be_dragged(ready: MainWindow) -> None:
    click_round(ready, (10, 70, 130, 190, 250))
    click(ready, (100, 95))
    drag(ready.canvas, [(100, 95), (105, 80), on_edge(310)])
    assert len(ready.app.toolbox.current._draft.points) == 6
    assert dice(disc_of(ready), drawn(TRUTH)) > 0.98


def test_a_drag_draws_the_ellipse_in_the_box(ready: MainWindow) -> None:
    drag(ready.canvas, [(40, 30), (60, 50), (120, 90)])
    ellipse = shape(ready)
    assert (ellipse.x, ellipse.y, ellipse.a, ellipse.b) == pytest.approx((80, 60, 40, 30), abs=0.3)
    np.testing.assert_array_equal(disc_of(ready), drawn(ellipse))
    key(ready, Qt.Key.Key_Escape)
    assert not mask_of(ready).any()
    drag(ready.canvas, [(40, 30), (60, 50), (100, 70)], modifiers=SHIFT)
    assert shape(ready).a == shape(ready).b == pytest.approx(30, abs=0.3)
    key(ready, Qt.Key.Key_Escape)
    drag(ready.canvas, [(80, 60), (90, 70), (110, 80)], modifiers=ALT)
    assert (shape(ready).x, shape(ready).a) == pytest.approx((80, 30), abs=0.3)


@pytest.mark.parametrize("handle", [EllipseHandle(1, 0), EllipseHandle(0, -1), EllipseHandle(-1, 1)])
def test_a_handle_keeps_the_opposite_side(ready: MainWindow, handle: EllipseHandle) -> None:
    drag(ready.canvas, [(50, 30), (60, 50), (110, 90)])
    before = shape(ready)
    start = handle.place(before)
    drag(
        ready.canvas, [start, (start[0] + 3, start[1] + 3), (start[0] + 9 * handle.along, start[1] + 7 * handle.across)]
    )
    after = shape(ready)
    opposite = EllipseHandle(-handle.along, -handle.across)
    assert opposite.place(after) == pytest.approx(opposite.place(before), abs=1e-6)
    assert after.a - before.a == pytest.approx(4.5 * bool(handle.along), abs=0.3)
    assert after.b - before.b == pytest.approx(3.5 * bool(handle.across), abs=0.3)
    np.testing.assert_array_equal(disc_of(ready), drawn(after))
    key(ready, Qt.Key.Key_Z, CTRL)
    assert shape(ready) == before


def test_turning_and_moving(ready: MainWindow) -> None:
    drag(ready.canvas, [(50, 40), (60, 50), (110, 80)])
    reach = ready.app.toolbox.current._pointer.reach
    drag(ready.canvas, [turning_handle_place(shape(ready), 2.6 * reach), (100, 40), (130, 60)])
    assert shape(ready).angle == pytest.approx(math.pi / 2, abs=0.03)
    drag(ready.canvas, [(80, 60), (85, 60), (90, 70)])
    assert (shape(ready).x, shape(ready).y) == pytest.approx((90, 70), abs=0.3)
    np.testing.assert_array_equal(disc_of(ready), drawn(shape(ready)))


def test_arrow_keys_move_by_a_pixel(ready: MainWindow) -> None:
    drag(ready.canvas, [(50, 40), (60, 50), (110, 80)])
    before = shape(ready)
    key(ready, Qt.Key.Key_Left)
    key(ready, Qt.Key.Key_Down)
    assert (shape(ready).x, shape(ready).y) == (before.x - 1, before.y + 1)
    np.testing.assert_array_equal(disc_of(ready), drawn(shape(ready)))


def test_fitting_to_the_region_and_putting_it_back(opened: MainWindow) -> None:
    opened.app.session.open_case("d")
    before = mask_of(opened).copy()
    key(opened, Qt.Key.Key_Q, SHIFT)
    assert opened.app.options.tool == "ellipse"
    assert dice(disc_of(opened), region(before, DISC_AND_CUP, DISC)) > 0.98
    start = EllipseHandle(1, 0).place(shape(opened))
    drag(opened.canvas, [start, (start[0] + 5, start[1]), (start[0] + 10, start[1])])
    assert shape(opened).a > 33
    key(opened, Qt.Key.Key_Escape)
    np.testing.assert_array_equal(mask_of(opened), before)
    assert not opened.app.editor.history.can_undo


def test_fitting_without_a_region_only_chooses_the_tool(opened: MainWindow) -> None:
    key(opened, Qt.Key.Key_Q, SHIFT)
    assert opened.app.options.tool == "ellipse"
    assert not opened.app.toolbox.current.pending
    assert not opened.app.editor.drawing


def test_a_unique_label_is_replaced_and_its_cup_stays_inside(masked: MainWindow) -> None:
    small = Ellipse(60, 55, 16, 12)
    click_round(masked, ellipse=small)
    np.testing.assert_array_equal(disc_of(masked), drawn(shape(masked)))
    cup = region(mask_of(masked), DISC_AND_CUP, CUP)
    assert not (cup & ~disc_of(masked)).any()


def test_a_cup_outside_the_disc_makes_disc_too_where_that_was_chosen(masked: MainWindow) -> None:
    masked.app.options.set_grow_parent(True)
    key(masked, Qt.Key.Key_2)
    drag(masked.canvas, [(90, 40), (100, 60), (140, 80)])
    cup = region(mask_of(masked), DISC_AND_CUP, CUP)
    np.testing.assert_array_equal(cup, drawn(shape(masked)))
    assert (disc_of(masked) >= cup).all()
    key(masked, Qt.Key.Key_Return)
    assert masked.app.editor.history.names == ("Ellipse optic cup",)


@pytest.mark.parametrize("button", [LEFT, RIGHT])
def test_erasing_subtracts(masked: MainWindow, button) -> None:
    before = disc_of(masked)
    drag(masked.canvas, [(80, 20), (90, 60), (120, 100)], button, PLAIN if button is RIGHT else CTRL)
    np.testing.assert_array_equal(disc_of(masked), before & ~drawn(shape(masked)))
    key(masked, Qt.Key.Key_Return)
    assert masked.app.editor.history.names == ("Subtract ellipse from optic disc",)


@pytest.mark.parametrize(
    "commit",
    [
        lambda window: key(window, Qt.Key.Key_Return),
        lambda window: key(window, Qt.Key.Key_B),
        lambda window: key(window, Qt.Key.Key_2),
        lambda window: QTest.mouseDClick(window.canvas, LEFT, PLAIN, at(window.canvas, 80, 60)),
        lambda window: click(window, (5, 5)),
    ],
)
def test_what_commits(ready: MainWindow, commit) -> None:
    drag(ready.canvas, [(50, 40), (60, 50), (110, 80)])
    shown = mask_of(ready).copy()
    commit(ready)
    assert ready.app.editor.history.names == ("Ellipse optic disc",)
    np.testing.assert_array_equal(mask_of(ready), shown)


def test_leaving_the_case_commits(ready: MainWindow) -> None:
    drag(ready.canvas, [(50, 40), (60, 50), (110, 80)])
    shown = mask_of(ready).copy()
    key(ready, Qt.Key.Key_N)
    assert ready.app.session.case_id == "b"
    assert not ready.app.toolbox.current.pending
    assert not mask_of(ready).any()
    key(ready, Qt.Key.Key_P)
    np.testing.assert_array_equal(mask_of(ready), shown)
    assert ready.app.editor.history.names == ("Ellipse optic disc",)


def test_leaving_the_case_drops_points_that_are_no_ellipse_yet(ready: MainWindow) -> None:
    for point in [(60, 50), (80, 40), (100, 50), (80, 80)]:
        drag(ready.canvas, [point])
    ready.app.session.open_case("b")
    assert (
        ready.panels.status.currentMessage() == "The unfinished ellipse was put aside; undo in its case brings it back."
    )
    ready.app.session.open_case("a")
    assert not mask_of(ready).any()
    assert not ready.app.editor.history.names


def test_a_press_far_away_begins_another(ready: MainWindow) -> None:
    drag(ready.canvas, [(60, 50), (65, 55), (80, 70)])
    drag(ready.canvas, [(110, 20), (120, 40), (150, 50)])
    assert ready.app.editor.history.names == ("Ellipse optic disc",)
    np.testing.assert_array_equal(disc_of(ready), drawn(shape(ready)))


def test_a_double_click_places_one_point_and_does_not_zoom(ready: MainWindow) -> None:
    ready.canvas.zoom_by(3)
    before, place = ready.canvas.viewport, at(ready.canvas, 80, 60)
    QTest.mouseClick(ready.canvas, LEFT, PLAIN, place)
    QTest.mouseDClick(ready.canvas, LEFT, PLAIN, place)
    release(ready.canvas, (80, 60))
    assert ready.canvas.viewport == before
    assert len(ready.app.toolbox.current.sketch.handles) == 1
    assert not mask_of(ready).any()


def test_the_cursor_says_what_a_drag_does(ready: MainWindow) -> None:
    drag(ready.canvas, [(50, 40), (60, 50), (110, 80)])
    for point, shape_ in (
        ((110, 60), Qt.CursorShape.SizeHorCursor),
        ((80, 80), Qt.CursorShape.SizeVerCursor),
        ((110, 80), Qt.CursorShape.SizeFDiagCursor),
        ((80, 60), Qt.CursorShape.SizeAllCursor),
    ):
        move(ready.canvas, point, Qt.MouseButton.NoButton)
        assert ready.canvas.cursor().shape() is shape_
    move(ready.canvas, (110, 60), Qt.MouseButton.NoButton)
    assert sum(handle.hot for handle in ready.app.toolbox.current.sketch.handles) == 1
    move(ready.canvas, (5, 5), Qt.MouseButton.NoButton)
    assert ready.app.toolbox.current.cursor is None
    assert not any(handle.hot for handle in ready.app.toolbox.current.sketch.handles)


def test_a_locked_mask_is_not_fitted(opened: MainWindow) -> None:
    opened.app.session.open_case("d")
    before = mask_of(opened).copy()
    opened.app.editor.locked = True
    key(opened, Qt.Key.Key_Q, SHIFT)
    np.testing.assert_array_equal(mask_of(opened), before)
    assert not opened.app.toolbox.current.pending
