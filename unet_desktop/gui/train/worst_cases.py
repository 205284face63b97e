"""WorstCases: the validation pictures that a model does worst, as thumbnails with their Dice."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from unet_desktop.gui.widgets.named import named
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.labels import LabelSet

MOST = 12
_SIDE = 52
_EMPTY = (
    "When a training has finished, the validation pictures that its model does worst are shown here. They are worth "
    "a look: a mask may be wrong, or such pictures may be rare among those it learns from."
)


class WorstCases(QWidget):
    """A list of pictures, worst first; a click opens one.

    Signals:
        case_chosen(case_id): open it.
    """

    case_chosen = Signal(str)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        """Empty."""
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._heading = named(QLabel(_EMPTY, wordWrap=True), "worst_heading")
        self._list = named(QListWidget(), "worst")
        self._list.setAccessibleName("Worst validation pictures")
        self._list.setIconSize(QSize(_SIDE, _SIDE))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self._heading)
        column.addWidget(self._list, 1)
        column.addStretch(0)
        self._list.itemClicked.connect(self._on_list_item_chosen)
        self._list.itemActivated.connect(self._on_list_item_chosen)
        thumbnails.loaded.connect(self._on_thumbnails_loaded)
        self.set_cases("", {}, None)

    def set_cases(self, name: str, cases: Mapping[str, Mapping[str, float]], labels: LabelSet | None) -> None:
        """Show these.

        Args:
            name: of the model.
            cases: case to its figures, worst first.
            labels: in whose order their Dice are written.
        """
        self._list.clear()
        self._heading.setText(f"Validation pictures that {name} does worst, with their Dice:" if cases else _EMPTY)
        self._list.setVisible(bool(cases))
        for case_id, figures in list(cases.items())[:MOST]:
            dice = [(label.name, figures.get(f"dice/{label.name}")) for label in labels or ()]
            lines = [f"{label} {value:.3f}" for label, value in dice if value is not None] or ["–"]
            item = QListWidgetItem("\n".join([case_id, *lines]))
            item.setData(Qt.ItemDataRole.UserRole, case_id)
            item.setToolTip(f"Open {case_id} (Dice: {', '.join(lines)})")
            height = (1 + len(lines)) * self._list.fontMetrics().lineSpacing()
            item.setSizeHint(QSize(0, max(_SIDE, height) + 8))
            item.setIcon(self._icon(case_id))
            self._list.addItem(item)

    def _icon(self, case_id: str) -> QIcon:
        found = self._thumbnails.find(case_id)
        if found is None or found.isNull():
            found = QPixmap(_SIDE, _SIDE)  # room for it, so that the text does not jump
            found.fill(Qt.GlobalColor.transparent)
        return QIcon(found)

    def _on_thumbnails_loaded(self, case_id: str) -> None:
        for row in range(self._list.count()):
            item = self._list.item(row)
            if item.data(Qt.ItemDataRole.UserRole) == case_id:
                item.setIcon(self._icon(case_id))

    def _on_list_item_chosen(self, item: QListWidgetItem) -> None:
        self.case_chosen.emit(item.data(Qt.ItemDataRole.UserRole))
