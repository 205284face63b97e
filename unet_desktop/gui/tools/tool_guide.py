"""Guide: the name of each tool, how to use it in a sentence or two, and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto

from unet_desktop.gui.tools.tool_options import ToolKind


class Setting(Flag):
    """Settings that a tool can have."""

    NONE = 0
    SIZE = auto()
    COMBINE = auto()
    PRESSURE = auto()
    TOLERANCE = auto()


_BRUSHES = Setting.SIZE | Setting.PRESSURE


@dataclass(frozen=True, slots=True)
class Guide:
    """What the tools panel says about a tool; `hint` is one or two short sentences."""

    name: str
    hint: str
    settings: Setting = Setting.NONE


GUIDES: dict[ToolKind, Guide] = {
    ToolKind.BRUSH: Guide(
        "Brush", "Drag to paint. The right button or Ctrl erases, Shift draws straight lines.", _BRUSHES
    ),
    ToolKind.ERASER: Guide("Eraser", "Drag to erase the label; the label around it stays.", _BRUSHES),
    ToolKind.ELLIPSE: Guide(
        "Ellipse",
        "Click points on the edge (six will do), or drag a box. Drag its handles, then press Return. "
        'Shift keeps the proportions, Alt the centre. "Fit ellipse to label" starts from the region. Choose below '
        "whether it replaces the region.",
        Setting.COMBINE,
    ),
    ToolKind.CONTOUR: Guide(
        "Contour",
        "Drag a handle and the edge follows; a press on the line adds a handle, the right button removes one. "
        "If there is no region, click along its edge and press Return.",
    ),
    ToolKind.PUSH: Guide(
        "Push edge",
        "Press inside the label and drag to push its edge outwards, or outside to push it inwards.",
        Setting.SIZE,
    ),
    ToolKind.POLYGON: Guide(
        "Polygon",
        "Click the corners; close at the first or with a double click. Drag corners to change them; Return finishes.",
        Setting.COMBINE,
    ),
    ToolKind.LASSO: Guide("Lasso", "Drag around the region. Shift draws straight stretches.", Setting.COMBINE),
    ToolKind.EDGE: Guide(
        "Smart edge",
        "Click along the edge, five to eight times, and close at the first point or with a double click. Drag points "
        "to change them; Return finishes. Shift draws a straight stretch.",
        Setting.COMBINE,
    ),
    ToolKind.WAND: Guide(
        "Magic wand",
        "Press on the region and drag to the right to select more, to the left to select less.",
        Setting.TOLERANCE | Setting.COMBINE,
    ),
    ToolKind.FILL: Guide(
        "Fill",
        "Click an enclosed area to fill it. The right button or Ctrl erases the label's piece under the pointer.",
    ),
    ToolKind.NOT_ANNOTATED: Guide(
        "Not annotated",
        "Drag over what cannot be judged: it is left out of training and measurements. The right button makes it "
        "background.",
        _BRUSHES,
    ),
    ToolKind.FOVEA: Guide(
        "Fovea",
        "Click the centre of the fovea; click again to move it. The right button or Ctrl removes it. The mask stays as "
        "it is.",
    ),
    ToolKind.RULER: Guide(
        "Ruler",
        "Drag to measure; drag an end to change it. Shift keeps to steps of 45°. Esc or a click removes it. The mask "
        "stays as it is.",
    ),
}
"""One for each tool; a test checks that none is missing."""
