"""AboutDialog: what the program is, which libraries it uses, and what it is not for."""

from __future__ import annotations

import html
import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from unet_desktop import __version__
from unet_desktop.gui.widgets.object_name import with_object_name

_LIBRARIES = (
    ("Qt for Python", "PySide6_Essentials", "LGPL-3.0"),
    ("PyTorch", "torch", "BSD-3-Clause"),
    ("NumPy", "numpy", "BSD-3-Clause"),
    ("OpenCV", "opencv-python", "Apache-2.0"),
    ("Pillow", "pillow", "MIT-CMU"),
    ("pyqtgraph", "pyqtgraph", "MIT"),
    ("QtAwesome", "qtawesome", "MIT"),
    ("safetensors", "safetensors", "Apache-2.0"),
    ("msgspec", "msgspec", "BSD-3-Clause"),
)
"""Name, package whose installed version is shown, licence."""


class AboutDialog(QDialog):
    """Version, licence, device, libraries."""

    def __init__(self, parent: QWidget | None, device_text: str) -> None:
        """Show which device computes; the sentence may be empty."""
        super().__init__(parent)
        self.setWindowTitle("About U-Net Desktop")
        text = with_object_name(QLabel(_text(device_text)), "about")
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 14)
        column.setSpacing(14)
        column.addWidget(text, 1)
        column.addWidget(buttons)
        self.setFixedWidth(460)
        # A label with rich text does not claim its height by itself, and its last lines would be cut.
        text.setMinimumHeight(text.heightForWidth(460 - 2 * 22) + 8)


def _text(device_text: str) -> str:
    rows = "".join(
        f'<tr><td style="padding-right:18px">{name}</td><td style="padding-right:18px">{_version(package)}</td>'
        f"<td>{licence}</td></tr>"
        for name, package, licence in (("Python", "", "PSF-2.0"), *_LIBRARIES)
    )
    device = f"<p>{html.escape(device_text)}</p>" if device_text else ""
    return (
        '<h2 style="margin-bottom:0">U-Net Desktop</h2>'
        f'<p style="margin-top:2px">Version {__version__}, MIT licence</p>'
        "<p>Correct segmentation masks by hand and train a U-Net on what you corrected, on the same computer.</p>"
        "<p><b>It sends nothing anywhere:</b> pictures, masks and models stay on this computer.</p>"
        "<p>For research. It is not a medical device.</p>"
        f'{device}<p></p><table cellspacing="0" cellpadding="1">{rows}</table>'
    )


def _version(package: str) -> str:
    if not package:
        return platform.python_version()
    try:
        return version(package)
    except PackageNotFoundError:  # a frozen program may carry the library without its description
        return "included"
