"""The status line: it follows the pointer without laying the window out again."""

from __future__ import annotations

from gestures import move
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QLabel
from window_parts import part

from unet_desktop.gui.window.main_window import MainWindow


class LayoutRequests(QObject):
    """Counts how often a widget is asked for a new layout."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


def test_a_move_of_the_pointer_does_not_lay_out_the_window(opened: MainWindow, qtbot) -> None:
    move(opened.canvas, (20, 20), Qt.MouseButton.NoButton)
    pointer, requests = part(opened.panels.status, QLabel, "pointer"), LayoutRequests()
    opened.installEventFilter(requests)
    requests.count = 1
    while requests.count:  # what the opened project still brings, thumbnails for example
        requests.count = 0
        qtbot.wait(300)
    before = pointer.text()
    for step in range(10):
        move(opened.canvas, (30 + 5 * step, 40), Qt.MouseButton.NoButton)
        QApplication.processEvents()
    assert pointer.text() != before
    assert requests.count == 0


def test_a_long_name_has_room(opened: MainWindow) -> None:
    status = opened.panels.status
    region = part(status, QLabel, "region")
    text = "a label with a name that is longer than any other"
    status.set_pointer("", text)
    QApplication.processEvents()
    assert region.width() > region.fontMetrics().horizontalAdvance(text)
