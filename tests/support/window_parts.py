"""Parts of the window as a test reads them: by their kind and name, and the texts that they show."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QLabel, QListView, QPushButton, QWidget

from unet_desktop.gui.canvas.canvas import Canvas, Layers
from unet_desktop.gui.window.main_window import MainWindow

Part = TypeVar("Part", bound=QWidget)


def part(widget: QWidget, kind: type[Part], name: str = "") -> Part:
    """The widget of this kind and object name in another one; without a name, the first of its kind."""
    found = widget.findChild(kind, name) if name else widget.findChild(kind)
    assert found is not None
    return found


def timer_of(thing: QObject, interval: int | None = None) -> QTimer:
    """The timer of an object that has one; of several, the one with this interval in milliseconds."""
    timers = thing.findChildren(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    (timer,) = [timer for timer in timers if interval in (None, timer.interval())]
    return timer


def status_text(window: MainWindow, name: str) -> str:
    """Text of the status line's label: pointer, region, zoom, case, note or job."""
    return part(window.panels.status, QLabel, name).text()


def case_rows(window: MainWindow) -> QListView:
    """The list of cases."""
    return part(window.panels.cases, QListView, "cases")


def case_counts(window: MainWindow) -> str:
    """The sentence above the list of cases."""
    return part(window.panels.cases, QLabel, "case_counts").text()


def banner_retry(window: MainWindow) -> QPushButton:
    """The banner's button "Try again"."""
    return part(window.panels.banner, QPushButton, "try_again")


def layers_of(canvas: Canvas) -> Layers:
    """What the canvas paints; pixels of a thin ring or a sketch would tell less, and depend on the style."""
    return canvas._layers
