"""HistoryPanel: the steps by which the mask came to be; a click goes to any of them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QLabel, QListView, QVBoxLayout, QWidget

from unet_desktop.gui.history.history_delegate import HistoryDelegate
from unet_desktop.gui.history.history_model import HistoryModel
from unet_desktop.gui.style.theme import Colours


class HistoryPanel(QWidget):
    """A list from the oldest step to the newest; what was undone is pale.

    Signals:
        step_chosen(int): so many steps shall be done.
    """

    step_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with no case."""
        super().__init__(parent)
        self._model = HistoryModel(self)
        self._list = QListView()
        self._list.setObjectName("history")
        self._list.setModel(self._model)
        self._delegate = HistoryDelegate(self)
        self._list.setItemDelegate(self._delegate)
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFrameShape(QListView.Shape.NoFrame)
        self._list.setAccessibleName("Steps of the mask")
        self._words = QLabel("Open a case to see its steps here.", wordWrap=True)
        self._words.setProperty("role", "muted")
        self._words.setContentsMargins(10, 8, 10, 8)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._words)
        column.addWidget(self._list, 1)
        self._list.clicked.connect(self._on_list_clicked)
        self._list.activated.connect(self._on_list_clicked)
        self._list.hide()

    def set_steps(self, done: tuple[str, ...], undone: tuple[str, ...], sizes: tuple[str, ...] = ()) -> None:
        """Show the names of what was done, the beginning first, and of what can be done again, the next one first.

        Without a beginning there is no case. `sizes` says of each of both how large a change it is.
        """
        self._words.setVisible(not done)
        self._list.setVisible(bool(done))
        self._model.set_steps(done + undone, len(done) - 1, sizes)
        if done:
            now = self._model.index(len(done) - 1)
            self._list.setCurrentIndex(now)
            self._list.scrollTo(now)

    def set_colours(self, colours: Colours) -> None:
        """Use this theme's colours."""
        self._model.set_pale(colours.muted)
        self._delegate.set_colours(colours)
        self._list.viewport().update()

    def _on_list_clicked(self, index: QModelIndex) -> None:
        self.step_chosen.emit(index.row())
