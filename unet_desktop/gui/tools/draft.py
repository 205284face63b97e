"""Draft: a shape of any tool that is not yet part of the mask's history, shown in the mask as it will be."""

from __future__ import annotations

from dataclasses import replace

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.images.box import Box
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask, Region
from unet_desktop.masks.reshape import Combine, Reshape
from unet_desktop.masks.shapes.polygon import Points, encloses_area, fill_polygons


class Draft:
    """A gesture of the editor: adds the shape, subtracts it or replaces the region by it, as the options say now."""

    def __init__(
        self, editor: Editor, options: ToolOptions, target: tuple[Mask, LabelSet, Label], what: str, *, erases: bool
    ) -> None:
        """See `begin_draft`."""
        mask, labels, label = target
        self._editor, self._options = editor, options
        self._size: tuple[int, int] = (mask.shape[0], mask.shape[1])
        self._reshape = Reshape(mask, labels, label, what)
        self._label, self.erases = label, erases
        self._what = what
        self.shown_as = self.combine
        """What `show_plane` was last asked to do."""
        if self.combine is Combine.REPLACE:
            _ = self._reshape.region  # looked for now: a press may take longer than a move

    @property
    def combine(self) -> Combine:
        """What the shape does to the region; begun with the erasing button or key, it is always taken away."""
        return Combine.SUBTRACT if self.erases else self._options.combine

    def show_outline(self, points: Points) -> None:
        """Show what lies inside the closed line through (N, 2) points in place of what was shown."""
        if encloses_area(points):
            self.show_plane(*fill_polygons([points], self._size))
        else:
            self.show_nothing()

    def show_plane(self, box: Box, plane: Region) -> None:
        """Show these pixels, (h, w) bool in the box; a shape without any leaves the mask alone, also when replacing."""
        self.shown_as = self.combine
        if plane.any():
            self._editor.show(self._reshape.show(box, plane, self.combine))
        else:
            self.show_nothing()

    def show_nothing(self) -> None:
        """Show the mask as it was."""
        self._editor.show(self._reshape.cancel())

    def finish(self) -> Patch | None:
        """See `Gesture.finish`."""
        patch = self._reshape.finish()
        return None if patch is None else replace(patch, name=step_name(self._what, self._label, self.combine))

    def cancel(self) -> Box:
        """See `Gesture.cancel`."""
        return self._reshape.cancel()


def begin_draft(editor: Editor, options: ToolOptions, what: str, *, erases: bool) -> Draft | None:
    """Begin a gesture of the editor on the open mask and the label in use; None when there is none.

    Args:
        editor: whose mask it is drawn into.
        options: what label, and what the shape does to its region.
        what: the shape, for the name of the step, such as "Polygon".
        erases: it was begun with the erasing button or key.
    """
    mask, labels, label = editor.mask, options.labels, options.label
    if mask is None or labels is None or label is None:
        return None
    draft = Draft(editor, options, (mask, labels, label), what, erases=erases)
    editor.begin(draft)
    return draft


def step_name(what: str, label: Label, combine: Combine) -> str:
    """The name of the step in the history, such as "Polygon optic disc" or "Polygon off optic disc"."""
    return f"{what} off {label.name}" if combine is Combine.SUBTRACT else f"{what} {label.name}"
