"""Eye and lock in the list of labels, and the commands on the label in use."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import SIZE, disc_mask
from gestures import RIGHT, drag
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QPushButton, QToolButton
from window_parts import part

from unet_desktop import label_edits as edits
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.screen import Grid
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.drawing import MaskStyle, Palette, Pen, render_codes
from unet_desktop.project.project import Project
from unet_desktop.project.relabel import relabel

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def drawn(opened: MainWindow) -> MainWindow:
    """The window on case d, which has a mask."""
    opened.app.session.open_case("d")
    QApplication.processEvents()
    return opened


def mark(window: MainWindow, name: str) -> QToolButton:
    return part(window.panels.tools.label_list, QToolButton, name)


def colour_at(window: MainWindow, x: float, y: float) -> tuple[int, int, int]:
    shown = window.canvas.grab().toImage()
    point = window.canvas.viewport.to_view(x, y)
    ratio = shown.devicePixelRatio()
    colour = shown.pixelColor(int(point[0] * ratio), int(point[1] * ratio))
    return colour.red(), colour.green(), colour.blue()


def test_a_hidden_label_is_not_drawn_and_comes_back(drawn: MainWindow, qtbot) -> None:
    cup, rim = colour_at(drawn, 80, 60), colour_at(drawn, 80, 80)
    qtbot.mouseClick(mark(drawn, "eye_1"), Qt.MouseButton.LeftButton)
    assert colour_at(drawn, 80, 60) == pytest.approx(rim, abs=5)  # it looks like the disc around it; a JPEG has noise
    assert mark(drawn, "eye_1").accessibleName() == "Show optic cup"
    qtbot.mouseClick(mark(drawn, "eye_0"), Qt.MouseButton.LeftButton)
    without = colour_at(drawn, 80, 60)
    assert without != pytest.approx(cup, abs=20)
    assert without != pytest.approx(rim, abs=20)
    np.testing.assert_array_equal(drawn.app.editor.mask, disc_mask())
    for name in ("eye_0", "eye_1"):
        qtbot.mouseClick(mark(drawn, name), Qt.MouseButton.LeftButton)
    assert (colour_at(drawn, 80, 60), colour_at(drawn, 80, 80)) == (cup, rim)


def test_neither_region_nor_outline_of_a_hidden_label_is_drawn() -> None:
    labels, mask = DISC_AND_CUP, disc_mask()
    grid = Grid(1.0, 0, 0, SIZE[1], SIZE[0])
    for style in MaskStyle:
        without_cup = np.minimum(mask, 1)
        hidden = render_codes(mask, Palette(labels, frozenset({2})), grid, style, Pen())
        expected = render_codes(without_cup, Palette(labels), grid, style, Pen())
        assert hidden is not None
        assert expected is not None
        np.testing.assert_array_equal(hidden[1], expected[1])
    codes = render_codes(mask, Palette(labels, frozenset({1, 2})), grid, MaskStyle.BOTH, Pen())
    assert codes is None or not codes[1].any()


def test_a_locked_cup_stays_when_its_disc_is_erased_cleared_shrunk_and_replaced(drawn: MainWindow, qtbot) -> None:
    qtbot.mouseClick(mark(drawn, "lock_1"), Qt.MouseButton.LeftButton)
    cup = disc_mask() == 2

    def stays() -> None:
        np.testing.assert_array_equal(drawn.app.editor.mask == 2, cup)

    QTest.keyClick(drawn, Qt.Key.Key_1)
    drag(drawn.canvas, [(60, 60), (100, 60)], RIGHT)
    stays()
    assert "What is locked was left as it is: optic cup." in drawn.panels.status.currentMessage()
    for _ in range(5):
        QTest.keyClick(drawn, Qt.Key.Key_Down, SHIFT | CTRL)
        stays()
    QTest.keyClick(drawn, Qt.Key.Key_Delete, SHIFT)
    stays()
    assert not (drawn.app.editor.mask == 1).any()
    QTest.keyClick(drawn, Qt.Key.Key_U, SHIFT)
    stays()
    QTest.keyClick(drawn, Qt.Key.Key_P, SHIFT)
    stays()
    while drawn.app.editor.history.can_undo:
        QTest.keyClick(drawn, Qt.Key.Key_Z, CTRL)
    np.testing.assert_array_equal(drawn.app.editor.mask, disc_mask())


@pytest.mark.parametrize(
    ("key", "modifiers"),
    [
        (Qt.Key.Key_Up, SHIFT),
        (Qt.Key.Key_Down, SHIFT),
        (Qt.Key.Key_S, SHIFT),
        (Qt.Key.Key_L, SHIFT),
        (Qt.Key.Key_R, SHIFT),
        (Qt.Key.Key_Q, SHIFT),
        (Qt.Key.Key_Delete, SHIFT),
    ],
)
def test_commands_on_a_locked_label_say_so(drawn: MainWindow, key, modifiers) -> None:
    QTest.keyClick(drawn, Qt.Key.Key_2)
    QTest.keyClick(drawn, Qt.Key.Key_K, SHIFT)
    QTest.keyClick(drawn, key, modifiers)
    np.testing.assert_array_equal(drawn.app.editor.mask, disc_mask())
    assert drawn.panels.status.currentMessage().startswith("The optic cup is locked.")
    assert not drawn.app.editor.history.can_undo


def test_accepting_a_proposal_leaves_a_locked_label(opened: MainWindow) -> None:
    opened.app.session.open_case("c")
    QTest.keyClick(opened, Qt.Key.Key_2)
    QTest.keyClick(opened, Qt.Key.Key_K, SHIFT)
    QTest.keyClick(opened, Qt.Key.Key_A)
    np.testing.assert_array_equal(opened.app.editor.mask, np.minimum(disc_mask(), 1))
    assert "without the locked optic cup" in opened.panels.status.currentMessage()


def test_marks_belong_to_the_project_on_this_computer(drawn: MainWindow, tmp_path, root) -> None:
    QTest.keyClick(drawn, Qt.Key.Key_K, SHIFT)
    QTest.keyClick(drawn, Qt.Key.Key_2)
    QTest.keyClick(drawn, Qt.Key.Key_O, SHIFT)
    other = Project.create(tmp_path / "other", DISC_AND_CUP)
    drawn.commands.projects.open_root(other.root)
    assert not mark(drawn, "lock_0").isChecked()
    assert drawn.app.editor.locks is None
    drawn.commands.projects.open_root(root)
    assert mark(drawn, "lock_0").isChecked()
    assert mark(drawn, "eye_1").isChecked()
    assert drawn.app.options.hidden == {2}
    assert drawn.app.editor.locks is not None


def test_a_locked_label_is_not_cleared_and_clearing_is_one_step(drawn: MainWindow) -> None:
    QTest.keyClick(drawn, Qt.Key.Key_2)
    QTest.keyClick(drawn, Qt.Key.Key_Delete, SHIFT)
    np.testing.assert_array_equal(drawn.app.editor.mask, np.minimum(disc_mask(), 1))
    assert drawn.app.editor.history.names == ("Clear optic cup",)
    QTest.keyClick(drawn, Qt.Key.Key_Delete, SHIFT)
    assert drawn.panels.status.currentMessage() == "There is no optic cup to clear."
    QTest.keyClick(drawn, Qt.Key.Key_Z, CTRL)
    np.testing.assert_array_equal(drawn.app.editor.mask, disc_mask())


def test_the_menu_of_a_label_chooses_it_and_holds_its_commands(drawn: MainWindow, monkeypatch) -> None:
    shown: list[QMenu] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _place: shown.append(menu))
    button = drawn.panels.tools.label_list.findChildren(QPushButton)[1]
    place = QPoint(5, 5)
    QApplication.sendEvent(button, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, button.mapToGlobal(place)))
    (menu,) = shown
    texts = {action.text(): action for action in menu.actions() if action.text()}
    assert list(texts) == [
        "Hide optic cup",
        "Lock optic cup",
        "Clear optic cup in this case",
        "No optic cup here",
        "Labels…",
    ]
    assert drawn.app.options.label.name == "optic cup"
    texts["Clear optic cup in this case"].trigger()
    texts["No optic cup here"].trigger()
    assert drawn.app.session.open.case.no_cup
    assert drawn.app.autosave.flush()


def sentence(window: MainWindow) -> str:
    (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    text = box.text()
    box.accept()
    return text


def test_none_of_a_label_that_was_added_is_said_and_taken_back(window: MainWindow, root) -> None:
    project = Project.open(root)
    list(relabel(project, edits.add(project.labels, "vessel")))
    window.commands.projects.open_root(root)
    window.app.session.open_case("d")
    QTest.keyClick(window, Qt.Key.Key_3)
    assert window.app.session.open.case.not_annotated == (3,)
    for after, says in (((), "No vessel here"), ((3,), "not annotated")):
        window.actions_by_id["region.none_here"].trigger()
        assert window.app.session.open.case.not_annotated == after
        assert Project.open(root).case("d").not_annotated == after
        assert says in window.panels.status.currentMessage()
    drag(window.canvas, [(20, 20), (30, 20)])
    window.actions_by_id["region.none_here"].trigger()
    assert "drawn already" in sentence(window)
    assert window.app.autosave.flush()


def test_many_labels_fit_and_their_marks_can_be_reached_by_keys(qtbot, window: MainWindow, tmp_path) -> None:
    labels = LabelSet(tuple(Label(value, f"label {value} " * 8, "#56b4e9") for value in range(1, 12)))
    window.commands.projects.open_root(Project.create(tmp_path / "many", labels).root)
    eye = mark(window, "eye_10")
    eye.setFocus()
    qtbot.keyClick(eye, Qt.Key.Key_Space)
    assert window.app.options.hidden == {11}
    assert window.panels.tools.label_list.minimumSizeHint().width() <= 330
