"""SplitView: the canvas, and beside it, if wanted, the picture without mask; both show the same place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from unet_desktop.gui.canvas.bare_view import BareView
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.settings.view_options import View
from unet_desktop.images.read import Pixels


class SplitView(QSplitter):
    """Keeps the two in step: zooming or panning one does the same to the other."""

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        """Show the canvas alone."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._canvas = canvas
        self.bare_view = BareView()
        self._pixels: Pixels | None = None
        for view in (canvas, self.bare_view):
            self.addWidget(view)
            self.setStretchFactor(self.indexOf(view), 1)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(3)
        self.setFocusProxy(canvas)
        self.bare_view.hide()
        canvas.viewport_changed.connect(self._on_canvas_viewport_changed)
        self.bare_view.viewport_changed.connect(self._on_bare_view_viewport_changed)
        self.bare_view.fit_requested.connect(canvas.fit)
        self.bare_view.pointed.connect(canvas.set_pointer)

    def set_image(self, pixels: Pixels | None) -> None:
        """Show this picture, (H, W, 3) uint8 RGB, whole; or none."""
        self._pixels = pixels
        self._canvas.set_image(pixels)
        self.bare_view.set_image(pixels if self.bare_view.isVisibleTo(self) else None)

    def set_view(self, view: View) -> None:
        """Show everything as the view says."""
        self._canvas.set_view(view)
        self.bare_view.set_look(view.second_look)
        if view.split != self.bare_view.isVisibleTo(self):
            self.bare_view.set_image(self._pixels if view.split else None)
            self.bare_view.setVisible(view.split)
            if view.split:
                self.setSizes([self.width() // 2, self.width() // 2])
            self.bare_view.show_viewport(self._canvas.viewport)

    def set_scale(self, mm_per_pixel: float | None) -> None:
        """Set what a pixel of the picture measures, for the scale bar, or None."""
        self._canvas.set_scale(mm_per_pixel)

    def _on_canvas_viewport_changed(self) -> None:
        self.bare_view.show_viewport(self._canvas.viewport)

    def _on_bare_view_viewport_changed(self) -> None:
        self._canvas.take_viewport(self.bare_view.viewport)
