"""AugmentationDialog: training pictures as the network will see them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QScrollArea, QVBoxLayout, QWidget

from unet_desktop.gui.dialogs.form_dialog import wrapped
from unet_desktop.gui.named import named

_SAYS = (
    "Each time training looks at a picture, it turns, scales, shifts and recolours it by chance, as another camera "
    "might. The outlines must still fit what is seen."
)


class AugmentationDialog(QDialog):
    """A sheet of pictures; it goes with its last look."""

    def __init__(self, parent: QWidget, pixels: NDArray[np.uint8]) -> None:
        """Show these.

        Args:
            parent: it stands over this.
            pixels: (H, W, 3) uint8.
        """
        super().__init__(parent)
        self.setWindowTitle("Augmented pictures")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        height, width = pixels.shape[:2]
        image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        sheet = named(QLabel(), "sheet")
        sheet.setPixmap(QPixmap.fromImage(image))
        sheet.setAccessibleName("Training pictures as the network sees them, outlined")
        area = QScrollArea()
        area.setWidget(sheet)
        area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(wrapped(_SAYS))
        column.addWidget(area, 1)
        column.addWidget(buttons)
        available = self.screen().availableSize()
        self.resize(min(width + 48, available.width() - 40), min(height + 150, available.height() - 60))
