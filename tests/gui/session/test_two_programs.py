"""Two programs on one project: the second only looks, says who has it, and gets it when the first one leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from window_parts import banner_retry, part

from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.history import Step, StepKind
from unet_desktop.masks.patch import patch_between
from unet_desktop.project.journal import Journal, JournalHeader, MaskWriteStarted, checksum_of
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.project import Project

pytestmark = pytest.mark.slow

OTHER = """
import sys
from pathlib import Path
from unet_desktop.masks.patch import patch_between
from unet_desktop.masks.history import Step, StepKind
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.journal import Journal, JournalHeader, MaskWriteStarted, checksum_of
from unet_desktop.project.project import Project
with lease_exclusively(Path(sys.argv[1])) as access:
    print("open", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def other(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program that has the project; it leaves when it is told a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.communicate()


def content(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_second_says_who_has_it_and_changes_nothing(window: MainWindow, root: Path, other) -> None:
    before = content(root)
    window.commands.projects.open_root(root)
    banner = window.panels.banner
    assert banner.isVisible()
    assert banner.text.startswith("This project is open in another program (")
    assert f"process {other.pid}, since " in banner.text
    assert banner.text.endswith("), so it cannot be changed here.")
    mask = window.app.editor.mask.copy()
    drag(window.canvas, [(40, 40), (60, 60)])
    drag(window.canvas, [(40, 40), (60, 60)], Qt.MouseButton.RightButton)
    assert window.panels.status.currentMessage().startswith("This project is open in another program")
    assert window.canvas.cursor().shape() is Qt.CursorShape.ForbiddenCursor
    assert np.array_equal(window.app.editor.mask, mask)
    assert not window.app.editor.history.can_undo
    for command in (
        "tool.brush",
        "tool.ellipse",
        "case.approve",
        "case.flag",
        "case.note",
        "case.eye",
        "case.details",
        "region.fill_holes",
        "project.import_images",
        "project.read_again",
    ):
        assert not window.actions_by_id[command].isEnabled(), command
    assert not part(window.panels.training, QPushButton, "start").isEnabled()
    QTest.keyClick(window, Qt.Key.Key_N)
    assert window.app.session.case_id is not None
    window.commands.projects.close()
    assert content(root) == before


def test_steps_of_the_first_one_cannot_be_undone_by_the_second(window: MainWindow, root: Path, other) -> None:
    project = Project.open(root)
    mask = project.load_mask("d")
    start = JournalHeader(*mask.shape, checksum_of(mask), False, "")
    journal, after = Journal(project.layout.journal("d"), start), mask.copy()
    after[:5, :5] = 1
    journal.add(Step(StepKind.DONE, patch_between("Brush", mask, after)))
    journal.add(MaskWriteStarted(checksum_of(after), 1))
    journal.flush()
    project.write_mask("d", after)
    before = content(root)
    window.commands.projects.open_root(root)
    window.commands.cases.open_case("d")
    editor = window.app.editor
    assert editor.history.names == ("Brush",)
    assert not window.actions_by_id["edit.undo"].isEnabled()
    editor.undo()
    editor.go_to(0)
    assert np.array_equal(editor.mask, after)
    assert window.app.autosave.flush()
    assert content(root) == before


def test_a_proposal_can_be_neither_accepted_nor_rejected(window: MainWindow, root: Path, other) -> None:
    window.commands.projects.open_root(root)
    window.commands.cases.open_case("c")
    assert window.app.proposal.prediction is not None
    assert not window.actions_by_id["proposal.accept"].isEnabled()
    assert not window.actions_by_id["proposal.reject"].isEnabled()


def test_it_can_be_changed_when_the_first_one_has_left(window: MainWindow, root: Path, other, qtbot) -> None:
    window.commands.projects.open_root(root)
    window.commands.cases.open_case("b")
    qtbot.mouseClick(banner_retry(window), Qt.MouseButton.LeftButton)
    assert window.panels.banner.isVisible()  # it is still there
    assert window.app.session.project.read_only
    other.communicate("\n")
    qtbot.mouseClick(banner_retry(window), Qt.MouseButton.LeftButton)
    assert not window.panels.banner.isVisible()
    assert window.app.session.case_id == "b"
    drag(window.canvas, [(40, 40), (60, 60)])
    assert window.app.editor.mask.any()
    assert window.app.autosave.flush()


def test_a_killed_program_holds_nothing(window: MainWindow, root: Path, other) -> None:
    other.kill()
    other.wait()
    window.commands.projects.open_root(root)
    assert not window.app.session.project.read_only
    assert not window.panels.banner.isVisible()


@pytest.mark.parametrize("command", [["train"], ["import", "{root}/images"]])
def test_the_terminal_keeps_away_from_what_the_window_has(opened: MainWindow, root: Path, command: list[str]) -> None:
    name, *arguments = [part.format(root=root) for part in command]
    done = subprocess.run(
        [sys.executable, "-m", "unet_desktop", name, *arguments, str(root)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    told = " ".join(done.stderr.split())
    assert f"process {os.getpid()}" in told
    assert "Close it there, then try again." in told


def test_leaving_the_project_lets_others_have_it(opened: MainWindow, root: Path) -> None:
    opened.commands.projects.close()
    lease_exclusively(root).release()


def test_closing_the_window_lets_others_have_it(opened: MainWindow, root: Path) -> None:
    opened.close()
    lease_exclusively(root).release()
