"""The window's start: environment, application, theme, app_model, window."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from unet_desktop import __version__
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.jobs.device_probe import DeviceProbe
from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.style.theme import Appearance
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.opencv import cv2
from unet_desktop.log import start_logging
from unet_desktop.resources import resource

_PROBE_AFTER = 1500
"""Milliseconds until torch is loaded to name the device: the window must be usable first."""


def main(arguments: list[str]) -> int:
    """Open the window, on a project when its folder is given; returns the exit code. It needs a display."""
    start_logging()
    gc.disable()  # a start makes some 200,000 objects that stay, and looking through them takes a tenth of it
    application = make_application()
    window = make_window(application)
    window.errors.install_excepthook()
    probe = DeviceProbe(window)
    probe.found.connect(window.panels.status.set_device)
    probe.found.connect(window.panels.training.set_device)
    window.show()
    if arguments:
        root = Path(arguments[0]).absolute()
        QTimer.singleShot(0, lambda: window.commands.projects.open_root(root))
    QTimer.singleShot(_PROBE_AFTER, lambda: _end_start(probe))
    try:
        return application.exec()
    finally:
        gc.enable()
        probe.shutdown()


def _end_start(probe: DeviceProbe) -> None:
    gc.freeze()  # what the start made is never looked through again, which would hold up a stroke
    gc.enable()
    probe.start()


def make_application() -> QApplication:
    """Make the application with its names and icon, or return the running one."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    QCoreApplication.setOrganizationName("unet-desktop")
    QCoreApplication.setApplicationName("unet-desktop")
    QCoreApplication.setApplicationVersion(__version__)
    QGuiApplication.setApplicationDisplayName("")
    QGuiApplication.setDesktopFileName("unet-desktop")
    application.setWindowIcon(QIcon(str(resource("icon.svg"))))
    # OpenCV's own threads would compete with torch's for the few cores of an office PC.
    cv2.setNumThreads(1)
    return application


def make_window(application: QApplication, settings: Path | None = None) -> MainWindow:
    """Make the window with everything behind it; nothing is open or shown yet.

    Args:
        application: the running one.
        settings: file to remember settings in; None for that of this computer's user.
    """
    store = Store(settings)
    appearance = Appearance(application, store.settings.theme)
    window = MainWindow(AppModel(store), appearance)
    if store.problems:
        window.panels.banner.show_problem(" ".join(store.problems))
    return window
