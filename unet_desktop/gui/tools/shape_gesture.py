"""ShapeGesture: a shape that the mask shows while it is being drawn, and that ends in one step of the history."""

from __future__ import annotations

from dataclasses import replace

from unet_desktop.gui.tools.tool import Target
from unet_desktop.images.box import Box
from unet_desktop.labels import Label
from unet_desktop.masks.locks import Locks
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Region
from unet_desktop.masks.reshape import Combine, Reshape
from unet_desktop.masks.shapes.polygon import Points, encloses_area, fill_polygons


class ShapeGesture:
    """A gesture of the editor that adds a shape to the label's region, subtracts it, or replaces the region by it.

    Every `show...` method draws the shape in place of what was shown before, and returns the box of pixels that may
    have changed, for `Editor.show`.

    Attributes:
        combine: what the shape does to the region; the next `show...` follows it, and so does the name of the step.
    """

    def __init__(
        self,
        target: Target,
        shape: str,
        combine: Combine,
        within: Label | None = None,
        locks: Locks | None = None,
    ) -> None:
        """Prepare to draw.

        Args:
            target: the mask and the label whose region is changed.
            shape: for the name of the step, such as "Polygon".
            combine: see the class.
            within: the label whose region must not grow, or None.
            locks: labels that must not change, or None.
        """
        self._shape, self._label = shape, target.label
        self._size: tuple[int, int] = (target.mask.shape[0], target.mask.shape[1])
        self._reshape = Reshape(target.mask, target.labels, target.label, shape, within, locks)
        self.combine = combine
        if combine is Combine.REPLACE:
            _ = self._reshape.region  # found now: a press may take longer than a move

    def show(self, box: Box, plane: Region) -> Box:
        """Show a shape of these pixels, (h, w) bool in the box."""
        return self._reshape.show(box, plane, self.combine)

    def show_change(self, box: Box, added: Region, removed: Region) -> Box:
        """Show these pixels, (h, w) bool in the box, as added to the region and as taken from it."""
        return self._reshape.show_change(box, added, removed)

    def show_outline(self, points: Points) -> Box:
        """Show what lies inside the closed line through (N, 2) points; an empty outline replaces nothing."""
        if not encloses_area(points):
            return self.show_nothing()
        box, plane = fill_polygons([points], self._size)
        return self.show(box, plane) if plane.any() else self.show_nothing()

    def show_nothing(self) -> Box:
        """Show the mask as it was."""
        return self._reshape.cancel()

    @property
    def met_limit(self) -> bool:
        """Does the shape that is shown reach outside the region that it must stay inside?"""
        return self.combine is not Combine.SUBTRACT and self._reshape.met_limit

    @property
    def met_lock(self) -> bool:
        """Do locks keep pixels of the shape that is shown from changing?"""
        return self._reshape.met_lock

    def finish(self) -> Patch | None:
        """End it: what it changed, or None."""
        patch = self._reshape.finish()
        return None if patch is None else replace(patch, name=step_name(self._shape, self._label, self.combine))

    def cancel(self) -> Box:
        """Put everything back; returns the box that changed."""
        return self._reshape.cancel()


def step_name(shape: str, label: Label, combine: Combine) -> str:
    """The name of a step in the history, such as "Polygon optic disc" or "Subtract polygon from optic disc"."""
    if combine is Combine.SUBTRACT:
        return f"Subtract {shape.lower()} from {label.name}"
    return f"{shape} {label.name}"
