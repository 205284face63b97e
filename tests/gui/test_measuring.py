"""Measuring while painting: often enough, never once an event, and always of the mask as it is."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from drawings import disc_mask
from gestures import drag, move, press, release
from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_desktop.gui.editing.live_measurement import INTERVAL, Measuring
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.box import Box
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.reshape import Combine, Reshape
from unet_desktop.masks.tally import measured


@pytest.fixture
def measuring(opened: MainWindow) -> Measuring:
    opened.bench.session.open_case("d")
    return opened.bench.measuring


def assert_up_to_date(window: MainWindow) -> None:
    mask, now = window.bench.editor.mask, window.bench.measuring.now
    assert mask is not None
    assert now is not None
    assert now.extents == measured(mask, DISC_AND_CUP).extents


def test_a_drag_is_measured_before_the_button_is_released(opened: MainWindow, measuring: Measuring, qtbot) -> None:
    opened.bench.options.choose_label(1)
    opened.bench.options.set_diameter(20)
    before = measuring.now.vertical
    press(opened.canvas, (80, 60))
    move(opened.canvas, (80, 85))
    qtbot.waitUntil(lambda: measuring.now.vertical > before)
    assert opened.bench.editor.drawing
    assert_up_to_date(opened)
    release(opened.canvas, (80, 85))


def test_updates_follow_the_clock_and_not_the_mouse(opened: MainWindow, measuring: Measuring) -> None:
    """However many events a drag sends, and however steadily, it is measured when the timer says so.

    The clock is the test's: counted is how often the timer was started and fired, not how fast this computer is.
    """
    starts, updates = [], []
    measuring.measured.connect(lambda: updates.append(time.monotonic()))
    press(opened.canvas, (60, 60))
    clock = QElapsedTimer()
    clock.start()
    events = 0
    while clock.elapsed() < 600:
        move(opened.canvas, (60 + events % 40, 60 + events % 7))
        starts.append(measuring._timer.isActive())
        events += 1
        QApplication.processEvents()
    assert opened.bench.editor.drawing
    release(opened.canvas, (70, 60))
    assert events > len(updates)
    assert all(starts)  # the timer always runs while something waits to be measured
    assert len(updates) >= 3
    gaps = [later - sooner for sooner, later in pairwise(updates)]
    assert min(gaps) >= (INTERVAL - 3) / 1000


def test_the_interval_allows_20_updates_a_second() -> None:
    assert INTERVAL + 10 <= 1000 / 20  # with 10 ms for the update itself


def test_an_event_measures_nothing_by_itself(opened: MainWindow, measuring: Measuring, qtbot) -> None:
    updates: list[None] = []
    measuring.measured.connect(lambda: updates.append(None))
    drag(opened.canvas, [(60 + at, 60) for at in range(40)])
    assert updates == []
    qtbot.waitUntil(lambda: updates == [None])
    QTest.qWait(2 * INTERVAL)
    assert updates == [None]
    assert_up_to_date(opened)


def test_a_shape_that_is_edited_is_measured(opened: MainWindow, measuring: Measuring, qtbot) -> None:
    editor = opened.bench.editor
    shape = Reshape(editor.mask, DISC_AND_CUP, DISC_AND_CUP.labels[1], "Ellipse")
    editor.begin(shape)
    square = disc_mask()[40:80, 60:100] > -1
    editor.show(shape.show(Box(40, 60, 80, 100), square, Combine.REPLACE))
    qtbot.waitUntil(lambda: measuring.now.extents[1].height == 40)
    editor.cancel()
    qtbot.waitUntil(lambda: measuring.now.extents == measured(disc_mask(), DISC_AND_CUP).extents)


def test_a_handle_is_measured_while_it_is_dragged(opened: MainWindow, measuring: Measuring, qtbot) -> None:
    QTest.keyClick(opened, Qt.Key.Key_Q)
    drag(opened.canvas, [(50, 30), (80, 60), (110, 90)])  # an ellipse in that box, still being edited
    qtbot.waitUntil(lambda: measuring.now.extents[0].height in range(58, 63))
    press(opened.canvas, (80, 90))
    move(opened.canvas, (80, 95))
    move(opened.canvas, (80, 105))
    qtbot.waitUntil(lambda: measuring.now.extents[0].height in range(72, 79))
    assert opened.bench.editor.drawing
    assert_up_to_date(opened)
    release(opened.canvas, (80, 105))


def test_undo_and_redo_are_measured(opened: MainWindow, measuring: Measuring, qtbot) -> None:
    first = measuring.now
    drag(opened.canvas, [(20, 20), (40, 20)])
    qtbot.waitUntil(lambda: measuring.now.extents != first.extents)
    painted = measuring.now
    opened.bench.editor.undo()
    qtbot.waitUntil(lambda: measuring.now.extents == first.extents)
    opened.bench.editor.redo()
    qtbot.waitUntil(lambda: measuring.now.extents == painted.extents)


def test_what_was_there_at_opening_stays(opened: MainWindow, measuring: Measuring, qtbot) -> None:
    opening = measuring.opened
    assert opening.vertical == pytest.approx(29 / 59)
    drag(opened.canvas, [(20, 20), (40, 20)])
    qtbot.waitUntil(lambda: measuring.now is not opening)
    assert measuring.opened is opening
    opened.bench.session.open_case("c")
    assert measuring.opened is measuring.now
    assert measuring.now.rim is None
    opened.bench.session.close_project()
    assert measuring.now is None


def test_what_was_accepted_is_remembered_until_it_is_undone(opened: MainWindow, qtbot) -> None:
    opened.bench.session.open_case("c")
    measuring, editor = opened.bench.measuring, opened.bench.editor
    assert measuring.accepted is None
    opened.bench.proposal.accept()
    accepted = measuring.accepted
    assert accepted.vertical == pytest.approx(29 / 59)
    drag(opened.canvas, [(80, 95), (80, 100)])
    qtbot.waitUntil(lambda: measuring.now.vertical != accepted.vertical)
    assert measuring.accepted is accepted
    editor.undo()
    editor.undo()
    assert measuring.accepted is None
    editor.redo()
    assert measuring.accepted is accepted


def test_a_mask_in_pieces_is_compared_with_its_largest_piece(opened: MainWindow, measuring: Measuring, qtbot) -> None:
    whole, session = measuring.shown, opened.bench.session
    torn = disc_mask()
    torn[5:9, 5:9] = 1
    session.project.save_mask("b", torn)
    session.open_case("b")
    qtbot.waitUntil(lambda: bool(measuring.torn))
    assert measuring.now.extents != whole.extents
    assert measuring.shown.extents == measuring.opened.extents == whole.extents
    drag(opened.canvas, [(60, 60), (64, 60)])
    qtbot.waitUntil(lambda: measuring.shown.extents != whole.extents)
    assert measuring.opened.extents == whole.extents
