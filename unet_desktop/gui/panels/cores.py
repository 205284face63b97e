"""CoresChoice: how much of the computer a training takes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from unet_desktop.engine.priority import Cores

_TEXTS: dict[Cores, str] = {"auto": "Automatic", "all": "All cores", "spare": "Leave one free"}


class CoresChoice(QComboBox):
    """All cores, all but one, or what is best here.

    Signals:
        cores_chosen(cores): by the user.
    """

    cores_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Automatic."""
        super().__init__(parent)
        for cores, text in _TEXTS.items():
            self.addItem(text, cores)
        self.setToolTip("Leave one free if painting becomes slow while a network learns; it then takes longer.")
        self.activated.connect(lambda _: self.cores_chosen.emit(str(self.currentData())))

    def set_cores(self, cores: Cores) -> None:
        """Show this choice."""
        self.setCurrentIndex(self.findData(cores))
