"""Fixtures of the window's tests: no screen, a home of its own, real windows on small projects, nothing left behind."""

from __future__ import annotations

import os
import shutil
import weakref

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is imported by anything

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from drawings import disc_mask, picture
from PySide6.QtCore import Qt, QThread
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from unet_desktop.gui import app
from unet_desktop.gui.settings.view_options import View
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.drawing import MaskStyle
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.project import Project


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own: no test reads or writes the settings of whoever runs it."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("UNET_DESKTOP_NAME", "")  # nobody is asked
    return folder


PATIENCE = 60_000
"""Milliseconds to wait for what must happen. Jobs run at low priority, so on a busy machine seconds prove nothing."""


class PatientBot(QtBot):
    """A `QtBot` that gives up after `PATIENCE` where a test names no time."""

    def waitSignal(self, signal, *, timeout=PATIENCE, **options):
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitSignals(self, signals, *, timeout=PATIENCE, **options):
        return super().waitSignals(signals, timeout=timeout, **options)

    def waitUntil(self, callback, *, timeout=PATIENCE):
        super().waitUntil(callback, timeout=timeout)

    def waitExposed(self, widget, *, timeout=PATIENCE):
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's bot with patience."""
    return PatientBot(request)


@pytest.fixture(scope="session")
def started() -> Iterator[weakref.WeakSet[QThread]]:
    """The threads that were started and are still referred to."""
    threads, start = weakref.WeakSet(), QThread.start

    def start_noted(thread: QThread, *arguments) -> None:
        threads.add(thread)
        start(thread, *arguments)

    QThread.start = start_noted
    yield threads
    QThread.start = start


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: QApplication, started: weakref.WeakSet[QThread]) -> Iterator[None]:
    """Fail a test that leaves a running thread or a visible window."""
    before = set(QApplication.topLevelWidgets())
    yield
    QApplication.processEvents()
    left = [widget for widget in QApplication.topLevelWidgets() if widget not in before and widget.isVisible()]
    running = [thread for thread in started if _runs(thread)]
    for thread in running:
        thread.requestInterruption()
        thread.wait(2000)
    assert not running, f"threads still run: {running}"
    assert not left, f"windows are still open: {left}"


def _runs(thread: QThread) -> bool:
    try:
        return bool(thread.isRunning())
    except RuntimeError:  # its C++ half is gone, so it does not run
        return False


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that `root` is a copy of."""
    folder = tmp_path_factory.mktemp("pattern")
    project = Project.create(folder / "project", DISC_AND_CUP, "Test")
    for seed, name in enumerate("abcd"):
        source = folder / f"{name}.jpg"
        write_jpeg(source, picture(seed))
        project.add_image(source)
    project.save_prediction("c", disc_mask(), model="f00d", confidence=0.9)
    project.save_mask("d", disc_mask())
    return project.root


@pytest.fixture
def root(pattern: Path, tmp_path: Path) -> Path:
    """A project: a and b without masks, c predicted, d corrected."""
    return Path(shutil.copytree(pattern, tmp_path / "project"))


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    """The window as people get it, with nothing open."""
    made = app.make_window(app.make_application())
    # Or the window would ask whether to stop the job of a test.
    qtbot.addWidget(made, before_close_func=lambda window: window.app.runner.shutdown())
    # Most tests draw anywhere in the picture and look at colours; what a new user gets is tested in view/.
    made.app.view_options.set_view(replace(View(), style=MaskStyle.BOTH, close_up=False))
    made.resize(1200, 800)
    made.show()
    qtbot.waitExposed(made)
    # A test that leaves a button pressed, as people do, leaves it so for Qt's whole process.
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
        if QApplication.mouseButtons() & button:
            qtbot.mouseRelease(made, button)
    yield made
    made.close()
    qapp.setPalette(QPalette())  # tests of single widgets run in the same application and set palettes of their own


@pytest.fixture
def opened(window: MainWindow, root: Path) -> MainWindow:
    """The window on the project, with case a open."""
    window.commands.projects.open_root(root)
    assert window.app.session.case_id == "a"
    QApplication.processEvents()
    return window
