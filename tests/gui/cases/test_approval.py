"""An approval is of one mask: whatever changes the mask ends it, visibly, and it is said once."""

from __future__ import annotations

from pathlib import Path

import pytest
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_parts import status_text

from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project


@pytest.fixture
def approved(opened: MainWindow, qtbot) -> MainWindow:
    """The window on case d, painted and then approved."""
    opened.commands.cases.open_case("d")
    drag(opened.canvas, [(20, 20), (30, 30)])
    opened.actions_by_id["case.approve"].trigger()
    qtbot.waitUntil(lambda: opened.actions_by_id["case.approve"].isChecked())
    assert opened.app.session.project.case("d").state is CaseState.APPROVED
    assert not opened.panels.status.currentMessage()
    return opened


def test_painting_takes_the_approval_back_and_says_so(approved: MainWindow, root: Path) -> None:
    drag(approved.canvas, [(40, 20), (50, 30)])
    assert approved.panels.status.currentMessage().startswith(
        "Changed after it was approved: approve it again with Ctrl"
    )
    assert not approved.actions_by_id["case.approve"].isChecked()
    assert approved.app.session.open.case.state is CaseState.CORRECTED
    assert status_text(approved, "case") == "Corrected"
    assert approved.app.autosave.flush()
    assert Project.open(root).case("d").state is CaseState.CORRECTED
    approved.panels.status.clearMessage()
    drag(approved.canvas, [(60, 20), (60, 30)])
    assert not approved.panels.status.currentMessage()


def test_so_do_undo_and_redo(approved: MainWindow, root: Path) -> None:
    for key in (Qt.Key.Key_Z, Qt.Key.Key_Y):
        QTest.keyClick(approved, key, Qt.KeyboardModifier.ControlModifier)
        assert approved.app.session.open.case.state is CaseState.CORRECTED
        approved.actions_by_id["case.approve"].trigger()
        assert approved.app.session.open.case.state is CaseState.APPROVED
        assert Project.open(root).case("d").state is CaseState.APPROVED
