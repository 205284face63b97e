"""CopyChoice: copy pictures into the project, or refer to them where they are."""

from __future__ import annotations

from PySide6.QtWidgets import QRadioButton, QVBoxLayout, QWidget

from unet_desktop.gui.widgets.object_name import with_object_name


class CopyChoice(QWidget):
    """Two radio buttons; copying is chosen first, because such a project can be moved and backed up as one folder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._copy = with_object_name(QRadioButton("Copy the pictures into the project"), "copy")
        refer = with_object_name(QRadioButton("Leave them where they are and refer to them"), "refer")
        self._copy.setToolTip("The project is then one folder that can be moved and backed up as a whole.")
        refer.setToolTip("Saves room on the disk; the pictures must stay where they are.")
        self._copy.setChecked(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._copy)
        layout.addWidget(refer)

    @property
    def copy(self) -> bool:
        """Whether to copy."""
        return self._copy.isChecked()
