"""The ruler: drags measure in pixels, millimetres and disc diameters; mask and history stay as they are."""

from __future__ import annotations

import numpy as np
import pytest
from gestures import RIGHT, drag, move, press, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_desktop.gui.tools.ruler import RulerUnits
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.regions import Mask

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (RulerUnits(), "212 px"),
        (RulerUnits(100.0), "212 px · 2.12 DD"),
        (RulerUnits(100.0, 0.005), "212 px · 1.06 mm · 2.12 DD"),
        (RulerUnits(None, 0.005, guessed=True), "212 px · about 1.06 mm (guess)"),
    ],
)
def test_lengths_in_words(units: RulerUnits, text: str) -> None:
    assert units.describe(212.0) == text
    assert RulerUnits().describe(3.14) == "3.1 px"


def copy_of_mask(window: MainWindow) -> Mask:
    assert window.app.editor.mask is not None
    return window.app.editor.mask.copy()


def test_it_measures_and_leaves_the_mask_alone(opened: MainWindow) -> None:
    opened.app.session.open_case("d")
    before, history = copy_of_mask(opened), opened.app.editor.history.names
    QTest.keyClick(opened, Qt.Key.Key_M)
    ruler = opened.app.toolbox.ruler
    drag(opened.canvas, [(30, 40), (50, 50), (60, 80)])
    assert ruler.length == pytest.approx(50, abs=1.5)
    assert ruler.text.endswith(" DD")  # there is a disc, and no scale
    drag(opened.canvas, [(60, 80), (60, 41)], modifiers=SHIFT)  # its end
    assert ruler.length == pytest.approx(30, abs=1.5)
    assert opened.app.session.project is not None
    opened.app.session.project.writable().set_scale(0.01)
    opened.app.session.scale_changed.emit()
    assert " mm · " in ruler.text
    assert np.array_equal(copy_of_mask(opened), before)
    assert opened.app.editor.history.names == history
    assert opened.app.options.tool.value == "ruler"


def test_escape_or_a_click_or_another_tool_removes_it(opened: MainWindow) -> None:
    QTest.keyClick(opened, Qt.Key.Key_M)
    ruler = opened.app.toolbox.ruler
    for end in (
        lambda: QTest.keyClick(opened, Qt.Key.Key_Escape),
        lambda: drag(opened.canvas, [(90, 20)]),
        lambda: QTest.keyClick(opened, Qt.Key.Key_B),
    ):
        drag(opened.canvas, [(30, 40), (60, 80)])
        assert ruler.measuring
        end()
        assert not ruler.measuring
        assert ruler.sketch.lines == ()


def test_it_measures_in_a_project_that_is_open_for_reading(opened: MainWindow) -> None:
    QTest.keyClick(opened, Qt.Key.Key_M)
    opened.app.editor.locked = True
    drag(opened.canvas, [(30, 40), (60, 80)])
    assert opened.app.toolbox.ruler.measuring


def fovea_of(window: MainWindow) -> tuple[float, float] | None:
    assert window.app.session.open is not None
    return window.app.session.open.case.fovea


def test_the_fovea_is_placed_moved_and_removed(opened: MainWindow) -> None:
    before = copy_of_mask(opened)
    QTest.keyClick(opened, Qt.Key.Key_O)
    drag(opened.canvas, [(30, 40)])
    first = fovea_of(opened)
    assert first == pytest.approx((30, 40), abs=1)
    press(opened.canvas, (50, 60))
    move(opened.canvas, (70, 60))
    assert fovea_of(opened) == first  # until it is let go
    release(opened.canvas, (70, 60))
    placed = fovea_of(opened)
    assert placed == pytest.approx((70, 60), abs=1)
    project = opened.app.session.project
    assert project is not None
    assert project.reopen().case("a").fovea == placed == opened.canvas._layers.fovea.fovea
    drag(opened.canvas, [(10, 10)], button=RIGHT)
    assert not fovea_of(opened)
    assert np.array_equal(copy_of_mask(opened), before)


def test_a_waiting_proposal_is_not_accepted_by_measuring(opened: MainWindow) -> None:
    editing: list[bool] = []
    opened.app.toolbox.editing.connect(lambda: editing.append(True))
    for key in (Qt.Key.Key_M, Qt.Key.Key_O):
        QTest.keyClick(opened, key)
        drag(opened.canvas, [(30, 40), (60, 80)])
    assert not editing
