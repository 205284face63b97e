"""AugmentationDialog: training pictures as the network will see them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from unet_desktop.gui.widgets.form_dialog import wrapped
from unet_desktop.gui.widgets.object_name import with_object_name

_SAYS = (
    "Each time training looks at a picture, it turns, scales, shifts and recolours it by chance, as another camera "
    "might. The outlines must still fit what is seen."
)
_AROUND = QSize(60, 200)
"""Room on the screen that the sheet leaves for the rest of the dialog."""


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
        sheet = with_object_name(QLabel(), "sheet")
        sheet.setPixmap(_fitted(QPixmap.fromImage(image), self.screen().availableSize() - _AROUND))
        sheet.setAccessibleName("Training pictures as the network sees them, outlined")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(wrapped(_SAYS))
        column.addWidget(sheet, 1, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(buttons)


def _fitted(sheet: QPixmap, room: QSize) -> QPixmap:
    """The sheet, reduced where it is larger than the room: all pictures shall be seen at once."""
    if sheet.width() <= room.width() and sheet.height() <= room.height():
        return sheet
    kept, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return sheet.scaled(room, kept, smooth)
