"""ErrorDialogs: one dialog a problem, sentences for people, tracebacks for the log."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from unet_desktop.errors import ProjectError
from unet_desktop.gui.messages.error_dialogs import ErrorDialogs


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def problems(window: QWidget) -> ErrorDialogs:
    return ErrorDialogs(window)


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "log.txt"
    handler = logging.FileHandler(path, encoding="utf-8")
    logging.getLogger("unet").addHandler(handler)
    yield path
    logging.getLogger("unet").removeHandler(handler)
    handler.close()


def boxes(window: QWidget) -> list[QMessageBox]:
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def close(qtbot: QtBot, box: QMessageBox) -> None:
    button = box.findChild(QPushButton)
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_user_error_is_its_sentence(qtbot: QtBot, window: QWidget, problems: ErrorDialogs) -> None:
    problems.show(ProjectError("<b>/photos</b> is not a project. Choose a project's folder."))
    (box,) = boxes(window)
    assert box.text() == "<b>/photos</b> is not a project. Choose a project's folder."
    assert box.textFormat() == Qt.TextFormat.PlainText
    close(qtbot, box)
    qtbot.waitUntil(lambda: not boxes(window))


def test_a_bug_goes_to_the_log_and_the_dialog_says_where_that_is(
    qtbot: QtBot, window: QWidget, problems: ErrorDialogs, log_file: Path
) -> None:
    try:
        {}["disc"]
    except KeyError as error:
        problems.show(error)
    (box,) = boxes(window)
    assert str(log_file) in box.informativeText()
    assert "Traceback" in log_file.read_text("utf-8")
    close(qtbot, box)


def test_the_same_problem_is_shown_once_while_it_is_open(qtbot: QtBot, window: QWidget, problems: ErrorDialogs) -> None:
    for _ in range(3):
        problems.show(ProjectError("The disk is full."))
    problems.show(ProjectError("Another one."))
    assert sorted(box.text() for box in boxes(window)) == ["Another one.", "The disk is full."]
    for box in boxes(window):
        close(qtbot, box)
    problems.show(ProjectError("The disk is full."))
    assert len(boxes(window)) == 1
    close(qtbot, boxes(window)[0])


def test_what_nobody_caught_is_shown_from_any_thread(
    qtbot: QtBot, window: QWidget, problems: ErrorDialogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    problems.install_excepthook()

    def fail() -> None:
        raise ProjectError("From a thread.")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: [box.text() for box in boxes(window)] == ["From a thread."])
    close(qtbot, boxes(window)[0])


def test_ctrl_c_is_not_a_problem(
    window: QWidget, problems: ErrorDialogs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    problems.install_excepthook()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert "KeyboardInterrupt" in capsys.readouterr().err
    assert boxes(window) == []
