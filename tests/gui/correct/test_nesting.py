"""A cup never grows the disc, with any tool or command, unless the user says so; drawn first, it says what it does."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import disc_mask
from gestures import at, drag, move, press, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox
from window_parts import part

from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.reshape import Combine

PAINTING = [
    kind
    for kind in ToolKind
    if kind not in (ToolKind.ERASER, ToolKind.NOT_ANNOTATED, ToolKind.FOVEA, ToolKind.RULER)  # paint no label
]
DISC = disc_mask() > 0
FIRST = (
    "There is no optic disc yet: what you paint as optic cup counts as optic disc too. "
    "To draw the optic disc, choose it (1) and paint around."
)


@pytest.fixture
def cup(opened: MainWindow) -> MainWindow:
    """With a case open that has disc and cup, and the cup in use."""
    opened.app.session.open_case("d")
    QTest.qWait(60)
    QTest.keyClick(opened, Qt.Key.Key_2)
    return opened


def region(window: MainWindow) -> np.ndarray:
    return window.app.editor.mask > 0


def said(window: MainWindow) -> str:
    return window.panels.status.currentMessage()


def use(window: MainWindow, kind: ToolKind, points: list[tuple[float, float]]) -> None:
    """Use a tool as people do: shapes by clicks or a box and Return, everything else by a drag."""
    window.app.options.choose_tool(kind)
    canvas = window.canvas
    if kind in (ToolKind.POLYGON, ToolKind.EDGE, ToolKind.CONTOUR):
        for point in points:
            QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, *point))
            QTest.qWait(1)
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    else:
        drag(canvas, points)
        if kind is ToolKind.ELLIPSE:
            QTest.keyClick(canvas, Qt.Key.Key_Return)


def fresh(window: MainWindow, kind: ToolKind) -> None:
    """The mask as it was, and this tool with sizes at which it reaches out of the disc."""
    window.app.options.choose_tool(kind)
    window.app.editor.replace_mask("Test", disc_mask())
    window.app.options.set_diameter(24)
    window.app.options.set_tolerance(60)


def test_no_tool_grows_the_disc_with_the_cup(cup: MainWindow) -> None:
    for combine in (Combine.ADD, Combine.REPLACE):
        for kind in PAINTING:
            fresh(cup, kind)
            cup.app.options.choose_combine(combine)
            if kind is ToolKind.CONTOUR:  # its handles are on the cup's edge
                drag(cup.canvas, [(80, 60), (100, 60), (125, 60)])
                QTest.keyClick(cup.canvas, Qt.Key.Key_Return)
            else:
                use(cup, kind, [(88, 60), (100, 62), (118, 70), (130, 60), (118, 40)])
            np.testing.assert_array_equal(region(cup), DISC, f"{kind} {combine}")
    QTest.qWait(60)
    assert "extended" not in said(cup)


def test_it_does_where_the_user_chose_so(cup: MainWindow) -> None:
    QTest.keyClick(cup, Qt.Key.Key_I, Qt.KeyboardModifier.ShiftModifier)
    for kind in PAINTING:
        if kind in (ToolKind.CONTOUR, ToolKind.FILL):
            continue
        fresh(cup, kind)
        use(cup, kind, [(88, 60), (100, 62), (118, 70), (130, 60), (118, 40)])
        assert (region(cup) & ~DISC).any(), kind


def test_no_region_command_grows_the_disc(cup: MainWindow) -> None:
    spoilt = np.where(DISC, 2, 0).astype(np.uint8)
    spoilt[58:62, 60:64] = 0
    before = spoilt > 0
    for command in ("grow", "grow_more", "smooth", "fill_holes", "keep_largest"):
        cup.app.editor.replace_mask("Test", disc_mask())
        cup.app.editor.replace_mask("Test", spoilt)
        cup.actions_by_id[f"region.{command}"].trigger()
        assert not (region(cup) & ~before).any(), command
        if command == "fill_holes":
            assert said(cup) == "Nothing was changed: the optic cup stays inside the optic disc."


def test_a_stroke_all_outside_changes_nothing_and_says_why(cup: MainWindow) -> None:
    for kind in PAINTING:
        if kind in (ToolKind.PUSH, ToolKind.CONTOUR, ToolKind.FILL, ToolKind.WAND):
            continue  # they begin from a region, or select the ground with the disc in it
        fresh(cup, kind)
        cup.app.options.set_diameter(6)
        cup.panels.status.clearMessage()
        use(cup, kind, [(20, 20), (30, 20), (30, 30)])
        np.testing.assert_array_equal(cup.app.editor.mask, disc_mask(), str(kind))
        assert said(cup).startswith("Nothing was painted: the optic cup stays inside the optic disc."), kind


def test_a_stroke_that_paints_something_says_nothing(cup: MainWindow) -> None:
    cup.app.options.set_diameter(6)
    drag(cup.canvas, [(100, 60), (130, 60)])
    QTest.qWait(60)
    assert said(cup) == ""
    assert cup.app.editor.history.names == ("Brush optic cup",)
    drag(cup.canvas, [(80, 60), (82, 60)])  # on the cup: nothing to say either
    assert said(cup) == ""


def test_the_cup_may_be_drawn_before_the_disc(opened: MainWindow, qtbot) -> None:
    QTest.keyClick(opened, Qt.Key.Key_2)
    drag(opened.canvas, [(70, 50), (90, 50)])
    first = int(region(opened).sum())
    assert first
    qtbot.waitUntil(lambda: said(opened) == FIRST)
    drag(opened.canvas, [(70, 80), (90, 80)])
    assert region(opened).sum() > first
    QTest.keyClick(opened, Qt.Key.Key_1)
    opened.app.options.set_diameter(100)
    drag(opened.canvas, [(80, 60)])
    disc = region(opened)
    QTest.keyClick(opened, Qt.Key.Key_2)
    drag(opened.canvas, [(10, 60), (150, 60)])
    np.testing.assert_array_equal(region(opened), disc)


def test_a_disc_covered_by_its_cup_does_not_grow(cup: MainWindow) -> None:
    cup.app.options.set_diameter(200)
    drag(cup.canvas, [(80, 60), (90, 60)])
    assert set(np.unique(cup.app.editor.mask)) == {0, 2}
    drag(cup.canvas, [(80, 60), (100, 60)])
    np.testing.assert_array_equal(region(cup), DISC)


def test_a_label_chosen_right_after_a_stroke_is_not_said_to_have_been_painted(cup: MainWindow) -> None:
    QTest.keyClick(cup, Qt.Key.Key_1)
    drag(cup.canvas, [(20, 20), (30, 20)])
    QTest.keyClick(cup, Qt.Key.Key_2)
    QTest.qWait(80)
    assert said(cup) == ""


def test_the_choice_is_offered_for_nested_labels_and_remembered(cup: MainWindow) -> None:
    box = part(cup.panels.tools.settings, QCheckBox, "grow_parent")
    assert box.isVisible()
    assert box.text() == "May grow the optic disc"
    assert not box.isChecked()
    QTest.keyClick(cup, Qt.Key.Key_1)
    assert not box.isVisible()
    QTest.keyClick(cup, Qt.Key.Key_2)
    box.click()
    assert cup.app.options.grow_parent
    assert cup.actions_by_id["region.grow_parent"].isChecked()
    cup.close()
    assert Store().settings.grow_parent


def test_a_pending_push_over_the_edge_stops_at_it(cup: MainWindow) -> None:
    cup.app.options.choose_tool(ToolKind.PUSH)
    cup.app.options.set_diameter(30)
    press(cup.canvas, (90, 60))
    for x in range(92, 130, 2):
        move(cup.canvas, (x, 60))
        np.testing.assert_array_equal(region(cup), DISC)
    release(cup.canvas, (130, 60))
