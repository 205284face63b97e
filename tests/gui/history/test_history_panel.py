"""The history's list: names in order, clicks that go there, pale steps until the next change, one list a case."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from drawings import disc_mask
from gestures import drag, press
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QListView
from window_parts import part

from unet_desktop.gui.editing.editor import CaseHistories, Editor
from unet_desktop.gui.history.panel import SIZE_ROLE
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.history import History
from unet_desktop.masks.patch import Patch

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def step_list(window: MainWindow) -> QListView:
    return part(window.panels.history, QListView, "history")


def rows(window: MainWindow) -> tuple[list[str], list[str], str]:
    """Steps that are done, steps that are pale, and the one that is marked."""
    listed = step_list(window)
    indexes = [listed.model().index(row, 0) for row in range(listed.model().rowCount())]
    pale = [index.data() for index in indexes if index.data(Qt.ItemDataRole.ForegroundRole) is not None]
    current = listed.currentIndex()
    return [index.data() for index in indexes if index.data() not in pale], pale, current.data() if indexes else ""


def click(window: MainWindow, row: int) -> None:
    """A real click on that row."""
    listed = step_list(window)
    window.docks.bring_forward(window.docks.history)
    QTest.qWait(1)
    place = listed.visualRect(listed.model().index(row)).center()
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=place)


def three_steps(window: MainWindow) -> list[np.ndarray]:
    """The masks before, between and after three steps."""
    window.app.session.open_case("d")
    masks = [window.app.editor.mask.copy()]
    window.app.options.set_diameter(20)
    drag(window.canvas, [(20, 20), (30, 20)])
    masks.append(window.app.editor.mask.copy())
    QTest.keyClick(window, Qt.Key.Key_Up, SHIFT)
    masks.append(window.app.editor.mask.copy())
    window.app.editor.replace_mask("Accept proposal", disc_mask(20), model="f00d")
    masks.append(window.app.editor.mask.copy())
    return masks


def test_steps_have_names(opened: MainWindow) -> None:
    assert rows(opened) == (["Opened"], [], "Opened")
    three_steps(opened)
    names = ["Opened", "Brush optic disc", "Grow optic disc", "Accept proposal"]
    assert rows(opened) == (names, [], "Accept proposal")


def test_a_click_goes_there_and_back(opened: MainWindow) -> None:
    masks = three_steps(opened)
    click(opened, 1)
    np.testing.assert_array_equal(opened.app.editor.mask, masks[1])
    assert rows(opened) == (
        ["Opened", "Brush optic disc"],
        ["Grow optic disc", "Accept proposal"],
        "Brush optic disc",
    )
    assert opened.app.editor.model == ""
    for row in (0, 3, 2):
        click(opened, row)
        np.testing.assert_array_equal(opened.app.editor.mask, masks[row])
        assert opened.app.editor.model == ("f00d" if row == 3 else "")
    assert opened.app.autosave.flush()
    np.testing.assert_array_equal(opened.app.session.project.load_mask("d"), masks[2])


def test_keys_move_the_mark(opened: MainWindow) -> None:
    three_steps(opened)
    QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    assert rows(opened)[1:] == (["Accept proposal"], "Grow optic disc")
    QTest.keyClick(opened, Qt.Key.Key_Y, CTRL)
    assert rows(opened)[1:] == ([], "Accept proposal")


def test_pale_steps_go_with_the_next_change(opened: MainWindow) -> None:
    three_steps(opened)
    click(opened, 1)
    drag(opened.canvas, [(130, 100), (140, 100)])
    assert rows(opened) == (["Opened", "Brush optic disc", "Brush optic disc"], [], "Brush optic disc")


def test_each_case_has_its_own(opened: MainWindow) -> None:
    three_steps(opened)
    click(opened, 2)
    before = rows(opened)
    opened.app.session.open_case("a")
    assert rows(opened) == (["Opened"], [], "Opened")
    opened.app.session.open_case("d")
    assert rows(opened) == before


def test_a_click_abandons_the_drag_in_progress(opened: MainWindow) -> None:
    masks = three_steps(opened)
    press(opened.canvas, (130, 100))
    opened.panels.history.step_chosen.emit(3)
    np.testing.assert_array_equal(opened.app.editor.mask, masks[3])
    assert not opened.app.editor.drawing


def test_without_a_case_there_is_a_sentence(window: MainWindow) -> None:
    panel = window.panels.history
    assert part(panel, QListView, "history").isHidden()
    assert "Open a case" in part(panel, QLabel, "no_steps").text()
    assert not part(panel, QLabel, "no_steps").isHidden()


def test_forgotten_steps_are_said_to_be(opened: MainWindow) -> None:
    opened.app.editor.history = History(budget=1)
    drag(opened.canvas, [(20, 20), (30, 20)])
    assert rows(opened)[0] == ["Opened", "Brush optic disc"]
    drag(opened.canvas, [(20, 60), (30, 60)])
    assert rows(opened)[0] == ["Older steps are forgotten", "Brush optic disc"]


def history_of(size: int) -> History:
    history = History()
    history.push(Patch("Test", 0, 0, np.zeros((1, size), np.uint8), np.ones((1, size), np.uint8)))
    return history


def test_all_cases_together_stay_within_the_budget(tmp_path) -> None:
    histories = CaseHistories(budget=100)
    mask = np.zeros((1, 50), np.uint8)
    for case in "abc":
        histories.keep((tmp_path, case), history_of(20), mask, began_empty=False)

    def kept(histories: CaseHistories) -> list[str]:
        """The cases whose histories are kept; each is taken and put back, the oldest first."""
        found = []
        for case in "abc":
            known = histories.take((tmp_path, case), mask)
            if known is not None:
                histories.keep((tmp_path, case), known.history, mask, began_empty=known.began_empty)
                found.append(case)
        return found

    assert kept(histories) == ["b", "c"]  # 40 bytes each
    histories.make_room(50)
    assert kept(histories) == ["c"]
    histories.make_room(70)
    assert kept(histories) == []


def test_painting_in_one_case_makes_room_among_the_others(tmp_path, qapp) -> None:
    editor = Editor()
    editor._histories = CaseHistories(budget=5000)
    editor.open_mask(tmp_path, "a", np.zeros((50, 50), np.uint8), (50, 50), DISC_AND_CUP)
    editor.replace_mask("Test", np.ones((50, 50), np.uint8))
    editor.open_mask(tmp_path, "b", np.zeros((50, 50), np.uint8), (50, 50), DISC_AND_CUP)
    assert list(editor._histories._kept) == [(tmp_path, "a")]
    editor.replace_mask("Test", np.ones((50, 50), np.uint8))
    assert not editor._histories._kept
    assert editor.history.can_undo


def test_steps_say_how_many_pixels_they_change(opened: MainWindow) -> None:
    masks = three_steps(opened)
    model = step_list(opened).model()
    sizes = [model.index(row, 0).data(SIZE_ROLE) for row in range(model.rowCount())]
    changed = [int((before != after).sum()) for before, after in pairwise(masks)]
    assert sizes == ["", *(f"{count:,} px".replace(",", "\N{THIN SPACE}") for count in changed)]
    click(opened, 1)
    assert [model.index(row, 0).data(SIZE_ROLE) for row in range(model.rowCount())] == sizes
