"""The rows of the grading panel: a choice with a digit for each, a number, a text."""

from __future__ import annotations

from itertools import chain

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from unet_desktop.gui.commands.keyboard import meanings
from unet_desktop.gui.style.plain_text import PlainLabel, plain_tip
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.json_data import DataError
from unet_desktop.project.case import Grade
from unet_desktop.project.form import Item, ItemKind

_NOT_GRADED = "–"
_TYPED_AFTER = 1500
"""Milliseconds after which what was typed is given."""
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Return: 1, Qt.Key.Key_Enter: 1}
_CLEARING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class ItemRow(QFrame):
    """The question and what was given.

    Signals:
        grade_given(key, grade): None removes it.
        entered: it has the keyboard, or was clicked.
        step_requested(by): give the keyboard to the row that many below.
        left: Escape was pressed.

    Attributes:
        item: of the form.
        grade: what was given; None if nothing was.
    """

    grade_given = Signal(str, object)
    entered = Signal()
    step_requested = Signal(int)
    left = Signal()

    def __init__(self, item: Item, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"item.{item.key}")
        self.item = item
        self.grade: Grade | None = None
        question = PlainLabel(item.question + (" *" if item.required else ""), wrap=True)
        question.setProperty("role", "heading")
        self._shown = with_object_name(PlainLabel(_NOT_GRADED), "grade")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(question, 1)
        head.addWidget(self._shown)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 4, 4, 4)
        self._column.setSpacing(3)
        self._column.addLayout(head)
        self._explanation = PlainLabel(item.explanation, wrap=True)
        self._explanation.setProperty("role", "muted")
        self._explanation.hide()
        tip = f"{item.explanation} Required for approval." if item.required else item.explanation
        self.setToolTip(plain_tip(tip.strip()))

    @property
    def field(self) -> QWidget:
        """What takes the keyboard."""
        return self

    def set_grade(self, grade: Grade | None, *, keep_typed: bool) -> None:
        """Show what was given, without a signal; `keep_typed` leaves what is being typed."""
        self.grade = grade
        self.setAccessibleName(f"{self.item.question}: {'not graded' if grade is None else grade}")

    def set_expanded(self, expanded: bool) -> None:
        """Show how to decide."""
        self._explanation.setVisible(expanded and bool(self.item.explanation))

    def commit(self) -> None:
        """Give what was typed."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.field.setFocus(Qt.FocusReason.MouseFocusReason)
        self.entered.emit()

    def _take_key(self, event: QKeyEvent) -> bool:
        """Use a key that all rows know; False if it is none."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return True
        by = _STEPS.get(Qt.Key(event.key()))
        if by is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        self.step_requested.emit(by)
        return True


def make_row(item: Item) -> ItemRow:
    """Return the row of an item."""
    if item.kind is ItemKind.CHOICE:
        return ChoiceRow(item)
    return NumberRow(item) if item.kind is ItemKind.NUMBER else TextRow(item)


