"""GradingPanel: the items of the project's form, one below the other, graded with keys or clicks."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from unet_desktop.gui.grading.item_rows import ItemRow, make_row
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.project.case import Grade
from unet_desktop.project.form import NO_FORM, Form

_NO_FORM = "This project has no grading form. A form asks for the same items in each case, such as the image quality."


class GradingPanel(QScrollArea):
    """Shows a form and what was given; a grade is given at once, with a digit, a click or by typing.

    Signals:
        grade_given(key, grade): of the item with this key; None removes it.
        form_requested: the user wants to set or change the form.
        left: Escape was pressed.
    """

    grade_given = Signal(str, object)
    form_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = NO_FORM
        self._case: str | None = None
        self._rows: dict[str, ItemRow] = {}
        self._state = with_object_name(PlainLabel(wrap=True), "grading_state")
        self._state.setProperty("role", "muted")
        self._items = QVBoxLayout()
        self._items.setSpacing(2)
        self._edit = with_object_name(QPushButton(), "edit_form")
        self._edit.setProperty("role", "choice")
        self._edit.clicked.connect(self.form_requested)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self._state)
        column.addLayout(self._items)
        column.addWidget(self._edit)
        column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.set_form(NO_FORM, writable=False)
        self.set_grades(None, {}, writable=False)

    def set_form(self, form: Form, *, writable: bool) -> None:
        """Show this form; `writable` says whether it can be changed."""
        if form != self._form:
            self._form = form
            for row in self._rows.values():
                self._items.removeWidget(row)
                row.hide()
                row.deleteLater()
            self._rows = {item.key: self._add_row(number, form) for number, item in enumerate(form.items)}
            self.set_grades(None, {}, writable=False)
        self._edit.setText("Change form…" if form else "Set up a form…")
        self._edit.setEnabled(writable)

    def set_grades(self, case: str | None, grades: Mapping[str, Grade], *, writable: bool) -> None:
        """Show the grades of a case; None for no case."""
        is_other, self._case = case != self._case, case
        for key, row in self._rows.items():
            item = self._form.find(key)
            row.set_grade(None if item is None else self._form.grade(item, grades), keep_typed=not is_other)
            row.setEnabled(writable)
        self._state.setText(self._describe(grades))
        if is_other:
            self._start()

    def take_keyboard(self) -> None:
        """Give the keyboard to the first item that was not graded, or else to the first."""
        row = self._first_open()
        (self._edit if row is None else row.field).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def commit(self) -> None:
        """Give what was typed and not given yet."""
        for row in self._rows.values():
            row.commit()

    def _add_row(self, number: int, form: Form) -> ItemRow:
        row = make_row(form.items[number])
        row.grade_given.connect(self.grade_given)
        row.entered.connect(lambda: self._expand(row))
        row.step_requested.connect(lambda by: self._step(number, by))
        row.left.connect(self.left)
        self._items.addWidget(row)
        return row

    def _describe(self, grades: Mapping[str, Grade]) -> str:
        if not self._form:
            return _NO_FORM
        if self._case is None:
            return "Open a case to grade it."
        given = sum(self._form.grade(item, grades) is not None for item in self._form.items)
        missing = ", ".join(item.question for item in self._form.missing(grades))
        needed = f" Required: {missing}." if missing else ""
        return f"{given} of {len(self._form.items)} graded.{needed}"

    def _first_open(self) -> ItemRow | None:
        rows = list(self._rows.values())
        return next((row for row in rows if row.grade is None), rows[0] if rows else None)

    def _start(self) -> None:
        """Begin with the first item that is open; the keyboard stays in the panel if it is there."""
        row = self._first_open()
        if row is None:
            return
        self._expand(row)
        if any(other.field.hasFocus() for other in self._rows.values()) and self._case is not None:
            row.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _expand(self, row: ItemRow) -> None:
        for other in self._rows.values():
            other.set_expanded(other is row)
        self.ensureWidgetVisible(row, 0, 4)

    def _step(self, number: int, by: int) -> None:
        rows = list(self._rows.values())
        if 0 <= number + by < len(rows):
            rows[number + by].field.setFocus(Qt.FocusReason.TabFocusReason)
