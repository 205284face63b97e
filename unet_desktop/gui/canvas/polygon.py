"""Polygon: an outline of straight sides, placed corner by corner."""

from __future__ import annotations

from unet_desktop.gui.canvas.outline_tool import OutlineTool
from unet_desktop.gui.canvas.tool import Touch
from unet_desktop.masks.shapes.corners import Corner, Gap, straight_line
from unet_desktop.masks.shapes.fill import Points
from unet_desktop.masks.shapes.outline import at_right_turn


class Polygon(OutlineTool):
    """Shift keeps the next side to multiples of 45 degrees."""

    what = "Polygon"

    def trace(self, gap: Gap) -> Points:
        """See `OutlineTool.trace`."""
        return straight_line(gap)

    def placed(self, touch: Touch) -> Corner:
        """See `OutlineTool.placed`."""
        last = self.last_corner
        return at_right_turn(last, (touch.x, touch.y)) if touch.straight and last is not None else (touch.x, touch.y)
