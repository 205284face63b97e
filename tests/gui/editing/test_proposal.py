"""Proposals: shown for predicted cases, accepted as one step, rejected for good."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawings import disc_mask
from gestures import drag, move, press, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from unet_desktop.errors import WriteError
from unet_desktop.gui.commands.command import Needs
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.tools.toolbox import TOOLS
from unet_desktop.gui.window.command_table import COMMANDS
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project

CTRL = Qt.KeyboardModifier.ControlModifier


def test_accept_is_one_step_saved_with_its_model(opened: MainWindow, root: Path) -> None:
    opened.app.session.open_case("c")
    assert opened.app.proposal.prediction is not None
    assert not opened.app.editor.mask.any()
    QTest.keyClick(opened, Qt.Key.Key_A)
    assert opened.app.proposal.prediction is None
    assert opened.app.editor.history.names == ("Accept proposal",)
    opened.app.autosave.flush()
    project = Project.open(root)
    assert (project.load_mask("c") == disc_mask()).all()
    assert project.case("c").state is CaseState.CORRECTED
    assert project.case("c").model == "f00d"


def test_undoing_an_acceptance_brings_the_proposal_back(opened: MainWindow, root: Path) -> None:
    opened.app.session.open_case("c")
    QTest.keyClick(opened, Qt.Key.Key_A)
    opened.app.autosave.flush()
    QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    opened.app.autosave.flush()
    assert Project.open(root).case("c").state is CaseState.PREDICTED
    assert opened.app.proposal.prediction is not None


def test_reject_throws_it_away_and_leaves_the_mask(opened: MainWindow, root: Path) -> None:
    opened.app.session.open_case("c")
    QTest.keyClick(opened, Qt.Key.Key_X)
    assert opened.app.proposal.prediction is None
    assert not opened.app.editor.mask.any()
    assert not Project.open(root).layout.prediction("c").exists()
    assert opened.app.session.open.case.state is CaseState.NEW


def test_a_corrected_case_shows_no_old_proposal(opened: MainWindow, root: Path) -> None:
    opened.app.session.project.save_prediction("d", disc_mask(20), model="f00d", confidence=0.5)
    opened.app.session.open_case("d")
    assert opened.app.proposal.prediction is None


def test_a_damaged_prediction_does_not_stop_the_case(opened: MainWindow, root: Path) -> None:
    opened.app.session.project.layout.prediction("c").write_bytes(b"no picture")
    opened.app.session.open_case("c")
    assert opened.app.session.case_id == "c"
    assert opened.panels.banner.isVisible()
    assert opened.app.proposal.prediction is None


def test_accepting_a_proposal_that_changes_nothing_still_corrects(opened: MainWindow, root: Path) -> None:
    project = opened.app.session.project
    project.save_prediction("a", disc_mask() * 0, model="f00d", confidence=0.1)
    opened.app.session.open_case("b")
    opened.app.session.open_case("a")
    QTest.keyClick(opened, Qt.Key.Key_A)
    opened.app.autosave.flush()
    assert Project.open(root).case("a").state is CaseState.CORRECTED


def test_drawing_after_an_undone_acceptance_is_nobodys_model(opened: MainWindow, root: Path) -> None:
    opened.app.session.open_case("c")
    QTest.keyClick(opened, Qt.Key.Key_A)
    QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    QTest.keyClick(opened, Qt.Key.Key_X)
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.app.autosave.flush()
    assert Project.open(root).case("c").state is CaseState.CORRECTED
    assert Project.open(root).case("c").model == ""


def test_who_paints_on_a_proposal_accepts_it(opened: MainWindow, root: Path) -> None:
    opened.app.session.open_case("c")
    drag(opened.canvas, [(5, 5), (9, 9)])
    editor, proposal = opened.app.editor, opened.app.proposal
    assert editor.history.names == ("Accept proposal", "Brush optic disc")
    assert proposal.prediction is None
    assert (editor.mask >= disc_mask()).all()
    assert editor.mask[7, 7] == 1
    assert opened.panels.status.currentMessage() == "Accepted; undo brings it back."
    opened.app.autosave.flush()
    assert Project.open(root).case("c").model == "f00d"
    for _ in range(2):
        QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    assert not editor.mask.any()
    assert proposal.prediction is not None
    assert not opened.panels.status.currentMessage()


@pytest.mark.parametrize("kind", list(ToolKind))
def test_every_tool_begins_from_what_is_proposed(opened: MainWindow, kind: ToolKind) -> None:
    opened.app.session.open_case("c")
    opened.app.options.choose_tool(kind)
    press(opened.canvas, (30, 30))
    assert opened.app.editor.history.names[:1] == (("Accept proposal",) if TOOLS[kind].edits_mask else ())
    release(opened.canvas, (30, 30))
    opened.app.editor.leave()
    assert_accepted_with_a_step_or_waiting(opened)


def assert_accepted_with_a_step_or_waiting(window: MainWindow) -> None:
    """A proposal is accepted by what is painted on it, never by a press that paints nothing."""
    names, waiting = window.app.editor.history.names, window.app.proposal.prediction is not None
    assert (names == ()) is waiting
    assert len(names) != 1
    assert window.app.editor.mask.any() is np.bool_(not waiting)


def test_a_click_beside_the_picture_accepts_nothing(opened: MainWindow, root: Path) -> None:
    opened.app.session.open_case("c")
    drag(opened.canvas, [(-30, -35), (-30, -35)])
    opened.app.autosave.flush()
    assert Project.open(root).case("c").state is CaseState.PREDICTED
    assert opened.app.proposal.prediction is not None


def test_a_shape_that_is_given_up_accepts_nothing(opened: MainWindow) -> None:
    opened.app.session.open_case("c")
    opened.app.options.choose_tool(ToolKind.POLYGON)
    drag(opened.canvas, [(5, 5), (5, 5)])
    assert opened.app.editor.history.names == ("Accept proposal",)
    QTest.keyClick(opened.canvas, Qt.Key.Key_Escape)
    assert opened.app.editor.history.names == ()
    assert opened.app.proposal.prediction is not None


def test_what_stands_in_the_history_on_purpose_stays(opened: MainWindow) -> None:
    opened.app.session.open_case("c")
    drag(opened.canvas, [(5, 5), (9, 9)])
    QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)  # the stroke; what was accepted is kept
    drag(opened.canvas, [(-30, -35), (-30, -35)])
    assert opened.app.editor.history.names == ("Accept proposal",)


CHANGING = [
    command
    for command in COMMANDS
    if Needs.CASE | Needs.WRITABLE in command.needs and command.heading in ("Editing", "Tools", "Region")
]
REPLACING = {"region.copy_previous", "region.mirror"}
"""They take a mask from elsewhere, so what was proposed does not matter."""


def test_every_command_that_edits_begins_from_what_is_proposed(opened: MainWindow, qtbot) -> None:
    editor, proposal = opened.app.editor, opened.app.proposal
    opened.app.session.open_case("c")
    waiting = proposal.prediction.mask
    for described in CHANGING:
        if described.id in REPLACING:
            continue
        opened.actions_by_id[described.id].trigger()
        edited = editor.history.names or editor.mask.any()
        assert not edited or editor.history.names[:1] == ("Accept proposal",), described.id
        assert not edited or described.edits, described.id
        if described.id == "edit.fit_ellipse":
            assert opened.app.toolbox.current.pending
            QTest.keyClick(opened.canvas, Qt.Key.Key_Escape)
            assert editor.history.names == ()  # given up: nothing was accepted
        while editor.history.can_undo:
            QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
        qtbot.waitUntil(lambda: proposal.prediction is not None)
        np.testing.assert_array_equal(proposal.prediction.mask, waiting)
    assert {described.id for described in CHANGING if described.edits} >= {
        *("region.grow", "region.shrink", "region.grow_more", "region.shrink_more", "region.smooth"),
        *("region.keep_largest", "region.fill_holes", "region.only_strokes", "edit.fit_ellipse"),
    }


def test_a_command_that_finds_nothing_to_change_accepts_nothing(opened: MainWindow) -> None:
    opened.app.session.open_case("c")
    opened.actions_by_id["region.fill_holes"].trigger()
    assert opened.app.editor.history.names == ()
    assert opened.app.proposal.prediction is not None
    assert opened.panels.status.currentMessage() == "There are no holes in optic disc."


def test_the_contour_has_its_handles_on_the_proposal_and_a_key_or_a_drag_accepts_it(opened: MainWindow) -> None:
    editor = opened.app.editor
    opened.app.session.open_case("c")
    QTest.keyClick(opened, Qt.Key.Key_W)
    handles = opened.app.toolbox.current.sketch.handles
    assert len(handles) >= 4
    assert editor.history.names == ()
    move(opened.canvas, (handles[0].x, handles[0].y), Qt.MouseButton.NoButton)
    assert opened.app.proposal.prediction is not None
    QTest.keyClick(opened.canvas, Qt.Key.Key_Up)
    assert editor.history.names == ("Accept proposal",)
    QTest.keyClick(opened.canvas, Qt.Key.Key_Return)
    assert editor.history.names == ("Accept proposal", "Contour optic disc")


def test_a_proposal_that_arrives_does_not_disturb_a_shape(opened: MainWindow) -> None:
    opened.app.session.open_case("a")
    opened.app.options.choose_tool(ToolKind.POLYGON)
    drag(opened.canvas, [(10, 10), (10, 10)])
    opened.app.session.project.save_prediction("a", disc_mask(), model="f00d", confidence=0.5)
    opened.app.proposal.show_prediction()
    for corner in ((50, 10), (50, 40)):
        drag(opened.canvas, [corner, corner])
    QTest.keyClick(opened.canvas, Qt.Key.Key_Return)
    assert opened.app.editor.history.names == ("Polygon optic disc",)
    assert opened.app.editor.mask[15, 45] == 1
    assert opened.app.proposal.prediction is not None


def test_strokes_on_a_mask_of_ones_own_leave_the_proposal_waiting(opened: MainWindow) -> None:
    opened.app.session.project.save_prediction("d", disc_mask(20), model="f00d", confidence=0.5)
    opened.app.session.open_case("d")
    opened.app.proposal.show_prediction()
    drag(opened.canvas, [(5, 5), (9, 9)])
    assert opened.app.editor.history.names == ("Brush optic disc",)
    assert opened.app.proposal.prediction is not None


def test_undo_and_redo_bring_back_where_the_mask_came_from(opened: MainWindow, root: Path) -> None:
    session = opened.app.session
    session.project.save_mask("d", disc_mask(), model="beef")
    session.project.save_prediction("d", disc_mask(20), model="f00d", confidence=0.5)
    session.open_case("d")
    opened.app.proposal.show_prediction()
    QTest.keyClick(opened, Qt.Key.Key_A)
    opened.app.autosave.flush()
    assert Project.open(root).case("d").model == "f00d"
    session.open_case("a")  # the history is kept, and what it says of the origin with it
    session.open_case("d")
    QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    opened.app.autosave.flush()
    assert Project.open(root).case("d").model == "beef"
    QTest.keyClick(opened, Qt.Key.Key_Y, CTRL)
    opened.app.autosave.flush()
    assert Project.open(root).case("d").model == "f00d"
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.app.autosave.flush()
    assert Project.open(root).case("d").model == "f00d"


def test_a_proposal_that_cannot_be_removed_stays_and_says_why(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Project, case_id: str) -> None:
        raise WriteError("The folder is read-only.")

    monkeypatch.setattr(Project, "discard_prediction", refuse)
    opened.app.session.open_case("c")
    QTest.keyClick(opened, Qt.Key.Key_X)
    (box,) = opened.findChildren(QMessageBox)
    assert box.text() == "The folder is read-only."
    box.close()
    assert opened.app.proposal.prediction is not None


def test_a_rejected_proposal_can_be_taken_back(opened: MainWindow, root: Path) -> None:
    opened.app.session.open_case("c")
    before = Project.open(root).load_prediction("c")
    QTest.keyClick(opened, Qt.Key.Key_X)
    assert opened.panels.status.currentMessage() == "The proposal was rejected; undo brings it back."
    QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    assert opened.app.proposal.prediction is not None
    after = Project.open(root).load_prediction("c")
    assert (after.mask == before.mask).all()
    assert (after.model, after.confidence) == (before.model, before.confidence)
    assert Project.open(root).case("c").state is CaseState.PREDICTED
    assert not opened.actions_by_id["edit.undo"].isEnabled()


def test_undo_after_a_rejection_and_a_stroke_undoes_the_stroke(opened: MainWindow, root: Path) -> None:
    opened.app.session.open_case("c")
    QTest.keyClick(opened, Qt.Key.Key_X)
    drag(opened.canvas, [(40, 40), (60, 60)])
    QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    assert not opened.app.editor.mask.any()
    assert opened.app.proposal.prediction is None


def test_accepting_over_a_mask_says_so_and_undo_brings_both_back(opened: MainWindow, root: Path) -> None:
    session = opened.app.session
    session.project.save_prediction("d", disc_mask(20), model="f00d", confidence=0.5)
    session.open_case("d")
    opened.app.proposal.show_prediction()
    QTest.keyClick(opened, Qt.Key.Key_A)
    assert opened.panels.status.currentMessage() == "Accepted over your mask; undo brings it back."
    assert opened.app.proposal.prediction is None
    QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    assert (opened.app.editor.mask == disc_mask()).all()
    assert (opened.app.proposal.prediction.mask == disc_mask(20)).all()
    QTest.keyClick(opened, Qt.Key.Key_Y, CTRL)
    assert opened.app.proposal.prediction is None