class ChoiceRow(ItemRow):
    """Its choices are shown while it has the keyboard; their digits give them, and the next row follows."""

    def __init__(self, item: Item, parent: QWidget | None = None) -> None:
        super().__init__(item, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._buttons: dict[str, QPushButton] = {}
        for number, choice in enumerate(item.choices, 1):
            button = with_object_name(QPushButton(f"{number}   {choice}".replace("&", "&&")), f"choice.{number}")
            button.setProperty("role", "choice")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAccessibleName(choice)
            button.clicked.connect(lambda _checked=False, chosen=choice: self._choose(chosen))
            button.hide()
            self._column.addWidget(button)
            self._buttons[choice] = button
        self._column.addWidget(self._explanation)

    def set_grade(self, grade: Grade | None, *, keep_typed: bool) -> None:
        super().set_grade(grade, keep_typed=keep_typed)
        self._shown.setText(_NOT_GRADED if grade is None else str(grade))
        for choice, button in self._buttons.items():
            button.setChecked(choice == grade)
        choices = ", ".join(f"{number} {choice}" for number, choice in enumerate(self.item.choices, 1))
        self.setAccessibleDescription(choices)

    def set_expanded(self, expanded: bool) -> None:
        super().set_expanded(expanded)
        for button in self._buttons.values():
            button.setVisible(expanded)

    def _choose(self, choice: str) -> None:
        """Give a choice and go on; the one that was given is taken back."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if choice == self.grade:
            self.grade_given.emit(self.item.key, None)
        else:
            self.grade_given.emit(self.item.key, choice)
            self.step_requested.emit(1)

    def _choice_of(self, event: QKeyEvent) -> str | None:
        """The choice that a digit means, whatever the keyboard's layout; None for other keys."""
        for keys in chain(*meanings(event)):
            number = keys.key() - Qt.Key.Key_0
            if not keys.keyboardModifiers() and 1 <= number <= min(9, len(self.item.choices)):
                return self.item.choices[number - 1]
        return None

    def event(self, event: QEvent) -> bool:
        """Keep the keys that it uses from the commands of the window."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            key = Qt.Key(event.key())
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            known = key in _STEPS or key in _CLEARING or key == Qt.Key.Key_Escape
            if (plain and known) or self._choice_of(event) is not None:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        choice = self._choice_of(event)
        if choice is not None:
            if choice == self.grade:
                self.step_requested.emit(1)
            else:
                self._choose(choice)
        elif event.key() in _CLEARING:
            self.grade_given.emit(self.item.key, None)
        elif not self._take_key(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()


class _TypedRow(ItemRow):
    """A field; what is typed is given after a moment, with Return, and when the keyboard goes elsewhere."""

    def __init__(self, item: Item, field: QLineEdit | QPlainTextEdit, parent: QWidget | None = None) -> None:
        super().__init__(item, parent)
        self._shown.hide()
        self._field = with_object_name(field, "field")
        self._field.setAccessibleName(item.question)
        self._problem = with_object_name(PlainLabel(wrap=True), "problem")
        self._problem.setProperty("role", "warning")
        self._problem.hide()
        for part in (self._field, self._problem, self._explanation):
            self._column.addWidget(part)
        self._field.textChanged.connect(self._on_field_text_changed)
        self._field.installEventFilter(self)
        self._timer = QTimer(self, singleShot=True, interval=_TYPED_AFTER)
        self._timer.timeout.connect(self.commit)
        self._typed = False  # since it was given or shown

    @property
    def field(self) -> QWidget:
        return self._field

    @property
    def text(self) -> str:
        """What is in the field."""
        raise NotImplementedError

    def read_text(self, text: str) -> Grade | None:
        """Return what a text means; None for nothing.

        Raises:
            DataError: the item does not take it.
        """
        raise NotImplementedError

    def commit(self) -> None:
        self._timer.stop()
        if not self._typed:
            return
        try:
            grade = self.read_text(self.text)
        except DataError as error:
            self._problem.setText(f"{error}.")
            self._problem.show()
            return
        self._problem.hide()
        self._typed = False
        if grade != self.grade:
            self.grade_given.emit(self.item.key, grade)

    def set_grade(self, grade: Grade | None, *, keep_typed: bool) -> None:
        super().set_grade(grade, keep_typed=keep_typed)
        if keep_typed and (self._typed or self._field.hasFocus()):
            return
        with QSignalBlocker(self._field):
            self._show("" if grade is None else f"{grade:g}" if isinstance(grade, float) else str(grade))
        self._timer.stop()
        self._problem.hide()
        self._typed = False

    def _show(self, text: str) -> None:
        raise NotImplementedError

    def _on_field_text_changed(self) -> None:
        self._typed = True
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.FocusIn:
            self.entered.emit()
        elif kind is QEvent.Type.FocusOut:
            self.commit()
        elif kind is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._steps_with(event):
            event.accept()  # or the window's commands would get it
            return True
        elif kind is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._steps_with(event):
            self.commit()
            stays = self._typed and event.key() != Qt.Key.Key_Escape  # until it can be taken
            return stays or self._take_key(event)
        return False

    def _steps_with(self, event: QKeyEvent) -> bool:
        return event.key() in _STEPS or event.key() == Qt.Key.Key_Escape


class NumberRow(_TypedRow):
    """A number with its unit and limits."""

    def __init__(self, item: Item, parent: QWidget | None = None) -> None:
        field = QLineEdit()
        super().__init__(item, field, parent)
        self._line = field
        field.setPlaceholderText(" ".join(part for part in (item.limits, item.unit) if part))

    @property
    def text(self) -> str:
        return self._line.text()

    def read_text(self, text: str) -> Grade | None:
        if not text.strip():
            return None
        try:
            number = float(text.strip().replace(",", "."))
        except ValueError as error:
            raise DataError(f'{self.item.question}: "{text.strip()[:40]}" is not a number') from error
        return self.item.check(number)

    def _show(self, text: str) -> None:
        self._line.setText(text)


class TextRow(_TypedRow):
    """Words; Return begins a new line."""

    def __init__(self, item: Item, parent: QWidget | None = None) -> None:
        field = QPlainTextEdit()
        super().__init__(item, field, parent)
        self._area = field
        field.setTabChangesFocus(True)
        field.setFixedHeight(3 * self.fontMetrics().lineSpacing() + 10)

    @property
    def text(self) -> str:
        return self._area.toPlainText()

    def read_text(self, text: str) -> Grade | None:
        return self.item.check(text.strip()) if text.strip() else None

    def _show(self, text: str) -> None:
        self._area.setPlainText(text)

    def _steps_with(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape
