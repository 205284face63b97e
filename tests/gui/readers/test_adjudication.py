"""Adjudication in the window: outlines of all readers, one of them or their consensus as the mask, the next case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawings import disc_mask
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QToolButton, QTreeWidget
from pytestqt.qtbot import QtBot
from window_parts import layers_of, part

from unet_desktop.gui.canvas.reader_layer import COLOURS
from unet_desktop.gui.commands.command import Needs
from unet_desktop.gui.window.command_state import available
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import Label, LabelSet
from unet_desktop.project.project import Project
from unet_desktop.project.relabel import relabel
from unet_desktop.project.trail import Act, read
from unet_desktop.project.versions import VersionStep, read_versions
from unet_desktop.project.workbooks import make_workbook

NAMES = ("Anna", "Ben", "Cy")


@pytest.fixture
def read_by_three(window: MainWindow, root: Path, qtbot: QtBot) -> MainWindow:
    """Three readers have drawn a, two of them b; the window is on a."""
    project = Project.open(root)
    for number, name in enumerate(NAMES):
        workbook = Project.open(make_workbook(project, name).root)
        workbook.save_mask("a", disc_mask(20 + 2 * number))
        if number < 2:
            workbook.save_mask("b", disc_mask(16 + 12 * number), model="f00d")
    window.commands.projects.open_root(root)
    qtbot.waitUntil(lambda: len(window.app.adjudication.drawn) == 3)
    return window


def click(window: MainWindow, text: str) -> None:
    (button,) = [one for one in window.panels.readers.findChildren(QToolButton) if one.text() == text]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_all_readers_outlines_are_told_apart(read_by_three: MainWindow) -> None:
    window = read_by_three
    shown = layers_of(window.canvas).reader.shows
    assert [reader.name for reader in shown] == list(NAMES)
    assert [reader.colour for reader in shown] == list(COLOURS[:3])
    assert len({reader.dash for reader in shown}) == 3
    readers = part(window.panels.readers, QTreeWidget, "readers")
    readers.topLevelItem(1).setCheckState(0, Qt.CheckState.Unchecked)
    assert [reader.name for reader in layers_of(window.canvas).reader.shows] == ["Anna", "Cy"]
    part(window.panels.readers, QCheckBox, "reader_outlines").click()
    assert layers_of(window.canvas).reader.shows == ()
    assert not window.docks.readers.isHidden()


def test_the_case_opens_close_up_on_what_the_readers_drew(read_by_three: MainWindow, qtbot: QtBot) -> None:
    """It has no mask and no proposal, and the readers' masks come later than the case."""
    canvas, whole = read_by_three.canvas, read_by_three.canvas.viewport.scale
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ShiftModifier)
    canvas.fit()
    read_by_three.app.session.open_case("b")
    assert canvas.viewport.scale == whole
    qtbot.waitUntil(lambda: canvas.viewport.scale > 1.2 * whole)


def test_the_panel_stays_in_front_while_a_project_is_closed_and_opened(
    read_by_three: MainWindow, root: Path, qtbot: QtBot
) -> None:
    """As when its labels are changed."""
    window = read_by_three
    window.docks.bring_forward(window.docks.readers)
    qtbot.waitUntil(lambda: not window.docks.readers.visibleRegion().isEmpty())
    window.app.session.close_project()
    window.app.session.open_project(root)
    qtbot.waitUntil(lambda: len(window.app.adjudication.workbooks) == 3)
    qtbot.waitUntil(lambda: not window.docks.readers.visibleRegion().isEmpty())


def test_a_readers_mask_becomes_the_mask_in_one_step(read_by_three: MainWindow, root: Path, qtbot: QtBot) -> None:
    window, editor = read_by_three, read_by_three.app.editor
    window.docks.bring_forward(window.docks.readers)
    readers = part(window.panels.readers, QTreeWidget, "readers")
    readers.setCurrentItem(readers.topLevelItem(1))
    click(window, "Use this")
    np.testing.assert_array_equal(editor.mask, disc_mask(22))
    assert editor.history.names == ("Adjudicate from Ben",)
    assert window.panels.status.currentMessage().startswith("The mask of Ben is the mask now")
    window.app.version_keeper.wait()
    project = Project.open(root)
    assert read_versions(project.layout, "a").versions[0].step is VersionStep.ADJUDICATED
    window.app.autosave.flush()
    noted = [entry for entry in read(project.layout).entries if entry.act == Act.ADJUDICATED]
    assert [(entry.case, entry.detail) for entry in noted] == [("a", "from Ben")]
    window.actions_by_id["edit.undo"].trigger()
    assert not editor.mask.any()


def test_a_readers_mask_says_nothing_of_what_the_reader_did_not_annotate(
    window: MainWindow, root: Path, qtbot: QtBot
) -> None:
    reading = Project.open(make_workbook(Project.open(root), "Anna").root)
    reading.save_mask("a", np.minimum(disc_mask(20), 1).astype(np.uint8))
    reading.mark("a", not_annotated=(2,))
    window.commands.projects.open_root(root)
    qtbot.waitUntil(lambda: len(window.app.adjudication.drawn) == 1)
    window.actions_by_id["readers.use"].trigger()
    assert window.app.autosave.flush()
    assert Project.open(root).case("a").not_annotated == (2,)


def test_a_locked_label_stays_and_that_is_said(read_by_three: MainWindow) -> None:
    window, editor = read_by_three, read_by_three.app.editor
    cup = window.app.options.labels.labels[1]
    window.app.options.toggle_locked(cup)
    window.docks.bring_forward(window.docks.readers)
    click(window, "Use this")
    assert not (editor.mask == cup.value).any()
    said = window.panels.status.currentMessage()
    assert said.startswith(f"The mask of Anna is the mask now without the locked {cup.name}; undo")


def test_majority_and_staple_are_a_start(read_by_three: MainWindow, qtbot: QtBot) -> None:
    window, editor = read_by_three, read_by_three.app.editor
    window.docks.bring_forward(window.docks.readers)
    click(window, "Majority")
    np.testing.assert_array_equal(editor.mask, disc_mask(22))
    click(window, "STAPLE")
    assert editor.history.names == ("Adjudicate majority of Anna, Ben, Cy", "Adjudicate STAPLE of Anna, Ben, Cy")
    window.app.session.open_case("b")
    qtbot.waitUntil(lambda: len(window.app.adjudication.drawn) == 2)
    usable = {name: window.actions_by_id[f"readers.{name}"].isEnabled() for name in ("use", "majority", "staple")}
    assert usable == {"use": True, "majority": False, "staple": False}
    assert "needs 3 readers" in window.actions_by_id["readers.majority"].toolTip()


def test_what_is_wrong_with_a_whole_reading_is_told_once(read_by_three: MainWindow, root: Path, qtbot: QtBot) -> None:
    window, adjudication, told = read_by_three, read_by_three.app.adjudication, []
    workbook = Project.open(root / "readers" / "Cy")
    list(relabel(workbook, LabelSet((*workbook.labels.labels, Label(3, "vessel", "#e69f00")))))
    adjudication.problem.connect(told.append)
    adjudication.look_again()
    qtbot.waitUntil(lambda: len(told) == 1)
    assert told[0].startswith("The labels of the reading of Cy differ from the project's")
    for case_id in ("b", "c"):
        with qtbot.waitSignal(adjudication.masks_changed):
            window.app.session.open_case(case_id)
        qtbot.waitUntil(lambda: len(adjudication.masks) == 2)
    assert len(told) == 1


def test_the_largest_disagreement_comes_first(read_by_three: MainWindow, qtbot: QtBot) -> None:
    window, session = read_by_three, read_by_three.app.session
    window.docks.bring_forward(window.docks.readers)
    click(window, "Next")
    qtbot.waitUntil(lambda: session.case_id == "b")
    cases = part(window.panels.readers, QTreeWidget, "disagreements")
    rows = [[cases.topLevelItem(row).text(column) for column in range(2)] for row in range(cases.topLevelItemCount())]
    assert rows == [["b", "2"], ["a", "3"]]
    assert cases.currentItem().text(0) == "b"
    click(window, "Next")
    assert session.case_id == "a"
    qtbot.waitUntil(lambda: len(window.app.adjudication.drawn) == 3)
    window.app.adjudication.use("Anna")
    window.app.autosave.flush()
    session.mark(approved=True)
    click(window, "Next")
    assert session.case_id == "b"


def test_what_a_reader_draws_meanwhile_is_seen_after_reading_the_folder_again(
    read_by_three: MainWindow, root: Path, qtbot: QtBot
) -> None:
    window = read_by_three
    Project.open(root / "readers" / "Anna").save_mask("a", disc_mask(10))
    window.actions_by_id["project.read_again"].trigger()
    qtbot.waitUntil(lambda: bool((layers_of(window.canvas).reader.shows[0].mask == disc_mask(10)).all()))


def test_masks_of_others_are_hidden_in_a_reading_and_absent_elsewhere(
    read_by_three: MainWindow, root: Path, qtbot: QtBot
) -> None:
    window = read_by_three
    window.commands.projects.open_root(root / "readers" / "Anna")
    assert window.app.adjudication.workbooks == []
    assert layers_of(window.canvas).reader.shows == ()
    assert window.docks.readers.isHidden()
    assert Needs.READERS not in available(window.app)


def test_a_damaged_mask_of_a_reader_is_said(window: MainWindow, root: Path, qtbot: QtBot) -> None:
    workbook = Project.open(make_workbook(Project.open(root), "Anna").root)
    workbook.save_mask("a", disc_mask(20))
    workbook.layout.mask("a").write_bytes(b"no mask")
    window.commands.projects.open_root(root)
    qtbot.waitUntil(lambda: "readers/Anna/masks/a.png" in window.panels.banner.text)
    assert part(window.panels.readers, QLabel, "readers_title").text().startswith("No reader has drawn this case yet.")
