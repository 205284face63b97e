"""`unet-desktop self-test`: the real window on a tiny synthetic project, from training to a prediction.

It proves an installation, a wheel or a packaged program: one line a check, exit code 0 or 1, nothing left behind.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler, qVersion
from PySide6.QtGui import QIcon, QImage, QImageReader
from PySide6.QtWidgets import QApplication

from unet_desktop import __version__
from unet_desktop.engine.config import PRESETS
from unet_desktop.gui import app
from unet_desktop.gui.display_check import require_display
from unet_desktop.gui.style.icons import ICONS, icon
from unet_desktop.gui.style.theme import LIGHT
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.reports.document import Document, TitledPlot
from unet_desktop.reports.plots import Histogram
from unet_desktop.reports.render import render
from unet_desktop.resources import resource

LONGEST = 120
"""Seconds after which the test gives up; on 2 cores it takes some 10."""

_TINY = replace(
    PRESETS["fast"], epochs=1, locate_epochs=1, batch_size=2, locate_batch_size=2, image_size=64, locate_size=64
)
_DOCUMENT = Document("Self-test", "", (TitledPlot("Values", Histogram("value", (0, 1, 2), (3, 4))),), "")
_HARMLESS = ("This plugin does not support",)  # what the offscreen platform says of itself


class Report:
    """Prints a line per check and remembers whether all passed."""

    def __init__(self) -> None:
        self.exit_code = 0

    @contextmanager
    def check(self, name: str) -> Iterator[None]:
        """An exception inside fails this check only."""
        began = time.monotonic()
        try:
            yield
        except Exception as error:  # noqa: BLE001 - printed, and it decides the exit code
            self.exit_code = 1
            _say(f"failed  {name}: {type(error).__name__}: {error}")
        else:
            _say(f"ok      {name} ({time.monotonic() - began:.1f} s)")


def main() -> int:
    """Run all checks, off screen where there is no display; 0 when all are well, else 1.

    Raises:
        DisplayError, ImportError: there should be a display, but no window can be opened on it.
    """
    if sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    require_display()
    watchdog = threading.Timer(LONGEST, _give_up)
    watchdog.daemon = True
    watchdog.start()
    complaints: list[str] = []

    def note(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and not text.startswith(_HARMLESS):
            complaints.append(text)

    qInstallMessageHandler(note)
    _say(f"U-Net Desktop {__version__}, Qt {qVersion()}, Python {sys.version.split()[0]}")
    report = Report()
    try:
        with tempfile.TemporaryDirectory(prefix="unet-desktop-", ignore_cleanup_errors=True) as folder:
            _run(report, Path(folder))
        with report.check("Qt has nothing to complain about"):
            _require(not complaints, "; ".join(complaints))
    finally:
        qInstallMessageHandler(None)
        watchdog.cancel()
    return report.exit_code


def _run(report: Report, folder: Path) -> None:
    application = app.make_application()
    with report.check("application icon"):
        _require(not QIcon(str(resource("icon.svg"))).pixmap(64, 64).isNull(), "the SVG cannot be drawn")
    with report.check("icons"):
        for name in ICONS:
            _require(not icon(name, LIGHT).pixmap(32, 32).isNull(), f"{name} cannot be drawn")
    with report.check("picture formats of the window"):
        formats = {bytes(entry.data()).decode() for entry in QImageReader.supportedImageFormats()}
        _require({"png", "jpeg", "svg"} <= formats, f"only {', '.join(sorted(formats))}")
    if find_spec("matplotlib") is not None:  # the extra "report" is installed
        with report.check("report with a plot"):
            _require(b"<svg" in b"".join(render(_DOCUMENT, "html")), "the page lacks its plot")
            _require(b"".join(render(_DOCUMENT, "pdf")).startswith(b"%PDF"), "this is not a PDF")
    root = folder / "project"
    with report.check("synthetic project"):
        _make_project(root)
    with report.check("window"):
        # The user's settings, window geometry and list of recent projects are none of this test's business.
        window = app.make_window(application, folder / "settings.json")
        try:
            _use(report, application, window, root)
        finally:
            window.close()
            window.deleteLater()
            application.processEvents()


def _make_project(root: Path) -> None:
    from unet_desktop.tasks.sample import SamplePlan, make_sample_project

    for event in make_sample_project(root, SamplePlan(photographs=3, corrected=2, size=256)):
        _require(not event.problem, event.problem)


def _use(report: Report, application: QApplication, window: MainWindow, root: Path) -> None:
    parts = window.app
    window.show()
    with report.check("open a project"):
        # Not by the commands, which would show errors in a dialog that nobody closes here.
        parts.session.open_project(root)
        case = parts.session.next_uncorrected()
        _require(case is not None, "no case is left to predict")
        parts.session.open_case(str(case))
        _wait(application, lambda: window.canvas.isVisible(), 10)
        _require(_colours(window.canvas.grab().toImage()) > 16, "the canvas shows no picture")
    errors: list[object] = []
    parts.project_jobs.problem.disconnect(window.errors.show)
    parts.project_jobs.problem.connect(errors.append)
    with report.check("train a network in the background"):
        parts.project_jobs.train(_TINY, from_scratch=True)
        _wait(application, lambda: bool(parts.session.models or errors), LONGEST)
        _require(not errors, str(errors))
    with report.check("predict the open case with it"):
        _wait(application, lambda: not parts.runner.busy, LONGEST)
        parts.project_jobs.predict_open_case()
        _wait(application, lambda: not parts.runner.busy, LONGEST)
        _require(not errors, str(errors))
        _require(parts.proposal.prediction is not None, "there is no proposal")


def _wait(application: QApplication, until: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not done within {seconds:.0f} s")
        application.processEvents()
        time.sleep(0.005)


def _colours(image: QImage) -> int:
    steps = range(0, min(image.width(), image.height()), 7)
    return len({image.pixel(x, y) for x in steps for y in steps})


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise RuntimeError(otherwise)


def _give_up() -> None:
    _say(f"failed  not done within {LONGEST} s")
    os._exit(1)  # something hangs, so nothing can be asked to end


def _say(line: str) -> None:
    if sys.stdout is not None:  # a windowed program on Windows has none
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
