"""Guide: what each tool is called, how it is used in a sentence, and which settings it has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto

from unet_desktop.gui.tools.tool_options import ToolKind


class Setting(Flag):
    """What can be set of a tool."""

    NONE = 0
    SIZE = auto()
    COMBINE = auto()
    PRESSURE = auto()
    TOLERANCE = auto()


_BRUSHES = Setting.SIZE | Setting.PRESSURE


@dataclass(frozen=True, slots=True)
class Guide:
    """What the tools panel says of a tool; `hint` is one or two short sentences."""

    name: str
    hint: str
    settings: Setting = Setting.NONE


GUIDES: dict[ToolKind, Guide] = {
    ToolKind.BRUSH: Guide(
        "Brush", "Drag to paint. The right button or Ctrl erases, Shift draws straight lines.", _BRUSHES
    ),
    ToolKind.ERASER: Guide("Eraser", "Drag to erase the label; what it lies in stays.", _BRUSHES),
    ToolKind.ELLIPSE: Guide(
        "Ellipse",
        "Click points on the edge (six will do), or drag a box. Drag its handles, then press Return. "
        'Shift keeps proportions, Alt the centre. "Fit ellipse to label" takes its region. Choose below whether it '
        "takes the place of the region.",
        Setting.COMBINE,
    ),
    ToolKind.CONTOUR: Guide(
        "Contour",
        "Drag a handle and the edge follows; a press on the line makes another, the right button removes one. "
        "Without a region, click round it and press Return.",
    ),
    ToolKind.PUSH: Guide(
        "Push edge",
        "Press inside the label and drag to push its edge outwards, or outside to push it inwards.",
        Setting.SIZE,
    ),
    ToolKind.POLYGON: Guide(
        "Polygon",
        "Click the corners; close at the first one or by a double click. Drag corners to change them; Return finishes.",
        Setting.COMBINE,
    ),
    ToolKind.LASSO: Guide("Lasso", "Drag round what is meant. Shift draws straight stretches.", Setting.COMBINE),
    ToolKind.EDGE: Guide(
        "Smart edge",
        "Click along the edge, five to eight times, and close at the first point or by a double click. Drag points to "
        "change them; Return finishes. Shift: a straight stretch.",
        Setting.COMBINE,
    ),
    ToolKind.WAND: Guide(
        "Magic wand",
        "Press on what is meant and drag to the right to take more, to the left to take less.",
        Setting.TOLERANCE | Setting.COMBINE,
    ),
    ToolKind.FILL: Guide(
        "Fill",
        "Click an enclosed area to fill it. The right button or Ctrl erases the label's piece under the pointer.",
    ),
    ToolKind.NOT_ANNOTATED: Guide(
        "Not annotated",
        "Drag over what cannot be judged: it is left out of training and figures. The right button makes it "
        "background.",
        _BRUSHES,
    ),
}
"""One for each tool; a test checks that none is missing."""
