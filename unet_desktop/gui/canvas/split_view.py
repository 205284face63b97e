"""Stage: the canvas, and beside it the picture without mask when that is wanted; both show the same place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from unet_desktop.gui.canvas.bare_view import Companion
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.settings.view_options import View
from unet_desktop.images.read import Pixels


class Stage(QSplitter):
    """Keeps the two in step; whoever is zoomed or panned takes the other along."""

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        """With the canvas alone."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._canvas = canvas
        self.companion = Companion()
        self._pixels: Pixels | None = None
        for view in (canvas, self.companion):
            self.addWidget(view)
            self.setStretchFactor(self.indexOf(view), 1)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(3)
        self.companion.hide()
        canvas.viewport_changed.connect(self._on_canvas_viewport_changed)
        self.companion.viewport_changed.connect(self._on_companion_viewport_changed)
        self.companion.fit_requested.connect(canvas.fit)
        self.companion.pointed.connect(canvas.set_pointer)

    def set_image(self, pixels: Pixels | None) -> None:
        """Show this picture, (H, W, 3) uint8 RGB, whole; or none."""
        self._pixels = pixels
        self._canvas.set_image(pixels)
        self.companion.set_image(pixels if self.companion.isVisibleTo(self) else None)

    def set_view(self, view: View) -> None:
        """Show things so."""
        self._canvas.set_view(view)
        self.companion.set_look(view.look_beside)
        if view.split != self.companion.isVisibleTo(self):
            self.companion.set_image(self._pixels if view.split else None)
            self.companion.setVisible(view.split)
            if view.split:
                self.setSizes([self.width() // 2, self.width() // 2])
            self.companion.show_viewport(self._canvas.viewport)

    def set_scale(self, mm_per_pixel: float | None) -> None:
        """What a pixel of the picture measures, or None."""
        self._canvas.set_scale(mm_per_pixel)

    def _on_canvas_viewport_changed(self) -> None:
        self.companion.show_viewport(self._canvas.viewport)

    def _on_companion_viewport_changed(self) -> None:
        self._canvas.take_viewport(self.companion.viewport)
