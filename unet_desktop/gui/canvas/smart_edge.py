"""SmartEdge: an outline that snaps to the picture's edge between the corners that are clicked."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.canvas.outline_tool import OutlineTool
from unet_desktop.gui.canvas.tool import Touch
from unet_desktop.gui.editor import Editor
from unet_desktop.gui.subject import Subject
from unet_desktop.gui.tool_options import ToolOptions
from unet_desktop.masks.shapes.corners import Gap, straight_line
from unet_desktop.masks.shapes.edge import edge_between
from unet_desktop.masks.shapes.fill import Points


class SmartEdge(OutlineTool):
    """Shift draws a straight stretch. The closer the picture is shown, the finer the details that it follows."""

    what = "Smart edge"

    def __init__(self, editor: Editor, options: ToolOptions, subject: Subject, parent: QObject | None = None) -> None:
        """See `Tool`; the edge is the subject's."""
        super().__init__(editor, options, parent)
        self._subject = subject
        self._unit = 1.0

    def trace(self, gap: Gap) -> Points:
        """See `OutlineTool.trace`."""
        pixels = self._subject.pixels
        return straight_line(gap) if pixels is None else edge_between(pixels, gap, self._unit)

    def press(self, touch: Touch) -> None:
        """See `Tool.press`."""
        self._unit = touch.detail
        super().press(touch)

    def hover(self, touch: Touch) -> None:
        """See `Tool.hover`."""
        self._unit = touch.detail
        super().hover(touch)
