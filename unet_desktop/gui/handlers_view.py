"""Handlers of the View menu, as far as they concern the canvas."""

from __future__ import annotations

import time

from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.zoom_view import STEP
from unet_desktop.gui.workbench import Workbench
from unet_desktop.labels import NOT_ANNOTATED
from unet_desktop.masks.box import Box, bounds
from unet_desktop.masks.regions import Mask

_HELD = 0.35
"""Seconds from which a key counts as held: letting it go takes back what pressing it did."""


class ViewHandlers:
    """Zoom and overlay."""

    def __init__(self, bench: Workbench, canvas: Canvas) -> None:
        """Work on this canvas."""
        self._bench, self._canvas = bench, canvas
        self._pressed_at = 0.0

    def fit(self) -> None:
        """Show the whole picture."""
        self._canvas.fit()

    def zoom(self, steps: int) -> None:
        """Zoom in or out round the middle."""
        self._canvas.zoom_by(STEP**steps)

    def actual(self) -> None:
        """One image pixel on one pixel of the screen."""
        self._canvas.zoom_to(1.0)

    def zoom_mask(self) -> None:
        """Show what is marked, or what is proposed, close up; the whole picture when nothing is."""
        prediction = self._bench.proposal.prediction
        for mask in (self._bench.editor.mask, None if prediction is None else prediction.mask):
            box = None if mask is None else _marked(mask)
            if box is not None:
                self._canvas.show_box(box)
                return
        self._canvas.fit()

    def toggle_overlay(self) -> None:
        """Show or hide mask and proposal."""
        self._pressed_at = time.monotonic()
        self._canvas.set_overlay_visible(not self._canvas.overlay_visible)

    def end_peek(self) -> None:
        """The key of `toggle_overlay` went up: after a long press, as it was."""
        if time.monotonic() - self._pressed_at > _HELD:
            self._canvas.set_overlay_visible(not self._canvas.overlay_visible)

    def step_opacity(self, steps: int) -> None:
        """Make the mask more or less opaque."""
        self._canvas.set_overlay_opacity(round(self._canvas.overlay_opacity + 0.1 * steps, 2))


def _marked(mask: Mask) -> Box | None:
    box = bounds((mask != 0) & (mask != NOT_ANNOTATED))
    return None if box.empty else box
