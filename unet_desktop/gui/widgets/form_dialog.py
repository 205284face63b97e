"""FormDialog: fields, one sentence on what is still missing, and a button that is off until nothing is."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.object_name import with_object_name


class FormDialog(QDialog):
    """A dialog that asks; a subclass adds rows to `form`, says its `problem` and calls `check` when a field changes."""

    def __init__(self, parent: QWidget | None, title: str, accept_text: str, intro: str = "") -> None:
        """Make an empty form.

        Args:
            parent: the window it opens over.
            title: of the window.
            accept_text: on the button, a verb.
            intro: a sentence above the form, or empty.
        """
        super().__init__(parent)
        self.setWindowTitle(title)
        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setHorizontalSpacing(14)
        self.form.setVerticalSpacing(10)
        self._problem = with_object_name(wrapped_label(""), "problem")
        self._problem.setMinimumHeight(2 * self.fontMetrics().lineSpacing())  # a longer sentence must not move the form
        self._problem.setAlignment(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._accept = with_object_name(buttons.button(QDialogButtonBox.StandardButton.Ok), "accept")
        self._accept.setText(accept_text)
        self._accept.setProperty("role", "main")
        self._accept.setDefault(True)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(12)
        if intro:
            column.addWidget(wrapped_label(intro))
        column.addLayout(self.form)
        column.addStretch(1)
        column.addWidget(self._problem)
        column.addWidget(buttons)
        column.addStrut(504)  # the least width; unlike a minimum width of the dialog it never cuts a wider row

    def problem(self) -> str:
        """What is missing or wrong, as a sentence; empty when the request can be made."""
        return ""

    @property
    def acceptable(self) -> bool:
        """Was there no problem at the last check?"""
        return self._accept.isEnabled()

    @Slot()
    def check(self) -> None:
        """Show the problem and allow acceptance only without one."""
        problem = self.problem()
        self._problem.setText(problem)
        self._accept.setEnabled(not problem)

    def showEvent(self, event: QShowEvent) -> None:
        """The first field has the keyboard; else Qt gives it to the first button that is on, which is Cancel."""
        super().showEvent(event)
        field = next((field for field in self._fields() if field.focusPolicy() & Qt.FocusPolicy.TabFocus), None)
        if field is not None and not event.spontaneous():
            field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fields(self) -> Iterator[QWidget]:
        for row in range(self.form.rowCount()):
            for role in (QFormLayout.ItemRole.FieldRole, QFormLayout.ItemRole.SpanningRole):
                item = self.form.itemAt(row, role)
                field: QWidget | None = None if item is None else item.widget()
                if field is not None:
                    yield field.focusProxy() or field


def wrapped_label(text: str) -> QLabel:
    """A label that breaks its lines and shows text as it is, markup or not."""
    label = PlainLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def muted_label(text: str) -> QLabel:
    """A label for what explains a field: it steps back behind the fields."""
    label = wrapped_label(text)
    label.setProperty("role", "muted")
    return label
