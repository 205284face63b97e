"""The canvas's layers, bottom to top."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtGui import QPainter

from unet_desktop.gui.canvas.cursor_layer import CursorLayer
from unet_desktop.gui.canvas.image_layer import ImageLayer
from unet_desktop.gui.canvas.layer import Layer
from unet_desktop.gui.canvas.mask_layer import MaskLayer, ProposalLayer
from unet_desktop.gui.canvas.reader_layer import ReaderLayer
from unet_desktop.gui.canvas.sketch_layer import SketchLayer
from unet_desktop.gui.canvas.uncertainty_layer import UncertaintyLayer


class Layers:
    """Picture, uncertainty, mask, other reader, proposal, sketch, ring."""

    def __init__(self, on_finer: Callable[[], None]) -> None:
        """All empty; see `ImageLayer` for the argument."""
        self.image = ImageLayer(on_finer)
        self.uncertainty = UncertaintyLayer()
        self.mask = MaskLayer()
        self.reader = ReaderLayer()
        self.proposal = ProposalLayer()
        self.sketch = SketchLayer()
        self.cursor = CursorLayer()

    def __iter__(self) -> Iterator[Layer]:
        """Bottom to top."""
        layers = (self.image, self.uncertainty, self.mask, self.reader, self.proposal, self.sketch, self.cursor)
        return iter(layers)

    def paint(self, painter: QPainter, scale: float) -> None:
        """Paint them all; see `Layer.paint`."""
        for layer in self:
            layer.paint(painter, scale)
