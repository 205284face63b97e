"""Cursors of the canvas: the system's, and a fine crosshair for tools that work at a point."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap

from unet_desktop.gui.tools.toolbox import Toolbox

_SIDE = 31
"""Logical pixels; odd, so that there is a pixel in the middle."""
_FREE = 3
"""Logical pixels around the middle that stay free, so that the pixel can be seen."""


@cache
def shape_cursor(shape: Qt.CursorShape) -> QCursor:
    """The system's cursor of that shape; the same object each time."""
    return QCursor(shape)


def tool_cursor(toolbox: Toolbox, density: float) -> QCursor:
    """The cursor for the tool in use where the pointer was last; blank if the canvas draws a ring."""
    if toolbox.locked:
        return shape_cursor(Qt.CursorShape.ForbiddenCursor)
    tool = toolbox.current
    if tool.cursor is not None:
        return shape_cursor(tool.cursor)
    return point_cursor(density) if tool.ring is None else shape_cursor(Qt.CursorShape.BlankCursor)


@cache
def point_cursor(density: float) -> QCursor:
    """A crosshair of light lines with dark sides, open in the middle; the same object each time.

    Args:
        density: device pixels per logical pixel.
    """
    pixmap = QPixmap(round(_SIDE * density), round(_SIDE * density))
    pixmap.setDevicePixelRatio(density)
    pixmap.fill(Qt.GlobalColor.transparent)
    middle, end = _SIDE // 2 + 0.5, _SIDE - 1.0
    painter = QPainter(pixmap)
    for colour, width in ((QColor(0, 0, 0, 200), 3.0), (QColor("white"), 1.0)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        for near, far in ((1.0, middle - _FREE), (middle + _FREE, end)):
            painter.drawLine(QPointF(near, middle), QPointF(far, middle))
            painter.drawLine(QPointF(middle, near), QPointF(middle, far))
    painter.end()
    return QCursor(pixmap, _SIDE // 2, _SIDE // 2)
