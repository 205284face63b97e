"""Tool options: which tool, which label, how large; shared by panel, keys, canvas and cursor."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.reshape import Combine

SMALLEST, LARGEST = 1, 600
"""Brush diameters in image pixels."""
LOWEST_TOLERANCE, HIGHEST_TOLERANCE = 1, 60
"""How far colours may differ, in percent of the range from black to white."""


class ToolKind(StrEnum):
    """The tools of the canvas, in the order of their buttons."""

    BRUSH = "brush"
    ERASER = "eraser"
    ELLIPSE = "ellipse"
    CONTOUR = "spline"
    PUSH = "push"
    POLYGON = "polygon"
    LASSO = "lasso"
    EDGE = "edge"
    WAND = "wand"
    FILL = "fill"
    NOT_ANNOTATED = "unknown"


class ToolOptions(QObject):
    """The choice of tool, label, brush diameter (image pixels), and what outlines do to the region that is there.

    `pressure` says whether a pen that is pressed lightly paints with a smaller brush; `tolerance` is the wand's, in
    percent.

    Signals:
        changed: one of them, or the label set, is another now.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Start with a brush and no labels."""
        super().__init__(parent)
        self.tool = ToolKind.BRUSH
        self.diameter = 60
        self.pressure = True
        self.combine = Combine.ADD
        self._ellipses: Combine | None = None  # None until somebody chooses
        self.tolerance = 10
        self.labels: LabelSet | None = None
        self.label: Label | None = None

    def set_labels(self, labels: LabelSet | None) -> None:
        """Offer these labels; the first is chosen unless the chosen one is among them."""
        self.labels = labels
        if labels is None:
            self.label = None
        elif self.label not in labels.labels:
            self.label = labels.labels[0]
        self.changed.emit()

    def choose_label(self, index: int) -> None:
        """Choose the label at that place, from 0; nothing happens when there is none."""
        if self.labels is not None and 0 <= index < len(self.labels):
            self.label = self.labels.labels[index]
            self.changed.emit()

    def choose_tool(self, tool: ToolKind) -> None:
        """Choose a tool."""
        self.tool = tool
        self.changed.emit()

    def choose_combine(self, combine: Combine) -> None:
        """Let what the tool in use draws add to the region, take from it, or replace it."""
        if self.tool is ToolKind.ELLIPSE:
            self._ellipses = combine
        else:
            self.combine = combine
        self.changed.emit()

    @property
    def combining(self) -> Combine:
        """What the tool in use does to the region; an ellipse takes the place of what there is one of, until chosen."""
        if self.tool is not ToolKind.ELLIPSE:
            return self.combine
        unique = self.label is not None and self.label.unique
        return self._ellipses or (Combine.REPLACE if unique else Combine.ADD)

    def set_tolerance(self, tolerance: int) -> None:
        """Let the wand take colours that differ by so many percent, within what is allowed."""
        within = min(max(tolerance, LOWEST_TOLERANCE), HIGHEST_TOLERANCE)
        if within != self.tolerance:
            self.tolerance = within
            self.changed.emit()

    def set_pressure(self, pressure: bool) -> None:
        """Let the pen's pressure change the brush's size, or not."""
        if pressure != self.pressure:
            self.pressure = pressure
            self.changed.emit()

    def set_diameter(self, diameter: int) -> None:
        """Set the brush's diameter in image pixels, within what is allowed."""
        within = min(max(diameter, SMALLEST), LARGEST)
        if within != self.diameter:
            self.diameter = within
            self.changed.emit()

    def step_diameter(self, steps: float) -> None:
        """Make the brush larger (steps > 0) or smaller, by about an eighth a step and at least one pixel."""
        if steps == 0:
            return
        wanted = round(self.diameter * 1.125**steps)
        self.set_diameter(wanted if wanted != self.diameter else self.diameter + (1 if steps > 0 else -1))
