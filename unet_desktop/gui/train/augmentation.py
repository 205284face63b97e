"""AugmentationDialog: training pictures as the network will see them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.form_dialog import wrapped_label
from unet_desktop.gui.widgets.object_name import with_object_name

_EXPLANATION = (
    "Each time a picture is used for training, it is turned, scaled, shifted and recoloured at random, as it might "
    "have been taken another time. The outlines must still fit."
)
_MARGIN = QSize(60, 200)
"""Room on the screen that the sheet leaves for the rest of the dialog."""


class AugmentationDialog(QDialog):
    """A sheet of pictures; deleted when it is closed."""

    def __init__(self, parent: QWidget, pixels: NDArray[np.uint8]) -> None:
        """Show the sheet.

        Args:
            parent: the widget it opens over.
            pixels: (H, W, 3) uint8.
        """
        super().__init__(parent)
        self.setWindowTitle("Augmented pictures")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        height, width = pixels.shape[:2]
        image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        sheet = with_object_name(PlainLabel(), "sheet")
        sheet.setPixmap(_fit_to(QPixmap.fromImage(image), self.screen().availableSize() - _MARGIN))
        sheet.setAccessibleName("Training pictures as the network sees them, outlined")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(wrapped_label(_EXPLANATION))
        column.addWidget(sheet, 1, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(buttons)


def _fit_to(sheet: QPixmap, room: QSize) -> QPixmap:
    """Reduce the sheet to the room, so that all pictures are seen at once."""
    if sheet.width() <= room.width() and sheet.height() <= room.height():
        return sheet
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return sheet.scaled(room, keep, smooth)
