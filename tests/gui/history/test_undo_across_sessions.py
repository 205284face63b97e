"""Undo goes on where the last session ended: its journal is put away, not deleted, and taken up again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from drawings import disc_mask
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from unet_desktop.gui import app
from unet_desktop.gui.editing import autosave
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.history import Step, StepKind
from unet_desktop.masks.patch import Patch, SourcePatch
from unet_desktop.project.journal import FRAME, Journal, JournalHeader, MaskWriteStarted, checksum_of, read_journal
from unet_desktop.project.layout import Layout
from unet_desktop.project.lease import lease_project
from unet_desktop.project.past_journal import put_away
from unet_desktop.project.project import Project
from unet_desktop.project.version_limits import VersionLimits, prune_versions

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def start(qtbot: QtBot, root: Path) -> Iterator[Callable[[], MainWindow]]:
    """Function that starts the program on case d; the window before must be closed."""

    def make() -> MainWindow:
        window = app.make_window(app.make_application())
        qtbot.addWidget(window, before_close_func=lambda window: window.app.runner.shutdown())
        window.resize(1000, 760)
        window.show()
        window.commands.projects.open_root(root)
        window.app.session.open_case("d")
        return window

    return make


def paint(window: MainWindow, x: float = 40) -> np.ndarray:
    drag(window.canvas, [(x, 40), (x + 20, 60)])
    return window.app.editor.mask.copy()


def press(window: MainWindow, key: Qt.Key) -> np.ndarray:
    QTest.keyClick(window, key, CTRL)
    return window.app.editor.mask.copy()


def test_undo_and_redo_reach_into_the_session_before(start, root):
    first = start()
    one, two = paint(first), paint(first, 60)
    assert first.close()
    second = start()
    assert (second.app.editor.mask == two).all()
    assert (press(second, Qt.Key.Key_Z) == one).all()
    assert (press(second, Qt.Key.Key_Z) == disc_mask()).all()
    assert (press(second, Qt.Key.Key_Y) == one).all()
    assert second.close()
    third = start()
    assert (press(third, Qt.Key.Key_Y) == two).all()
    assert third.close()
    assert (Project.open(root).load_mask("d") == two).all()


def test_the_sessions_add_up_and_a_kill_in_the_second_loses_nothing(start, root, tmp_path, qtbot):
    first = start()
    paint(first)
    assert first.close()
    assert not list((root / "masks").glob("*.journal*"))
    second = start()
    two = paint(second, 60)
    qtbot.waitUntil(lambda: second.app.autosave.safe)
    assert read_journal(Layout(root).journal("d")).steps == 2
    killed = Path(shutil.copytree(root, tmp_path / "killed"))
    assert second.close()
    with lease_project(killed) as lease:
        assert "Recovered 1 step of d" in lease.recovered[0]
    assert (Project.open(killed).load_mask("d") == two).all()
    third = start()
    assert len(third.app.editor.history.names) == 2
    assert third.close()


def test_undoing_everything_of_yesterday_leaves_the_case_as_it_was(start, root):
    first = start()
    first.app.session.open_case("a")
    paint(first)
    assert first.close()
    assert (root / "masks" / "a.png").exists()
    second = start()
    second.app.session.open_case("a")
    press(second, Qt.Key.Key_Z)
    assert second.close()
    assert not (root / "masks" / "a.png").exists()
    third = start()
    third.app.session.open_case("a")
    assert press(third, Qt.Key.Key_Y).any()
    assert third.close()


def test_a_mask_that_was_changed_meanwhile_has_no_steps_of_the_session_before(start, root):
    first = start()
    paint(first)
    assert first.close()
    project = Project.open(root)
    write_mask(project.layout.mask("d"), disc_mask(20), project.labels)
    second = start()
    assert not second.app.editor.history.can_undo
    paint(second, 60)
    assert len(second.app.editor.history.names) == 1
    assert second.close()
    assert read_journal(Layout(root).past_journal("d")).steps == 1


@pytest.mark.parametrize("damage", [b"", b"unet-desktop journal 1\n", b"\xff" * 300, None])
def test_damage_keeps_nobody_from_working(start, root, damage):
    first = start()
    painted = paint(first)
    assert first.close()
    past = Layout(root).past_journal("d")
    past.write_bytes(past.read_bytes()[:-20] if damage is None else damage)
    second = start()
    assert (second.app.editor.mask == painted).all()
    paint(second, 60)
    assert second.app.editor.history.can_undo
    assert second.close()


@pytest.mark.parametrize("case_id", ["a", "d"])  # a began without a mask
def test_of_a_journal_that_takes_long_to_read_the_newest_steps_are_kept(start, root, monkeypatch, case_id):
    first = start()
    first.app.session.open_case(case_id)
    masks = [paint(first, x) for x in (30, 50, 70, 90)]
    assert first.app.autosave.flush()
    records = read_journal(Layout(root).journal(case_id)).records
    room = sum(FRAME.size + len(record) for record in records[-2:])
    monkeypatch.setattr(autosave, "put_away", lambda *arguments: put_away(*arguments, limit=room))
    assert first.close()
    assert not Layout(root).journal(case_id).exists()
    assert read_journal(Layout(root).past_journal(case_id)).steps == 2
    second = start()
    second.app.session.open_case(case_id)
    assert (second.app.editor.mask == masks[-1]).all()
    assert (press(second, Qt.Key.Key_Z) == masks[-2]).all()
    assert (press(second, Qt.Key.Key_Z) == masks[-3]).all()
    assert not second.app.editor.history.can_undo
    assert not second.app.editor.untouched
    assert second.close()
    assert (Project.open(root).load_mask(case_id) == masks[-3]).all()


def test_without_room_for_a_step_none_is_kept(start, root, monkeypatch):
    first = start()
    paint(first)
    assert first.close()
    monkeypatch.setattr(autosave, "put_away", lambda *arguments: put_away(*arguments, limit=20))
    second = start()
    two = paint(second, 60)
    assert second.close()
    assert not Layout(root).past_journal("d").exists()
    assert not Layout(root).journal("d").exists()
    assert (Project.open(root).load_mask("d") == two).all()


def test_the_model_of_steps_that_were_left_out_is_kept(tmp_path):
    layout, mask = Layout(tmp_path), np.zeros((4, 4), np.uint8)
    layout.masks.mkdir()
    journal = Journal(layout.journal("x"), JournalHeader(4, 4, None, True, ""))
    ones, twos = np.ones((4, 4), np.uint8), np.full((4, 4), 2, np.uint8)
    journal.add(Step(StepKind.DONE, SourcePatch("Accept", 0, 0, mask, ones, "", "f00d")))
    journal.add(Step(StepKind.DONE, Patch("Brush", 0, 0, ones, twos)))
    journal.add(MaskWriteStarted(checksum_of(twos), 2))
    journal.flush()
    put_away(layout, "x", read_journal(journal.path), limit=FRAME.size + len(read_journal(journal.path).records[-1]))
    past = read_journal(layout.past_journal("x"))
    replayed = ones.copy()
    assert (past.steps, past.replay(replayed).model, past.header.began_empty) == (1, "f00d", False)
    assert (replayed == twos).all()
    assert past.steps_in(checksum_of(twos)) == 1


def test_nothing_is_put_away_through_a_link(start, root, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Layout(root).history.mkdir()
    Layout(root).versions("d").symlink_to(elsewhere)
    first = start()
    painted = paint(first)
    assert first.close()
    assert list(elsewhere.iterdir()) == []
    assert not Layout(root).journal("d").exists()
    assert (Project.open(root).load_mask("d") == painted).all()


def test_what_nobody_went_on_with_is_dropped_in_the_end(start, root):
    first = start()
    paint(first)
    assert first.close()
    past = Layout(root).past_journal("d")
    prune_versions(Layout(root), VersionLimits())
    assert past.exists()
    os.utime(past, (1_000_000_000, 1_000_000_000))
    prune_versions(Layout(root), VersionLimits())
    assert not past.exists()
