"""Real mouse and wheel events at image coordinates, for the window's tests."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_desktop.gui.canvas.canvas import Canvas

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
PLAIN = Qt.KeyboardModifier.NoModifier


def at(canvas: Canvas, x: float, y: float) -> QPoint:
    """The view point nearest to an image point."""
    return QPointF(*canvas.viewport.to_view(x, y)).toPoint()


def press(canvas: Canvas, point: tuple[float, float], button=LEFT, modifiers=PLAIN) -> None:
    QTest.mousePress(canvas, button, modifiers, at(canvas, *point))


def move(canvas: Canvas, point: tuple[float, float], buttons=LEFT, modifiers=PLAIN) -> None:
    place = QPointF(at(canvas, *point))
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        place,
        QPointF(canvas.mapToGlobal(place.toPoint())),
        Qt.MouseButton.NoButton,
        buttons,
        modifiers,
    )
    QApplication.sendEvent(canvas, event)


def release(canvas: Canvas, point: tuple[float, float], button=LEFT, modifiers=PLAIN) -> None:
    QTest.mouseRelease(canvas, button, modifiers, at(canvas, *point))


def drag(canvas: Canvas, points: list[tuple[float, float]], button=LEFT, modifiers=PLAIN) -> None:
    """Press at the first point, move over the others, release at the last."""
    press(canvas, points[0], button, modifiers)
    for point in points[1:]:
        move(canvas, point, button, modifiers)
    release(canvas, points[-1], button, modifiers)


def wheel(canvas: Canvas, place: QPoint, notches: float, modifiers=PLAIN) -> None:
    event = QWheelEvent(
        QPointF(place),
        QPointF(canvas.mapToGlobal(place)),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)
