"""A shape that was cancelled, or left unfinished, is brought back by undo: in the same case, later, in the next run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_desktop.gui import app
from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.tools.kept_shapes import KeptShape, KeptShapes
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.window.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
POINTS = [(40, 40), (80, 40), (80, 80)]
KINDS = [ToolKind.POLYGON, ToolKind.EDGE, ToolKind.ELLIPSE, ToolKind.CONTOUR]


def place(window: MainWindow, points=POINTS) -> None:
    for point in points:
        drag(window.canvas, [point])


def handles(window: MainWindow) -> list[tuple[int, int]]:
    return [(round(handle.x), round(handle.y)) for handle in window.app.toolbox.current.sketch.handles]


def undo(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)


def said(window: MainWindow) -> str:
    return window.panels.status.currentMessage()


def test_undo_brings_back_what_escape_cancelled(opened: MainWindow) -> None:
    toolbox = opened.app.toolbox
    for kind in KINDS:
        opened.app.options.choose_tool(kind)
        place(opened)
        before, mask = handles(opened), opened.app.editor.mask.copy()
        QTest.keyClick(opened.canvas, Qt.Key.Key_Escape)
        assert not toolbox.current.pending
        assert said(opened) == f"The {toolbox.current.what.lower()} was cancelled; undo brings it back."
        assert opened.actions_by_id["edit.undo"].isEnabled()
        undo(opened)
        assert toolbox.current.pending, kind
        assert handles(opened) == before, kind
        np.testing.assert_array_equal(opened.app.editor.mask, mask)
        assert opened.app.editor.history.names == ()
        while toolbox.current.pending:
            undo(opened)


def test_a_finished_shape_comes_back_as_it_was(opened: MainWindow) -> None:
    opened.app.options.choose_tool(ToolKind.ELLIPSE)
    drag(opened.canvas, [(50, 40), (60, 50), (110, 80)])
    shown = opened.app.editor.mask.copy()
    QTest.keyClick(opened.canvas, Qt.Key.Key_Escape)
    assert not opened.app.editor.mask.any()
    undo(opened)
    np.testing.assert_array_equal(opened.app.editor.mask, shown)
    QTest.keyClick(opened.canvas, Qt.Key.Key_Return)
    assert opened.app.editor.history.names == ("Ellipse optic disc",)


@pytest.mark.parametrize("goes", ["another tool", "another label", "another case"])
def test_undo_brings_back_what_was_left_unfinished(opened: MainWindow, goes: str) -> None:
    opened.app.options.choose_tool(ToolKind.POLYGON)
    place(opened)
    if goes == "another tool":
        QTest.keyClick(opened, Qt.Key.Key_B)
    elif goes == "another label":
        QTest.keyClick(opened, Qt.Key.Key_2)
    else:
        opened.app.session.open_case("b")
        undo(opened)
        assert not opened.app.toolbox.current.pending  # it belongs to the other case
        opened.app.session.open_case("a")
        assert said(opened) == "There is an unfinished polygon in this case; undo brings it back."
    undo(opened)
    assert opened.app.options.tool is ToolKind.POLYGON
    assert opened.app.options.label.name == "optic disc"
    assert handles(opened) == POINTS
    drag(opened.canvas, [POINTS[0]])
    QTest.keyClick(opened.canvas, Qt.Key.Key_Return)
    assert opened.app.editor.history.names == ("Polygon optic disc",)


def test_steps_after_it_are_undone_first(opened: MainWindow) -> None:
    opened.app.options.choose_tool(ToolKind.POLYGON)
    place(opened)
    QTest.keyClick(opened, Qt.Key.Key_B)
    drag(opened.canvas, [(20, 20), (30, 20)])
    undo(opened)
    assert not opened.app.toolbox.current.pending
    undo(opened)
    assert handles(opened) == POINTS


def test_a_proposal_that_the_shape_was_drawn_on_is_accepted_again(opened: MainWindow) -> None:
    opened.app.session.open_case("c")
    opened.app.options.choose_tool(ToolKind.POLYGON)
    place(opened)
    QTest.keyClick(opened.canvas, Qt.Key.Key_Escape)
    assert opened.app.editor.history.names == ()
    undo(opened)
    assert opened.app.editor.history.names == ("Accept proposal",)
    assert handles(opened) == POINTS


def test_what_was_unfinished_when_the_program_was_closed_comes_back(opened: MainWindow, root: Path, qtbot) -> None:
    QTest.keyClick(opened, Qt.Key.Key_2)
    opened.app.options.choose_tool(ToolKind.EDGE)
    place(opened)
    opened.close()
    again = app.make_window(app.make_application())
    qtbot.addWidget(again)
    again.show()
    again.commands.projects.open_root(root)
    QApplication.processEvents()
    assert again.app.session.case_id == "a"
    assert said(again) == "There is an unfinished smart edge in this case; undo brings it back."
    undo(again)
    assert again.app.options.tool is ToolKind.EDGE
    assert again.app.options.label.name == "optic cup"
    assert handles(again) == POINTS
    again.close()
    assert Store().unfinished_shapes


@pytest.mark.parametrize(
    "stored",
    [
        [1],
        [["key", "saw", "disc", [[1, 2]], False]],
        [["key", "polygon", "d", 3, False]],
        [["key", "polygon", "d", [[1, 1e300]], False]],
        [["/p", "a", "polygon", "d", [[1, 2]], False]],
    ],
)
def test_what_cannot_be_read_is_left_out(stored: list[object]) -> None:
    shapes = KeptShapes()
    shapes.read_json(stored)
    assert shapes.to_json() == []


def test_they_are_written_and_read() -> None:
    key = (Path("/project"), "a")
    one, other = KeptShapes(), KeptShapes()
    one.keep(key, KeptShape(ToolKind.POLYGON, "optic disc", ((1.0, 2.5), (3.0, 4.0)), True, 7))
    other.read_json(one.to_json())
    assert other.find(key, 0) == KeptShape(ToolKind.POLYGON, "optic disc", ((1.0, 2.5), (3.0, 4.0)), True, 0)
    assert other.find(key, 1) is None
