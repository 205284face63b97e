"""The case list: states, thumbnails, choosing, thousands of cases."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_parts import case_counts, case_rows

from unet_desktop.gui.cases.panel import CasesPanel
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.project.case_query import CaseQuery
from unet_desktop.project.project import Project


def test_a_click_opens_the_case(opened: MainWindow) -> None:
    rows = case_rows(opened)
    place = rows.visualRect(rows.model().index(2, 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.app.session.case_id == "c"
    QTest.keyClick(opened, Qt.Key.Key_PageUp)
    assert opened.app.session.case_id == "b"
    assert rows.currentIndex().row() == 1


def test_u_goes_round_the_uncorrected(opened: MainWindow) -> None:
    seen = []
    for _ in range(4):
        QTest.keyClick(opened, Qt.Key.Key_U)
        seen.append(opened.app.session.case_id)
    assert seen == ["b", "c", "a", "b"]


def test_thumbnails_come_and_are_kept_on_disk(opened: MainWindow, root: Path, qtbot) -> None:
    kept = root / ".thumbnails" / "a.jpg"
    qtbot.waitUntil(lambda: opened.panels.thumbnails.find("a") is not None)
    assert kept.exists()


def test_a_case_without_picture_has_an_empty_thumbnail(root: Path, qtbot) -> None:
    project = Project.open(root)
    project.image_path("b").unlink()
    thumbnails = Thumbnails()
    thumbnails.set_project(project)
    with qtbot.waitSignal(thumbnails.loaded):
        thumbnails.find("b")
    assert thumbnails.find("b").isNull()
    thumbnails.shutdown()


def test_ten_thousand_cases(root: Path, qtbot) -> None:
    project = Project.open(root)
    case = project.case("a")
    ids = [f"case-{n}" for n in range(10_000)]
    project._records.cases = {case_id: replace(case, id=case_id) for case_id in ids}
    thumbnails = Thumbnails()
    panel = CasesPanel(thumbnails)
    qtbot.addWidget(panel)
    panel.resize(250, 700)
    panel.show()
    started = time.perf_counter()
    panel.set_cases(project, ids, CaseQuery(), None)
    panel.set_current("case-9000")
    panel.grab()
    assert time.perf_counter() - started < 1.0
    assert len(thumbnails._asked) <= 40
    thumbnails.shutdown()


def test_progress_counts(opened: MainWindow) -> None:
    assert case_counts(opened) == "1 of 4 corrected"


def test_the_title_names_case_and_project(opened: MainWindow) -> None:
    assert opened.windowTitle() == "a – Test – U-Net Desktop"
