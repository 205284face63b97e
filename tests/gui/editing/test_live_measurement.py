"""LiveMeasurement while painting: often enough, never once an event, and always of the mask as it is."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import numpy as np
import pytest
from drawings import disc_mask
from gestures import drag, move, press, release
from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_parts import timer_of

from unet_desktop.gui.editing.live_measurement import INTERVAL, LiveMeasurement
from unet_desktop.gui.measure.rim_plot import RimPlot
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.box import Box
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.measure import measure_mask
from unet_desktop.masks.measurement_tracker import MeasurementTracker
from unet_desktop.masks.reshape import Combine, Reshape


@pytest.fixture
def live_measurement(opened: MainWindow, qtbot) -> LiveMeasurement:
    opened.app.session.open_case("d")
    qtbot.waitUntil(lambda: opened.app.live_measurement.settled)
    return opened.app.live_measurement


def assert_up_to_date(window: MainWindow) -> None:
    mask, now = window.app.editor.mask, window.app.live_measurement.now
    assert mask is not None
    assert now is not None
    assert now.extents == measure_mask(mask, DISC_AND_CUP).extents


def test_a_drag_is_measured_before_the_button_is_released(
    opened: MainWindow, live_measurement: LiveMeasurement, qtbot
) -> None:
    opened.app.options.choose_label(1)
    opened.app.options.set_diameter(20)
    before = live_measurement.now.vertical
    press(opened.canvas, (80, 60))
    move(opened.canvas, (80, 85))
    qtbot.waitUntil(lambda: live_measurement.now.vertical > before)
    assert opened.app.editor.drawing
    assert_up_to_date(opened)
    release(opened.canvas, (80, 85))


def test_updates_follow_the_clock_and_not_the_mouse(opened: MainWindow, live_measurement: LiveMeasurement) -> None:
    """However many events a drag sends, and however steadily, it is measured when the timer says so.

    The clock is the test's: counted is how often the timer was started and fired, not how fast this computer is.
    """
    starts, updates = [], []
    live_measurement.measured.connect(lambda: updates.append(time.monotonic()))
    press(opened.canvas, (60, 60))
    clock = QElapsedTimer()
    clock.start()
    events = 0
    while clock.elapsed() < 600 or (len(updates) < 3 and clock.elapsed() < 20_000):  # other programs may delay it
        move(opened.canvas, (60 + events % 40, 60 + events % 7))
        starts.append(timer_of(live_measurement).isActive())
        events += 1
        QApplication.processEvents()
    assert opened.app.editor.drawing
    release(opened.canvas, (70, 60))
    assert events > len(updates)
    assert all(starts)  # the timer always runs while something waits to be measured
    assert len(updates) >= 3
    gaps = [later - sooner for sooner, later in pairwise(updates)]
    assert min(gaps) >= (INTERVAL - 3) / 1000


def test_the_interval_allows_20_updates_a_second() -> None:
    assert INTERVAL + 10 <= 1000 / 20  # with 10 ms for the update itself


def test_an_event_measures_nothing_by_itself(opened: MainWindow, live_measurement: LiveMeasurement, qtbot) -> None:
    updates: list[None] = []
    live_measurement.measured.connect(lambda: updates.append(None))
    drag(opened.canvas, [(60 + at, 60) for at in range(40)])
    assert updates == []
    qtbot.waitUntil(lambda: updates == [None])
    QTest.qWait(2 * INTERVAL)
    assert updates == [None]
    assert_up_to_date(opened)


def test_a_shape_that_is_edited_is_measured(opened: MainWindow, live_measurement: LiveMeasurement, qtbot) -> None:
    editor = opened.app.editor
    shape = Reshape(editor.mask, DISC_AND_CUP, DISC_AND_CUP.labels[1], "Ellipse")
    editor.begin(shape)
    square = disc_mask()[40:80, 60:100] > -1
    editor.show(shape.show(Box(40, 60, 80, 100), square, Combine.REPLACE))
    qtbot.waitUntil(lambda: live_measurement.now.extents[1].height == 40)
    editor.cancel()
    qtbot.waitUntil(lambda: live_measurement.now.extents == measure_mask(disc_mask(), DISC_AND_CUP).extents)


def test_a_handle_is_measured_while_it_is_dragged(opened: MainWindow, live_measurement: LiveMeasurement, qtbot) -> None:
    QTest.keyClick(opened, Qt.Key.Key_Q)
    drag(opened.canvas, [(50, 30), (80, 60), (110, 90)])  # an ellipse in that box, still being edited
    qtbot.waitUntil(lambda: live_measurement.now.extents[0].height in range(58, 63))
    press(opened.canvas, (80, 90))
    move(opened.canvas, (80, 95))
    move(opened.canvas, (80, 105))
    qtbot.waitUntil(lambda: live_measurement.now.extents[0].height in range(72, 79))
    assert opened.app.editor.drawing
    assert_up_to_date(opened)
    release(opened.canvas, (80, 105))


def test_undo_and_redo_are_measured(opened: MainWindow, live_measurement: LiveMeasurement, qtbot) -> None:
    first = live_measurement.now
    drag(opened.canvas, [(20, 20), (40, 20)])
    qtbot.waitUntil(lambda: live_measurement.now.extents != first.extents)
    painted = live_measurement.now
    opened.app.editor.undo()
    qtbot.waitUntil(lambda: live_measurement.now.extents == first.extents)
    opened.app.editor.redo()
    qtbot.waitUntil(lambda: live_measurement.now.extents == painted.extents)


def test_what_was_there_at_opening_stays(opened: MainWindow, live_measurement: LiveMeasurement, qtbot) -> None:
    opening = live_measurement.opened
    assert opening.vertical == pytest.approx(29 / 59)
    drag(opened.canvas, [(20, 20), (40, 20)])
    qtbot.waitUntil(lambda: live_measurement.now is not opening)
    assert live_measurement.opened is opening
    opened.app.session.open_case("c")
    assert live_measurement.opened is live_measurement.now
    assert live_measurement.now.rim is None
    opened.app.session.close_project()
    assert live_measurement.now is None


def test_what_was_accepted_is_remembered_until_it_is_undone(opened: MainWindow, qtbot) -> None:
    opened.app.session.open_case("c")
    live_measurement, editor = opened.app.live_measurement, opened.app.editor
    assert live_measurement.accepted is None
    opened.app.proposal.accept()
    accepted = live_measurement.accepted
    assert accepted.vertical == pytest.approx(29 / 59)
    drag(opened.canvas, [(80, 95), (80, 100)])
    qtbot.waitUntil(lambda: live_measurement.now.vertical != accepted.vertical)
    assert live_measurement.accepted is accepted
    editor.undo()
    editor.undo()
    assert live_measurement.accepted is None
    editor.redo()
    assert live_measurement.accepted is accepted


def test_a_mask_in_pieces_is_compared_with_its_largest_piece(
    opened: MainWindow, live_measurement: LiveMeasurement, qtbot
) -> None:
    whole, session = live_measurement.shown, opened.app.session
    torn = disc_mask()
    torn[5:9, 5:9] = 1
    session.project.save_mask("b", torn)
    session.open_case("b")
    qtbot.waitUntil(lambda: bool(live_measurement.fragmented))
    assert live_measurement.now.extents != whole.extents
    assert live_measurement.shown.extents == live_measurement.opened.extents == whole.extents
    drag(opened.canvas, [(60, 60), (64, 60)])
    qtbot.waitUntil(lambda: live_measurement.shown.extents != whole.extents)
    assert live_measurement.opened.extents == whole.extents


def test_while_the_thread_measures_the_window_goes_on_and_says_that_the_figures_are_late(
    opened: MainWindow, live_measurement: LiveMeasurement, qtbot, monkeypatch
) -> None:
    may_go_on, update = threading.Event(), MeasurementTracker.update

    def slow(tracker: MeasurementTracker, box: Box, pixels: np.ndarray) -> None:
        may_go_on.wait(20)
        update(tracker, box, pixels)

    monkeypatch.setattr(MeasurementTracker, "update", slow)
    plot = opened.panels.measure.findChild(RimPlot)
    shown = live_measurement.now
    press(opened.canvas, (20, 20))
    with qtbot.waitSignal(live_measurement.became_late):
        move(opened.canvas, (40, 20))
    assert live_measurement.late
    assert not plot.isEnabled()
    release(opened.canvas, (40, 20))
    QTest.qWait(2 * INTERVAL)
    assert live_measurement.now is shown
    assert not live_measurement.settled
    may_go_on.set()
    qtbot.waitUntil(lambda: live_measurement.settled)
    assert_up_to_date(opened)
    assert not live_measurement.late
    assert plot.isEnabled()


@pytest.mark.parametrize("seed", range(3))
def test_what_has_settled_is_the_measurement_of_the_whole_mask(
    opened: MainWindow, live_measurement: LiveMeasurement, qtbot, seed: int
) -> None:
    rng, editor, options = np.random.default_rng(seed), opened.app.editor, opened.app.options
    options.set_diameter(14)
    for step in range(12):
        kind = rng.choice(["brush", "eraser", "undo", "redo", "fill", "wait"])
        if kind in ("undo", "redo"):
            getattr(editor, kind)()
        elif kind == "fill":
            editor.replace_mask("Test", np.roll(editor.mask, (int(rng.integers(-40, 40)), step), (0, 1)))
        elif kind == "wait":
            QTest.qWait(int(rng.integers(0, 2 * INTERVAL)))
        else:
            options.choose_tool(ToolKind(kind))
            options.choose_label(int(rng.integers(2)))
            drag(opened.canvas, [tuple(point) for point in rng.integers(5, (155, 115), (4, 2))])
        if rng.random() < 0.3:
            QApplication.processEvents()
    qtbot.waitUntil(lambda: live_measurement.settled)
    whole = measure_mask(editor.mask, DISC_AND_CUP)
    largest = measure_mask(tidy(editor.mask, DISC_AND_CUP, fill=False), DISC_AND_CUP)
    for found, expected in ((live_measurement.now, whole), (live_measurement.shown, largest)):
        assert found.extents == expected.extents
        assert str(found.ratios) == str(expected.ratios)
        assert (found.rim is None) == (expected.rim is None)
        if found.rim is not None:
            assert (found.rim.disc == expected.rim.disc).all()
            assert (found.rim.cup == expected.rim.cup).all()
