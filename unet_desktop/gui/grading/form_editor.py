"""FormEditor: the dialog in which a project's grading form is made and changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.form_dialog import FormDialog
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.json_data import DataError
from unet_desktop.project.form import TEMPLATES, Form, Item, ItemKind, check_items, key_of

_KINDS = {ItemKind.CHOICE: "Choice", ItemKind.NUMBER: "Number", ItemKind.TEXT: "Text"}
_INTRO = (
    "What is graded in each case. Grades that were given stay in the records, whatever you change; those of removed "
    "items are found in tables under “grades_other”."
)


@dataclass(slots=True)
class _Draft:
    """An item while it is edited; without a key, its question gives one in the end."""

    item: Item
    lowest: str = ""
    highest: str = ""

    @classmethod
    def of(cls, item: Item) -> _Draft:
        return cls(item, *("" if limit is None else f"{limit:g}" for limit in (item.lowest, item.highest)))

    def finish(self, taken: list[str]) -> Item:
        """Return the item.

        Raises:
            DataError: a limit is not a number.
        """
        limits = (_number(self.lowest), _number(self.highest)) if self.item.kind is ItemKind.NUMBER else (None, None)
        key = self.item.key or key_of(self.item.question, taken)
        return replace(self.item, key=key, lowest=limits[0], highest=limits[1])


class FormEditor(FormDialog):
    """Items at the left, the fields of the one that is chosen at the right."""

    def __init__(self, parent: QWidget | None, form: Form, *, shows_eye: bool) -> None:
        """Edit this form; `shows_eye` says whether templates for pictures of eyes are of use."""
        super().__init__(parent, "Grading form", "Save", _INTRO)
        self._drafts = [_Draft.of(item) for item in form.items]
        self._templates = [item for item in TEMPLATES.values() if shows_eye or item.key == "image_quality"]
        self._list = with_object_name(QListWidget(), "items")
        self._list.setAccessibleName("Items")
        self._item_fields = ItemFields()
        columns = QWidget()
        row = QHBoxLayout(columns)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addLayout(self._make_left(), 2)
        row.addWidget(self._item_fields, 3)
        self.form.addRow(columns)
        self.resize(760, 480)
        self._list.currentRowChanged.connect(self._on_list_current_row_changed)
        self._item_fields.changed.connect(self._on_field_changed)
        self._fill(0)
        self.check()

    def result_form(self) -> Form:
        """The form as it is edited.

        Raises:
            DataError: it is none yet.
        """
        items: list[Item] = []
        kept = [draft.item.key for draft in self._drafts if draft.item.key]
        for number, draft in enumerate(self._drafts, 1):
            try:
                items.append(draft.finish([*kept, *(item.key for item in items)]))
            except DataError as error:
                raise DataError(f"item {number}: {error}") from error
        return Form(check_items(items))

    def problem(self) -> str:
        try:
            self.result_form()
        except DataError as error:
            sentence = str(error)
            return f"{sentence[:1].upper()}{sentence[1:]}."
        return ""

    def _make_left(self) -> QVBoxLayout:
        add = with_object_name(QToolButton(), "add")
        add.setText("Add")
        add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(add)
        for kind, text in _KINDS.items():
            self._menu.addAction(text, partial(self._add, Item("", "", kind)))
        self._menu.addSeparator()
        for item in self._templates:
            self._menu.addAction(item.question, partial(self._add, item))
        add.setMenu(self._menu)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(add)
        for name, text, tip, act in (
            ("remove", "Remove", "Remove the chosen item", self._remove),
            ("up", "Up", "Move it up", partial(self._move, -1)),
            ("down", "Down", "Move it down", partial(self._move, 1)),
        ):
            button = with_object_name(QPushButton(text), name)
            button.setToolTip(tip)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, act=act: act())
            buttons.addWidget(button)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(self._list, 1)
        column.addLayout(buttons)
        return column

    @property
    def _chosen(self) -> _Draft | None:
        row = self._list.currentRow()
        return self._drafts[row] if 0 <= row < len(self._drafts) else None

    def _add(self, item: Item) -> None:
        if item.key in {draft.item.key for draft in self._drafts}:
            item = replace(item, key="")
        at = self._list.currentRow() + 1 if self._chosen else len(self._drafts)
        self._drafts.insert(at, _Draft.of(item))
        self._fill(at)
        self._item_fields.question.setFocus()
        self.check()

    def _remove(self) -> None:
        row = self._list.currentRow()
        if self._chosen is not None:
            del self._drafts[row]
            self._fill(min(row, len(self._drafts) - 1))
            self.check()

    def _move(self, by: int) -> None:
        row = self._list.currentRow()
        if self._chosen is not None and 0 <= row + by < len(self._drafts):
            self._drafts.insert(row + by, self._drafts.pop(row))
            self._fill(row + by)
            self.check()

    def _fill(self, chosen: int) -> None:
        with QSignalBlocker(self._list):
            self._list.clear()
            self._list.addItems([_title(draft.item) for draft in self._drafts])
            self._list.setCurrentRow(chosen)
        self._item_fields.set_draft(self._chosen)

    def _on_list_current_row_changed(self) -> None:
        self._item_fields.set_draft(self._chosen)

    def _on_field_changed(self) -> None:
        draft = self._chosen
        if draft is not None:
            self._item_fields.write(draft)
            self._list.currentItem().setText(_title(draft.item))
        self.check()


class ItemFields(QWidget):
    """The fields of one item; those that its kind does not have are hidden.

    Signals:
        changed: the user changed a field.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = ItemKind.CHOICE
        self._empty = PlainLabel("Add an item to begin.", wrap=True)
        self._empty.setProperty("role", "muted")
        self.question = with_object_name(QLineEdit(), "question")
        self._kind_text = PlainLabel()
        self._choices = with_object_name(QPlainTextEdit(), "choices")
        self._choices.setPlaceholderText("One on each line")
        self._choices.setTabChangesFocus(True)
        self._unit = with_object_name(QLineEdit(), "unit")
        self._limits = tuple(with_object_name(QLineEdit(), name) for name in ("lowest", "highest"))
        for field, hint in zip(self._limits, ("no lower limit", "no upper limit"), strict=True):
            field.setPlaceholderText(hint)
            field.setValidator(QDoubleValidator(self))
        self._required = with_object_name(QCheckBox("Required: without it, a case cannot be approved"), "required")
        self._explanation = with_object_name(QPlainTextEdit(), "explanation")
        self._explanation.setPlaceholderText("How to decide")
        self._explanation.setTabChangesFocus(True)
        self._explanation.setFixedHeight(4 * self.fontMetrics().lineSpacing())
        limits = QWidget()
        row = QHBoxLayout(limits)
        row.setContentsMargins(0, 0, 0, 0)
        for field in self._limits:
            row.addWidget(field)
        self._layout = QFormLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._layout.addRow(self._empty)
        self._layout.addRow("&Question", self.question)
        self._layout.addRow("Kind", self._kind_text)
        self._layout.addRow("&Choices", self._choices)
        self._layout.addRow("&Unit", self._unit)
        self._layout.addRow("From, to", limits)
        self._layout.addRow("", self._required)
        self._layout.addRow("&Hint", self._explanation)
        self._of_kind = {
            ItemKind.CHOICE: (self._choices,),
            ItemKind.NUMBER: (self._unit, limits),
            ItemKind.TEXT: (),
        }
        for line in (self.question, self._unit, *self._limits):
            line.textEdited.connect(self.changed)
        for area in (self._choices, self._explanation):
            area.textChanged.connect(self.changed)
        self._required.clicked.connect(self.changed)

    def set_draft(self, draft: _Draft | None) -> None:
        """Show an item, without a signal; None for none."""
        for row in range(self._layout.rowCount()):
            self._layout.setRowVisible(row, (draft is None) == (row == 0))
        if draft is None:
            return
        item = draft.item
        for kind, fields in self._of_kind.items():
            for field in fields:
                self._layout.setRowVisible(field, kind is item.kind)
        self.question.setText(item.question)
        self._kind_text.setText(_KINDS[item.kind])
        self._unit.setText(item.unit)
        for line, text in zip(self._limits, (draft.lowest, draft.highest), strict=True):
            line.setText(text)
        for area, text in ((self._choices, "\n".join(item.choices)), (self._explanation, item.explanation)):
            with QSignalBlocker(area):
                area.setPlainText(text)
        self._required.setChecked(item.required)

    def write(self, draft: _Draft) -> None:
        """Write what is in the fields into an item."""
        choices = tuple(line.strip() for line in self._choices.toPlainText().splitlines() if line.strip())
        draft.item = replace(
            draft.item,
            question=self.question.text().strip(),
            choices=choices if draft.item.kind is ItemKind.CHOICE else (),
            required=self._required.isChecked(),
            unit=self._unit.text().strip(),
            explanation=self._explanation.toPlainText().strip(),
        )
        draft.lowest, draft.highest = (line.text() for line in self._limits)


def _title(item: Item) -> str:
    return (item.question or "New item") + (" *" if item.required else "")


def _number(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text.strip().replace(",", "."))
    except ValueError as error:
        raise DataError(f'"{text.strip()[:40]}" is not a number') from error
