"""Banner: it lies over the canvas, which does not move; it ends with its case and is closed by Escape."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton
from pytestqt.qtbot import QtBot
from window_parts import banner_retry, part

from unet_desktop.gui.window.main_window import MainWindow

LONG = "x.jpg cannot be read: it ends too early. " * 12


def place(window: MainWindow) -> tuple[QRect, float, float, float]:
    """Where the canvas is in the window, and the picture in the canvas."""
    QApplication.processEvents()
    canvas = window.canvas
    area = QRect(canvas.mapTo(window, QPoint()), canvas.size())
    return area, canvas.viewport.left, canvas.viewport.top, canvas.viewport.zoom


@pytest.mark.parametrize("sentence", ["The disk is full.", LONG])
def test_the_picture_does_not_move_when_a_message_comes_or_goes(opened: MainWindow, sentence: str) -> None:
    before = place(opened)
    banner = opened.panels.banner
    banner.show_problem(sentence, retry=True)
    assert place(opened) == before
    over = QRect(banner.mapTo(opened, QPoint()), banner.size())
    assert before[0].contains(over)
    close = part(banner, QPushButton, "close_message")
    assert banner.rect().contains(close.geometry())
    opened.resize(opened.width() - 150, opened.height())
    QApplication.processEvents()
    assert banner.width() <= opened.canvas.width()
    opened.resize(opened.width() + 150, opened.height())
    banner.dismiss()
    assert place(opened)[0] == before[0]


def test_a_message_about_a_case_ends_with_it(opened: MainWindow) -> None:
    opened.app.proposal.problem.emit("The prediction of a cannot be read.")
    opened.panels.status.showMessage("The optic disc was trimmed.", 8000)
    assert opened.panels.banner.isVisible()
    opened.commands.cases.open_case("b")
    assert not opened.panels.banner.isVisible()
    assert opened.panels.status.currentMessage() == ""


def test_other_messages_outlast_the_case(opened: MainWindow) -> None:
    opened.panels.banner.show_result("3 pictures were left out.", None, False)
    opened.app.project_jobs.notice.emit("Trained.", None, True)
    opened.commands.cases.open_case("b")
    assert opened.panels.banner.isVisible()
    assert opened.panels.status.currentMessage() == "Trained."


def test_escape_cancels_the_shape_first_and_then_closes_the_message(opened: MainWindow, qtbot: QtBot) -> None:
    opened.actions_by_id["tool.polygon"].trigger()
    opened.canvas.setFocus()
    centre = opened.canvas.rect().center()
    for across in (0, 60):
        qtbot.mouseClick(opened.canvas, Qt.MouseButton.LeftButton, pos=centre + QPoint(across, 80))
    assert opened.app.toolbox.current.pending
    opened.panels.banner.show_problem("The disk is full.")
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Escape)
    assert not opened.app.toolbox.current.pending
    assert opened.panels.banner.isVisible()
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Escape)
    assert not opened.panels.banner.isVisible()


@pytest.mark.parametrize(
    "focus",
    [
        lambda window: window.canvas,
        lambda window: part(window.panels.banner, QPushButton, "close_message"),
        lambda window: part(window.panels.measure, QPushButton),
    ],
)
def test_escape_closes_it_from_anywhere_and_the_canvas_gets_the_keyboard(
    opened: MainWindow, qtbot: QtBot, focus: Callable[[MainWindow], QPushButton]
) -> None:
    opened.panels.banner.show_problem("The disk is full.")
    widget = focus(opened)
    had_it = opened.panels.banner.isAncestorOf(widget)
    widget.setFocus()
    qtbot.keyClick(widget, Qt.Key.Key_Escape)
    assert not opened.panels.banner.isVisible()
    assert not had_it or QApplication.focusWidget() is opened.canvas


def test_escape_closes_a_message_on_the_first_page(window: MainWindow, qtbot: QtBot) -> None:
    window.panels.banner.show_problem("The disk is full.")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.panels.banner.isVisible()


def test_what_still_holds_stays_in_the_status_line(opened: MainWindow, qtbot: QtBot) -> None:
    sign = part(opened.panels.status, QToolButton, "attention")
    opened.app.autosave.failed.emit("The mask of a cannot be saved. The disk is full.")
    assert banner_retry(opened).isVisible()
    assert not sign.isVisible()
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Escape)
    assert sign.isVisible()
    assert sign.text() == "Not saved"
    qtbot.mouseClick(sign, Qt.MouseButton.LeftButton)
    assert opened.panels.banner.text.startswith("The mask of a cannot be saved.")
    assert not sign.isVisible()
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Escape)
    opened.app.autosave.recovered.emit()
    assert not sign.isVisible()
