"""What a gesture does to other labels is said in the status line, also while its shape is still being edited."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import disc_mask
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.reshape import Combine

CUT = "The optic cup was trimmed to the new optic disc."


@pytest.fixture
def finished(opened: MainWindow) -> MainWindow:
    """With a case open that has disc and cup."""
    opened.app.session.open_case("d")
    QTest.qWait(60)
    return opened


def said(window: MainWindow) -> str:
    return window.panels.status.currentMessage()


def cut_across_the_cup(window: MainWindow) -> None:
    """An ellipse over the disc's left part, whose right border runs through the cup."""
    window.app.options.choose_tool(ToolKind.ELLIPSE)
    drag(window.canvas, [(30, 30), (40, 40), (80, 90)])


def test_an_ellipse_that_cuts_the_cup_says_so_while_it_is_pending(finished: MainWindow, qtbot) -> None:
    cut_across_the_cup(finished)
    assert finished.app.toolbox.current.pending
    qtbot.waitUntil(lambda: said(finished) == CUT)
    QTest.keyClick(finished.canvas, Qt.Key.Key_Escape)
    np.testing.assert_array_equal(finished.app.editor.mask, disc_mask())
    QTest.qWait(60)
    assert said(finished) == "The ellipse was cancelled; undo brings it back."


def test_the_choice_is_offered_for_the_ellipse_and_changes_the_pending_one(finished: MainWindow, qtbot) -> None:
    cut_across_the_cup(finished)
    mask = finished.app.editor.mask
    buttons = {button.text(): button for button in finished.panels.tools.settings.combine.findChildren(QPushButton)}
    assert buttons["Replace"].isVisible()
    assert buttons["Replace"].isChecked()
    buttons["Add"].click()
    assert finished.app.toolbox.current.pending
    assert ((mask > 0) >= (disc_mask() > 0)).all()
    assert ((mask == 2) == (disc_mask() == 2)).all()
    buttons["Subtract"].click()
    assert not mask[60, 60]
    assert ((mask > 0) <= (disc_mask() > 0)).all()
    QTest.keyClick(finished.canvas, Qt.Key.Key_Return)
    assert finished.app.editor.history.names == ("Subtract ellipse from optic disc",)
    finished.app.options.choose_tool(ToolKind.POLYGON)
    assert finished.app.options.combining is Combine.ADD
    assert buttons["Add"].isChecked()


def test_a_cup_outside_the_disc_says_that_the_disc_grew(finished: MainWindow, qtbot) -> None:
    finished.app.options.set_grow_parent(True)
    finished.app.options.choose_label(1)
    finished.app.options.set_diameter(8)
    drag(finished.canvas, [(20, 20), (26, 20)])
    qtbot.waitUntil(lambda: said(finished) == "The optic disc was extended to hold the optic cup.")


def test_wiping_the_cup_off_with_the_disc_is_said(finished: MainWindow, qtbot) -> None:
    finished.app.options.set_diameter(200)
    drag(finished.canvas, [(80, 60), (82, 60)], Qt.MouseButton.RightButton)
    qtbot.waitUntil(lambda: said(finished) == "The optic cup was erased along with the optic disc.")


def test_nothing_is_said_of_what_touches_only_the_label_in_use(finished: MainWindow) -> None:
    finished.app.options.set_diameter(8)
    drag(finished.canvas, [(20, 20), (26, 20)])
    QTest.qWait(80)
    finished.app.session.open_case("a")
    QTest.qWait(80)
    finished.app.editor.undo()
    assert said(finished) == ""


def test_a_stroke_that_accepts_a_proposal_is_not_said_to_extend_the_disc(opened: MainWindow, qtbot) -> None:
    opened.app.session.open_case("c")
    QTest.qWait(60)
    opened.app.options.choose_label(1)
    opened.app.options.set_grow_parent(True)
    opened.app.options.set_diameter(3)
    drag(opened.canvas, [(50, 55), (55, 55)])
    QTest.qWait(120)
    assert opened.app.editor.history.names == ("Accept proposal", "Brush optic cup")
    assert said(opened) == "Accepted; undo brings it back."


def test_what_was_undone_is_told_no_more(finished: MainWindow, qtbot) -> None:
    finished.app.options.set_grow_parent(True)
    finished.app.options.choose_label(1)
    drag(finished.canvas, [(5, 5), (9, 9)])
    qtbot.waitUntil(lambda: said(finished) == "The optic disc was extended to hold the optic cup.")
    QTest.keyClick(finished, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: said(finished) == "")
