"""BrushSizeHint: shows the brush's size at the ring while it changes, and for a moment after."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.tools.tool_options import ToolOptions

MOMENT = 900
"""Milliseconds."""


class BrushSizeHint(QObject):
    """Watches the diameter, whether it is changed by key, wheel, slider or number."""

    def __init__(self, canvas: Canvas, options: ToolOptions) -> None:
        super().__init__(canvas)
        self._canvas, self._options = canvas, options
        self._diameter = options.diameter
        self._fading = QTimer(self, singleShot=True, interval=MOMENT)
        self._fading.timeout.connect(lambda: canvas.show_ring_size(False))
        options.changed.connect(self._on_options_changed)

    def _on_options_changed(self) -> None:
        if self._options.diameter != self._diameter:
            self._diameter = self._options.diameter
            self._canvas.show_ring_size(True)
            self._fading.start()
