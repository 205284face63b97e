"""The spline contour: handles on the label's edge, local drags, new and removed handles, drawing from nothing."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from drawings import SIZE, disc_mask
from gestures import LEFT, PLAIN, RIGHT, at, drag, move, press, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.compare import dice
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.regions import region
from unet_desktop.masks.shapes.contour import Contour
from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.project.project import Project

DISC, CUP = DISC_AND_CUP
CTRL = Qt.KeyboardModifier.ControlModifier
NO_BUTTON = Qt.MouseButton.NoButton


def mask_of(window: MainWindow) -> np.ndarray:
    mask = window.app.editor.mask
    assert mask is not None
    return mask


def disc_of(window: MainWindow) -> np.ndarray:
    return region(mask_of(window), DISC_AND_CUP, DISC)


def key(window: MainWindow, code: Qt.Key, modifiers=PLAIN) -> None:
    QTest.keyClick(window.canvas, code, modifiers)


def click(window: MainWindow, point: tuple[float, float], button=LEFT, modifiers=PLAIN) -> None:
    press(window.canvas, point, button, modifiers)
    release(window.canvas, point, button, modifiers)


def contour_of(window: MainWindow) -> Contour:
    contour = window.app.toolbox.current._draft.contour
    assert contour is not None
    return contour


def pulled(window: MainWindow, knot: int, by: tuple[float, float]) -> None:
    x, y = contour_of(window).knots[knot]
    drag(window.canvas, [(x, y), (x + by[0] / 2, y + by[1] / 2), (x + by[0], y + by[1])])


@pytest.fixture
def ready(opened: MainWindow) -> MainWindow:
    """Case d (disc and cup) with the contour chosen by its key, close up."""
    opened.app.session.open_case("d")
    key(opened, Qt.Key.Key_Z)
    key(opened, Qt.Key.Key_W)
    assert opened.app.options.tool == "spline"
    return opened


@pytest.fixture
def nuclei(window: MainWindow, tmp_path: Path) -> MainWindow:
    """A picture with two structures, one with a hole, and the contour chosen."""
    project = Project.create(tmp_path / "nuclei", ONE_STRUCTURE, "Nuclei")
    write_jpeg(tmp_path / "n.jpg", np.full((*SIZE, 3), 90, np.uint8))
    project.add_image(tmp_path / "n.jpg")
    mask = np.zeros(SIZE, np.uint8)
    for ellipse in (Ellipse(45, 60, 30, 24), Ellipse(120, 60, 20, 24)):
        box, plane = ellipse.pixels(SIZE)
        mask[box.slices] |= plane.astype(np.uint8)
    mask[55:65, 40:50] = 0
    project.save_mask("n", mask)
    window.commands.projects.open_root(project.root)
    QApplication.processEvents()
    key(window, Qt.Key.Key_W)
    return window


def test_choosing_it_shows_few_handles_and_changes_nothing(ready: MainWindow) -> None:
    before = mask_of(ready).copy()
    assert 8 <= len(ready.app.toolbox.current.sketch.handles) <= 16
    assert not ready.app.toolbox.current.pending
    key(ready, Qt.Key.Key_B)
    np.testing.assert_array_equal(mask_of(ready), before)
    assert not ready.app.editor.history.can_undo
    assert not ready.app.toolbox.current.sketch.handles


def test_the_edge_follows_a_handle_and_nothing_else_moves(ready: MainWindow) -> None:
    before = mask_of(ready).copy()
    knots = contour_of(ready).knots
    knot = int(np.argmax(knots[:, 0]))
    pulled(ready, knot, (14, 0))
    assert contour_of(ready).knots[knot][0] == pytest.approx(knots[knot][0] + 14, abs=0.4)
    changed = np.nonzero(mask_of(ready) != before)
    assert changed[1].min() > 80
    assert disc_of(ready).sum() > region(before, DISC_AND_CUP, DISC).sum() + 100
    assert not ready.app.editor.history.can_undo
    key(ready, Qt.Key.Key_Return)
    assert ready.app.editor.history.names == ("Contour optic disc",)
    assert len(ready.app.toolbox.current.sketch.handles) == len(knots)  # shaping goes on
    key(ready, Qt.Key.Key_Z, CTRL)
    np.testing.assert_array_equal(mask_of(ready), before)
    assert contour_of(ready).knots.max(axis=0) == pytest.approx(knots.max(axis=0), abs=0.5)


def test_dragging_there_and_back_leaves_no_step(ready: MainWindow) -> None:
    before = mask_of(ready).copy()
    x, y = contour_of(ready).knots[0]
    drag(ready.canvas, [(x, y), (x + 9, y + 9)])
    assert (mask_of(ready) != before).any()
    key(ready, Qt.Key.Key_Z, CTRL)
    np.testing.assert_array_equal(mask_of(ready), before)
    key(ready, Qt.Key.Key_Return)
    assert not ready.app.editor.history.can_undo


def test_the_cup_stays_in_the_disc(ready: MainWindow) -> None:
    key(ready, Qt.Key.Key_2)
    knots = contour_of(ready).knots
    assert np.ptp(knots[:, 0]) < 35  # the cup's contour now
    pulled(ready, int(np.argmax(knots[:, 0])), (30, 0))
    cup = region(mask_of(ready), DISC_AND_CUP, CUP)
    assert cup[60, 108]
    np.testing.assert_array_equal(disc_of(ready), disc_mask() > 0)  # it did not grow, although the curve goes on
    assert (disc_of(ready) >= cup).all()
    key(ready, Qt.Key.Key_1)
    assert ready.app.editor.history.names == ("Contour optic cup",)
    assert np.ptp(contour_of(ready).knots[:, 0]) > 50  # the disc's
    pulled(ready, int(np.argmin(contour_of(ready).knots[:, 0])), (40, 0))
    cup = region(mask_of(ready), DISC_AND_CUP, CUP)
    assert not cup[60, 70]
    assert (disc_of(ready) >= cup).all()


def test_a_press_on_the_line_makes_a_handle(ready: MainWindow) -> None:
    before, count = mask_of(ready).copy(), len(contour_of(ready).knots)
    place = contour_of(ready).at(1, 0.5)
    move(ready.canvas, place, NO_BUTTON)
    assert len(ready.app.toolbox.current.sketch.handles) == count + 1  # where it would be
    click(ready, place)
    assert len(contour_of(ready).knots) == count + 1
    np.testing.assert_array_equal(mask_of(ready), before)
    pulled(ready, 2, (5, 5))
    assert (mask_of(ready) != before).any()
    key(ready, Qt.Key.Key_Z, CTRL)
    key(ready, Qt.Key.Key_Z, CTRL)
    assert len(contour_of(ready).knots) == count


def test_handles_are_removed_until_three_are_left(ready: MainWindow) -> None:
    count = len(contour_of(ready).knots)
    click(ready, tuple(contour_of(ready).knots[2]), RIGHT)
    assert len(contour_of(ready).knots) == count - 1
    move(ready.canvas, tuple(contour_of(ready).knots[3]), NO_BUTTON)
    key(ready, Qt.Key.Key_Backspace)
    assert len(contour_of(ready).knots) == count - 2
    for _ in range(count):
        click(ready, tuple(contour_of(ready).knots[0]), LEFT, CTRL)
    assert len(contour_of(ready).knots) == 3
    key(ready, Qt.Key.Key_Escape)
    np.testing.assert_array_equal(mask_of(ready), disc_mask())
    assert len(contour_of(ready).knots) == count


def test_dragging_inside_moves_it(ready: MainWindow) -> None:
    drag(ready.canvas, [(80, 60), (85, 60), (90, 66)])
    shifted = np.roll(region(disc_mask(), DISC_AND_CUP, DISC), (6, 10), (0, 1))
    assert dice(disc_of(ready), shifted) > 0.98


def test_arrow_keys_move_the_handle_under_the_pointer(ready: MainWindow) -> None:
    x, y = contour_of(ready).knots[0]
    move(ready.canvas, (x, y), NO_BUTTON)
    key(ready, Qt.Key.Key_Up)
    assert tuple(contour_of(ready).knots[0]) == pytest.approx((x, y - 1))


def test_drawing_from_nothing(opened: MainWindow) -> None:
    key(opened, Qt.Key.Key_W)
    for number in range(7):
        turn = number * 2 * math.pi / 7
        click(opened, (80 + 35 * math.cos(turn), 60 + 35 * math.sin(turn)))
        assert mask_of(opened).any() == (number >= 2)
    key(opened, Qt.Key.Key_Backspace)
    assert len(opened.app.toolbox.current._draft.knots) == 6
    click(opened, (80 + 35 * math.cos(-0.9), 60 + 35 * math.sin(-0.9)))
    circle = np.zeros(SIZE, bool)
    box, plane = Ellipse(80, 60, 35, 35).pixels(SIZE)
    circle[box.slices] = plane
    assert dice(disc_of(opened), circle) > 0.98
    key(opened, Qt.Key.Key_Return)
    assert opened.app.editor.history.names == ("Contour optic disc",)
    assert not opened.app.toolbox.current.pending
    assert len(contour_of(opened).knots) == 7


def test_a_click_on_the_first_knot_closes_it(opened: MainWindow) -> None:
    key(opened, Qt.Key.Key_W)
    for point in ((60, 40), (100, 40), (100, 80), (60, 80), (60, 40)):
        click(opened, point)
    assert opened.app.editor.history.names == ("Contour optic disc",)
    key(opened, Qt.Key.Key_Escape)
    assert disc_of(opened)[60, 80]


def test_abandoning_what_is_drawn(opened: MainWindow) -> None:
    key(opened, Qt.Key.Key_W)
    for point in ((60, 40), (100, 40), (100, 80), (60, 80)):
        click(opened, point)
    key(opened, Qt.Key.Key_Escape)
    assert not mask_of(opened).any()
    assert not opened.app.toolbox.current.pending
    click(opened, (60, 40))
    key(opened, Qt.Key.Key_Z, CTRL)
    assert not opened.app.toolbox.current.pending


def test_other_pieces_and_holes_stay(nuclei: MainWindow) -> None:
    before = mask_of(nuclei).copy()
    knots = contour_of(nuclei).knots
    assert knots[:, 0].max() < 80  # the largest piece
    pulled(nuclei, int(np.argmin(knots[:, 0])), (-8, 0))
    key(nuclei, Qt.Key.Key_Return)
    changed = np.nonzero(mask_of(nuclei) != before)
    assert changed[1].max() < 40
    assert not mask_of(nuclei)[58, 45]


def test_a_press_in_another_piece_takes_that(nuclei: MainWindow) -> None:
    click(nuclei, (120, 60))
    knots = contour_of(nuclei).knots
    assert knots[:, 0].min() > 90
    pulled(nuclei, int(np.argmax(knots[:, 0])), (8, 0))
    key(nuclei, Qt.Key.Key_Return)
    assert nuclei.app.editor.history.names == ("Contour structure",)
    key(nuclei, Qt.Key.Key_Z, CTRL)
    assert contour_of(nuclei).knots[:, 0].min() > 90  # still that one


def test_a_press_on_the_ground_begins_another(nuclei: MainWindow) -> None:
    for point in ((70, 100), (90, 100), (90, 115), (70, 115)):
        click(nuclei, point)
    assert mask_of(nuclei)[108, 80]
    key(nuclei, Qt.Key.Key_Return)
    assert nuclei.app.editor.history.names == ("Contour structure",)
    assert mask_of(nuclei)[60, 25]


def test_it_follows_what_others_change(ready: MainWindow) -> None:
    ready.app.editor.replace_mask("Test", disc_mask(20))
    assert np.ptp(contour_of(ready).knots[:, 0]) == pytest.approx(40, abs=2)
    key(ready, Qt.Key.Key_N)
    ready.app.session.open_case("a")
    assert not ready.app.toolbox.current.sketch.handles
    ready.app.session.open_case("d")
    assert ready.app.toolbox.current.sketch.handles


def test_the_closing_side_is_straight_until_the_contour_is_closed(opened: MainWindow) -> None:
    opened.app.options.choose_tool(ToolKind.CONTOUR)
    for point in [(60, 80), (65, 50), (90, 40)]:  # a quarter of a circle: the curve back would bulge far out
        drag(opened.canvas, [point])
    curve, closing = opened.app.toolbox.current.sketch.lines
    assert (curve.closed, closing.closed, closing.dashed) == (False, False, True)
    np.testing.assert_allclose(closing.points, [[90, 40], [60, 80]], atol=0.5)
    shown = mask_of(opened).copy()
    rows, columns = np.nonzero(shown)
    beyond = (columns + 0.5 - 60) * (40 - 80) - (rows + 0.5 - 80) * (90 - 60)
    assert (beyond < 50).all() or (beyond > -50).all()  # all on one side of it
    key(opened, Qt.Key.Key_Return)
    assert mask_of(opened).sum() > shown.sum()


def test_leaving_the_case_drops_a_contour_that_was_not_closed(ready: MainWindow) -> None:
    ready.app.session.open_case("a")
    for point in [(60, 50), (80, 40), (100, 50), (80, 80)]:
        drag(ready.canvas, [point])
    ready.app.session.open_case("d")
    assert (
        ready.panels.status.currentMessage() == "The unfinished contour was put aside; undo in its case brings it back."
    )
    ready.app.session.open_case("a")
    assert not mask_of(ready).any()
    assert not ready.app.editor.history.names


def test_leaving_the_case_commits(ready: MainWindow) -> None:
    pulled(ready, 0, (8, 8))
    shown = mask_of(ready).copy()
    ready.app.session.open_case("a")
    ready.app.session.open_case("d")
    np.testing.assert_array_equal(mask_of(ready), shown)
    assert ready.app.editor.history.names == ("Contour optic disc",)


def test_a_double_click_commits(ready: MainWindow) -> None:
    pulled(ready, 0, (8, 8))
    QTest.mouseDClick(ready.canvas, LEFT, PLAIN, at(ready.canvas, 80, 60))
    assert ready.app.editor.history.names == ("Contour optic disc",)
    assert not ready.canvas._fits


def test_a_locked_mask_keeps_its_edge_under_keys_too(ready: MainWindow) -> None:
    ready.app.editor.locked = True
    knots = contour_of(ready).knots
    move(ready.canvas, tuple(knots[0]), NO_BUTTON)
    key(ready, Qt.Key.Key_Up)
    key(ready, Qt.Key.Key_Backspace)
    pulled(ready, 1, (9, 9))
    np.testing.assert_array_equal(contour_of(ready).knots, knots)
    np.testing.assert_array_equal(mask_of(ready), disc_mask())


def test_a_drag_shows_small_boxes_only(ready: MainWindow) -> None:
    boxes = []
    ready.app.editor.mask_changed.connect(boxes.append)
    pulled(ready, int(np.argmax(contour_of(ready).knots[:, 0])), (8, 0))
    assert boxes
    assert max((box.bottom - box.top) * (box.right - box.left) for box in boxes) < 60 * 60 / 2
