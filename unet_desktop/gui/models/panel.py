"""ModelsPanel: the project's models, which one is in use, and the details of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.models.notes import ModelNotes
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.model_text import details_html, summary
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.project.models import Model

_EMPTY = "There are no models yet. Correct a few masks, then start a training run: its model will be listed here."
_UNTIL_THEN = "\n\nUntil then, Model > First proposal (no model) proposes disc and cup for the open picture."


class ModelsPanel(QWidget):
    """A list of models, newest first, over the details of the selected one.

    Signals:
        model_chosen(path): use this model from now on.
        import_requested: a model is to be imported.
        export_requested(path), card_requested(path), onnx_requested(path), delete_requested(path): what is to be done
            with this model.
        notes_edited(path, text): save this text beside this model.
    """

    model_chosen = Signal(object)
    import_requested = Signal()
    export_requested = Signal(object)
    card_requested = Signal(object)
    onnx_requested = Signal(object)
    delete_requested = Signal(object)
    notes_edited = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: list[Model] = []
        self._in_use: Path | None = None
        self._chosen: Path | None = None
        self._texts: dict[Path, str] = {}
        self._list = with_object_name(QListWidget(), "models")
        self._details = with_object_name(QTextBrowser(), "details")
        self._notes = ModelNotes()
        self._use = with_object_name(QPushButton("Use this model"), "use")
        self._menu = with_object_name(QMenu(self), "model_actions")
        self._import = self._menu.addAction("&Import a model…")
        self._import.triggered.connect(lambda: self.import_requested.emit())
        self._add_action("&Export…", self.export_requested)
        self._add_action("Save model &card…", self.card_requested)
        self._add_action("Export as &ONNX…", self.onnx_requested)
        self._delete = self._add_action("&Remove…", self.delete_requested)
        self._empty = with_object_name(PlainLabel(), "empty")
        self._pages = QStackedLayout(self)
        self._lay_out()
        self._list.currentRowChanged.connect(self._on_list_row_changed)
        self._list.itemActivated.connect(self._on_use_clicked)
        self._use.clicked.connect(self._on_use_clicked)
        self._notes.edited.connect(self._on_notes_edited)
        self.set_models([], None)

    def set_models(
        self,
        models: Sequence[Model],
        in_use: Path | None,
        notes: Mapping[Path, str] | None = None,
        *,
        offers_first_proposal: bool = False,
    ) -> None:
        """Show these models, newest first; the one in use is selected unless the user chose another.

        Args:
            models: the project's.
            in_use: path of the one that predicts.
            notes: model's path to what people noted of it.
            offers_first_proposal: disc and cup can be proposed without a model.
        """
        chosen = None if self._chosen == self._in_use else self._chosen
        self._texts = dict(notes or {})
        self.keep_notes()  # which are newer
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
        for path in (chosen, in_use):
            if path in wanted:
                self._list.setCurrentRow(wanted.index(path))
                break
        else:
            self._list.setCurrentRow(0 if wanted else -1)
        self._chosen = chosen
        self._empty.setText(_EMPTY + (_UNTIL_THEN if offers_first_proposal else ""))
        self._pages.setCurrentIndex(1 if wanted else 0)

    def keep_notes(self) -> None:
        """Have the notes being written saved now."""
        self._notes.keep()

    def set_writable(self, writable: bool) -> None:
        """Allow importing, noting and deleting models."""
        self._notes.setReadOnly(not writable)
        self._import.setEnabled(writable)
        self._delete.setEnabled(writable)

    def _selected_model(self) -> Model | None:
        row = self._list.currentRow()
        return self._models[row] if 0 <= row < len(self._models) else None

    def _lay_out(self) -> None:
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._details.setOpenLinks(False)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._list)
        splitter.addWidget(self._details)
        splitter.addWidget(self._notes)
        splitter.setSizes([200, 230, 60])
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        column.addWidget(splitter, 1)
        more = with_object_name(QPushButton("More"), "more")
        more.setMenu(self._menu)
        buttons = QHBoxLayout()
        buttons.addWidget(self._use, 1)
        buttons.addWidget(more)
        column.addLayout(buttons)
        self._pages.addWidget(self._empty_page())
        self._pages.addWidget(full)

    def _add_action(self, text: str, requested: SignalInstance) -> QAction:
        """Add an action on the selected model to the menu."""

        def request() -> None:
            if (model := self._selected_model()) is not None:
                requested.emit(model.path)

        action = self._menu.addAction(text)
        action.triggered.connect(request)
        return action

    def _empty_page(self) -> QWidget:
        page, empty = QWidget(), self._empty
        empty.setWordWrap(True)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        first = with_object_name(QPushButton("Import a model…"), "import_first")
        first.clicked.connect(lambda: self.import_requested.emit())
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(empty)
        column.addWidget(first, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        return page

    @Slot()
    def _on_list_row_changed(self) -> None:
        model = self._selected_model()
        self._chosen = None if model is None else model.path
        in_use = model is not None and model.path == self._in_use
        self._details.setHtml("" if model is None else details_html(model))
        path = None if model is None else model.path
        self._notes.show_notes(path, "" if path is None else self._texts.get(path, ""))
        self._use.setEnabled(model is not None and not in_use)
        self._use.setText("In use" if in_use else "Use this model")

    @Slot()
    def _on_use_clicked(self) -> None:
        model = self._selected_model()
        if model is not None and model.path != self._in_use:
            self.model_chosen.emit(model.path)

    def _on_notes_edited(self, path: Path, text: str) -> None:
        self._texts[path] = text
        self.notes_edited.emit(path, text)
