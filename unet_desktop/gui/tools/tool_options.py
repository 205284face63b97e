"""Tool options: tool, label, size and the like; shared by panel, keys, canvas and cursor."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.reshape import Combine

SMALLEST, LARGEST = 1, 600
"""Brush diameters in image pixels."""
LOWEST_TOLERANCE, HIGHEST_TOLERANCE = 1, 60
"""By how much colours may differ, in percent of the range from black to white."""


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
    FOVEA = "fovea"
    RULER = "ruler"


class ToolOptions(QObject):
    """What the user chose for the tools.

    Attributes:
        tool: the one in use.
        diameter: of the brush, image pixels.
        pressure: a pen that is pressed lightly paints with a smaller brush.
        combine: what an outline does to the region that is there.
        tolerance: of the wand, percent; what a drag, or a change after a use, makes of it holds for that use.
        grow_parent: what is painted outside the label's parent enlarges the parent, instead of being left out.
        labels, label: the label set and the label in use.
        hidden, locked: pixel values of labels that are not shown, and of those that nothing changes.

    Signals:
        changed: any of them changed.
        marks_changed: somebody hid or locked a label, or took that back.
    """

    changed = Signal()
    marks_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool = ToolKind.BRUSH
        self.diameter = 60
        self.pressure = True
        self.combine = Combine.ADD
        self._ellipse_combine: Combine | None = None  # None until the user chooses
        self.tolerance = 10
        self._usual_tolerance = 10
        self._for_one_use = False
        self.grow_parent = False
        self.labels: LabelSet | None = None
        self.label: Label | None = None
        self.hidden: frozenset[int] = frozenset()
        self.locked: frozenset[int] = frozenset()

    def set_labels(self, labels: LabelSet | None) -> None:
        """Offer these labels; the label in use stays if it is among them, otherwise the first is chosen."""
        before, self.labels = self.label, labels
        if labels is None:
            self.label = None
        elif before not in labels.labels:
            self.label = labels.labels[0]
        self.changed.emit()

    def set_marks(self, hidden: Iterable[int], locked: Iterable[int]) -> None:
        """Hide and lock the labels with these pixel values, and no others."""
        marks = frozenset(hidden), frozenset(locked)
        if marks != (self.hidden, self.locked):
            self.hidden, self.locked = marks
            self.changed.emit()

    def toggle_hidden(self, label: Label) -> None:
        """Hide a label, or show it again."""
        self.set_marks(self.hidden ^ {label.value}, self.locked)
        self.marks_changed.emit()

    def toggle_locked(self, label: Label) -> None:
        """Lock a label, or unlock it."""
        self.set_marks(self.hidden, self.locked ^ {label.value})
        self.marks_changed.emit()

    @property
    def obstacle(self) -> str:
        """Why the label in use cannot be changed now, as a sentence; empty if it can."""
        label = self.label
        if label is not None and label.value in self.locked:
            return f"The {label.name} is locked. Unlock it in the list of labels to change it."
        if label is not None and label.value in self.hidden:
            return f"The {label.name} is hidden. Show it in the list of labels to change it."
        return ""

    def choose_label(self, index: int) -> None:
        """Choose the label with this index, from 0; ignored if there is none."""
        if self.labels is not None and 0 <= index < len(self.labels):
            self.label = self.labels.labels[index]
            self.changed.emit()

    def choose_tool(self, tool: ToolKind) -> None:
        """Choose a tool."""
        self.tool = tool
        self.changed.emit()

    def choose_combine(self, combine: Combine) -> None:
        """Choose whether the tool in use adds to the region, subtracts from it, or replaces it."""
        if self.tool is ToolKind.ELLIPSE:
            self._ellipse_combine = combine
        else:
            self.combine = combine
        self.changed.emit()

    @property
    def combining(self) -> Combine:
        """What the tool in use does to the region; by default, an ellipse replaces that of a unique label."""
        if self.tool is not ToolKind.ELLIPSE:
            return self.combine
        unique = self.label is not None and self.label.unique
        return self._ellipse_combine or (Combine.REPLACE if unique else Combine.ADD)

    def set_tolerance(self, tolerance: int) -> None:
        """Set the wand's tolerance in percent, within its limits; within a use of the wand, for that use."""
        within = min(max(tolerance, LOWEST_TOLERANCE), HIGHEST_TOLERANCE)
        if not self._for_one_use:
            self._usual_tolerance = within
        self._show_tolerance(within)

    def begin_use(self) -> None:
        """From now on, the tolerance is set for one use of the wand."""
        self._for_one_use = True

    def end_use(self) -> None:
        """That use can be changed no more: the usual tolerance is shown again."""
        self._for_one_use = False
        self._show_tolerance(self._usual_tolerance)

    def _show_tolerance(self, tolerance: int) -> None:
        if tolerance != self.tolerance:
            self.tolerance = tolerance
            self.changed.emit()

    def set_pressure(self, pressure: bool) -> None:
        """Choose whether the pen's pressure changes the brush's size."""
        if pressure != self.pressure:
            self.pressure = pressure
            self.changed.emit()

    def set_grow_parent(self, grow_parent: bool) -> None:
        """Choose whether a region may grow the one around it."""
        if grow_parent != self.grow_parent:
            self.grow_parent = grow_parent
            self.changed.emit()

    def set_diameter(self, diameter: int) -> None:
        """Set the brush's diameter in image pixels, within its limits."""
        within = min(max(diameter, SMALLEST), LARGEST)
        if within != self.diameter:
            self.diameter = within
            self.changed.emit()

    def step_diameter(self, steps: float) -> None:
        """Make the brush larger (steps > 0) or smaller, by about an eighth per step and at least one pixel."""
        if steps == 0:
            return
        wanted = round(self.diameter * 1.125**steps)
        self.set_diameter(wanted if wanted != self.diameter else self.diameter + (1 if steps > 0 else -1))
