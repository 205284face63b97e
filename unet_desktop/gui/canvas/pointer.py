"""Pointer: mouse, pen, wheel, pinch and keys on the canvas; the only place that maps view to image coordinates."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import (
    QCursor,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)

from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.cursors import shape_cursor, tool_cursor
from unet_desktop.gui.canvas.zoom_view import STEP, notches
from unet_desktop.gui.tools.tool import Touch
from unet_desktop.gui.tools.toolbox import Toolbox

_REACH = 9.0
"""View pixels within which a press is meant for a handle."""
_HELD = {
    Qt.Key.Key_Control: Qt.KeyboardModifier.ControlModifier,
    Qt.Key.Key_Shift: Qt.KeyboardModifier.ShiftModifier,
}
"""Keys that change what a press does, while they are held."""
_PAINTING = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_BARE = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class Pointer(QObject):
    """Pans and zooms the canvas, and hands presses and drags to the tool in use.

    Signals:
        hovered(x, y): the pointer is over this image point.
        left: it is no longer over the canvas.
        resize_requested(steps): make the brush larger or smaller.
    """

    hovered = Signal(float, float)
    left = Signal()
    resize_requested = Signal(float)

    def __init__(self, canvas: Canvas, toolbox: Toolbox) -> None:
        """Watch the canvas; presses go to the tool in use."""
        super().__init__(canvas)
        self._canvas, self._toolbox = canvas, toolbox
        self._grabbed: QPointF | None = None  # where the picture is held while it is dragged
        self._painting = self._space = self._pen_down = False
        self._cursor: QCursor | None = None  # the one shown
        self._at: QPointF | None = None  # where the pointer was last, in the view
        canvas.installEventFilter(self)
        toolbox.changed.connect(self._show_cursor)

    def _image_point(self, at: QPointF) -> tuple[float, float]:
        return self._canvas.viewport.to_image(at.x(), at.y())

    def _touch(self, event: QMouseEvent | QTabletEvent) -> Touch:
        """The event in image coordinates; Ctrl erases with any button, as the right button and the pen's end do."""
        pressure = event.pressure() if isinstance(event, QTabletEvent) else 1.0
        return self._touch_at(event.position(), event.modifiers(), erase=_erases(event), pressure=pressure)

    def _touch_at(
        self, at: QPointF, modifiers: Qt.KeyboardModifier, *, erase: bool = False, pressure: float = 1.0
    ) -> Touch:
        self._at = at
        erase = erase or bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        self._canvas.set_erasing(erase)
        x, y = self._image_point(at)
        return Touch(
            x,
            y,
            erase=erase,
            straight=bool(modifiers & Qt.KeyboardModifier.ShiftModifier),
            centred=bool(modifiers & Qt.KeyboardModifier.AltModifier),
            pressure=pressure,
            reach=_REACH / self._canvas.viewport.scale,
        )

    def _on_press(self, event: QMouseEvent | QTabletEvent) -> bool:
        self._canvas.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() is Qt.MouseButton.MiddleButton or self._space:
            self._grabbed = event.position()
            self._show_cursor()
        elif event.button() in _PAINTING and self._canvas.image_size is not None and not self._toolbox.refuse():
            self._painting = True
            self._toolbox.press(self._touch(event))
        return True

    def _on_move(self, event: QMouseEvent | QTabletEvent) -> bool:
        if isinstance(event, QMouseEvent) and not event.buttons():
            self._on_release(event)  # it went up where no event came from, such as under a dialog
        if self._grabbed is not None:
            self._canvas.pan_by(event.position() - self._grabbed)
            self._grabbed = event.position()
        elif self._painting:
            self._toolbox.move(self._touch(event))
        elif self._canvas.image_size is not None:
            self._toolbox.current.hover(self._touch(event))
        self._hover(self._image_point(event.position()))
        return True

    def _on_release(self, event: QMouseEvent | QTabletEvent) -> bool:
        if self._grabbed is not None:
            self._grabbed = None
            self._show_cursor()
        elif self._painting and not event.buttons() & (_PAINTING[0] | _PAINTING[1]):
            self._painting = False
            self._toolbox.release(self._touch(event))
            self._touch_at(event.position(), event.modifiers())  # the button no longer erases
        return True

    def _on_double_click(self, event: QMouseEvent) -> bool:
        """Show the whole picture where a press cannot paint; otherwise it is the tool's second press."""
        if event.button() is Qt.MouseButton.MiddleButton or self._space:
            self._canvas.fit()
            return True
        if event.button() is Qt.MouseButton.LeftButton:
            if self._toolbox.locked:
                self._canvas.fit()
                return True
            if self._toolbox.double_click(self._touch(event)):
                return True
        return self._on_press(event)

    def _on_wheel(self, event: QWheelEvent) -> bool:
        steps = notches(event)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.resize_requested.emit(steps)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._canvas.pan_by(QPointF(steps * 60, 0))
        else:
            self._canvas.zoom_by(STEP**steps, event.position())
        self._hover(self._image_point(event.position()))
        return True

    def _on_gesture(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() is not Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._canvas.zoom_by(1 + event.value(), event.position())
        return True

    def _on_key(self, event: QKeyEvent, *, down: bool) -> bool:
        if down and event.key() in _ARROWS and event.modifiers() in _BARE:
            return self._toolbox.nudge(*_ARROWS[event.key()])
        if event.isAutoRepeat():
            return event.key() == Qt.Key.Key_Space
        held = _HELD.get(Qt.Key(event.key()))
        if held is not None and self._at is not None and not self._painting and self._canvas.image_size is not None:
            modifiers = event.modifiers() | held if down else event.modifiers() & ~held
            self._toolbox.current.hover(self._touch_at(self._at, modifiers))
        if event.key() == Qt.Key.Key_Space:
            self._space = down
            self._show_cursor()
            return True
        return False

    def _hover(self, point: tuple[float, float]) -> None:
        self._canvas.set_pointer(None if self._space or self._grabbed is not None else point)
        self._show_cursor()
        self.hovered.emit(*point)

    def _on_leave(self) -> None:
        self._at = None
        self._canvas.set_erasing(False)
        self._canvas.set_pointer(None)
        self.left.emit()

    def _show_cursor(self) -> None:
        if self._grabbed is not None:
            cursor = shape_cursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space:
            cursor = shape_cursor(Qt.CursorShape.OpenHandCursor)
        elif self._canvas.image_size is None:
            cursor = shape_cursor(Qt.CursorShape.ArrowCursor)
        else:
            cursor = tool_cursor(self._toolbox, self._canvas.devicePixelRatioF())
        if cursor is not self._cursor:
            self._cursor = cursor
            self._canvas.setCursor(cursor)

    def _on_tablet(self, event: QTabletEvent) -> bool:
        """A pen is a mouse with pressure; an accepted event is not sent again as a mouse event."""
        event.accept()
        kind = event.type()
        self._pen_down = event.pressure() > 0 and kind is not QEvent.Type.TabletRelease
        if kind is QEvent.Type.TabletPress:
            return self._on_press(event)
        return self._on_move(event) if kind is QEvent.Type.TabletMove else self._on_release(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QTabletEvent):
            return self._on_tablet(event)
        if isinstance(event, QMouseEvent):
            if self._pen_down:  # some systems send mouse events too
                return True
            if kind is QEvent.Type.MouseButtonPress:
                return self._on_press(event)
            if kind is QEvent.Type.MouseMove:
                return self._on_move(event)
            if kind is QEvent.Type.MouseButtonRelease:
                return self._on_release(event)
            if kind is QEvent.Type.MouseButtonDblClick:
                return self._on_double_click(event)
        if isinstance(event, QWheelEvent):
            return self._on_wheel(event)
        if isinstance(event, QNativeGestureEvent):
            return self._on_gesture(event)
        if isinstance(event, QKeyEvent) and kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return self._on_key(event, down=kind is QEvent.Type.KeyPress)
        if kind is QEvent.Type.Leave:
            self._on_leave()
        elif kind is QEvent.Type.FocusOut:
            self._space = False
            self._canvas.set_erasing(False)
            self._show_cursor()
        return False


def _erases(event: QMouseEvent | QTabletEvent) -> bool:
    right = Qt.MouseButton.RightButton
    if isinstance(event, QTabletEvent) and event.pointerType() is QPointingDevice.PointerType.Eraser:
        return True
    return bool(event.buttons() & right) or event.button() is right
