"""ModelsPanel: the project's models, which one is in use, and what each says about itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.named import named
from unet_desktop.gui.panels.model_text import details_html, summary
from unet_desktop.project.models import Model

_EMPTY = "There are no models yet. Correct a few masks, then start a training: its model will be listed here."


class ModelsPanel(QWidget):
    """A list of models, newest first, over the details of the selected one.

    Signals:
        model_chosen: path of the model that shall be used from now on.
    """

    model_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """No models."""
        super().__init__(parent)
        self._models: list[Model] = []
        self._in_use: Path | None = None
        self._list = named(QListWidget(), "models")
        self._details = named(QTextBrowser(), "details")
        self._use = named(QPushButton("Use this model"), "use")
        self._pages = QStackedLayout()
        self._lay_out()
        self._list.currentRowChanged.connect(self._on_list_row_changed)
        self._list.itemActivated.connect(self._on_use_clicked)
        self._use.clicked.connect(self._on_use_clicked)
        self.set_models([], None)

    def set_models(self, models: Sequence[Model], in_use: Path | None) -> None:
        """Show these models, newest first; the selection stays where it was if it can."""
        selected = self._selected()
        self._models, self._in_use = list(models), in_use
        self._list.clear()
        for model in models:
            item = QListWidgetItem(summary(model, in_use=model.path == in_use))
            item.setSizeHint(QSize(0, 2 * self._list.fontMetrics().lineSpacing() + 12))
            font = item.font()
            font.setBold(model.path == in_use)
            item.setFont(font)
            self._list.addItem(item)
        wanted = [model.path for model in models]
        for path in (selected.path if selected else None, in_use):
            if path in wanted:
                self._list.setCurrentRow(wanted.index(path))
                break
        else:
            self._list.setCurrentRow(0 if wanted else -1)
        self._pages.setCurrentIndex(1 if wanted else 0)

    def _selected(self) -> Model | None:
        row = self._list.currentRow()
        return self._models[row] if 0 <= row < len(self._models) else None

    def _lay_out(self) -> None:
        empty = named(QLabel(_EMPTY), "empty")
        empty.setWordWrap(True)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setContentsMargins(24, 24, 24, 24)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._details.setOpenLinks(False)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._list)
        splitter.addWidget(self._details)
        splitter.setSizes([220, 260])
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        column.addWidget(splitter, 1)
        column.addWidget(self._use)
        self._pages.addWidget(empty)
        self._pages.addWidget(full)
        self.setLayout(self._pages)

    @Slot()
    def _on_list_row_changed(self) -> None:
        model = self._selected()
        in_use = model is not None and model.path == self._in_use
        self._details.setHtml("" if model is None else details_html(model))
        self._use.setEnabled(model is not None and not in_use)
        self._use.setText("In use" if in_use else "Use this model")

    @Slot()
    def _on_use_clicked(self) -> None:
        model = self._selected()
        if model is not None and model.path != self._in_use:
            self.model_chosen.emit(model.path)
