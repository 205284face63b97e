"""Dialogs about one case: its details, and a quick note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QLineEdit, QPlainTextEdit, QWidget

from unet_desktop.gui.cases.cases_model import full_state_text
from unet_desktop.gui.widgets.form_dialog import FormDialog, wrapped_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import LabelSet
from unet_desktop.project.case import LONGEST_EYE, SHORTEST_EYE, Case

_EYES = {Eye.UNKNOWN: "Unknown", Eye.RIGHT: "Right (OD)", Eye.LEFT: "Left (OS)"}


@dataclass(frozen=True, slots=True)
class CaseDetails:
    """What people note about a case; the fields are those of `Case`."""

    patient: str
    eye: Eye
    notes: str
    flagged: bool
    axial_length_mm: float | None = None


class CaseDetailsDialog(FormDialog):
    """Patient, eye, notes and flag to change; picture, size, state and last change to read."""

    def __init__(self, parent: QWidget | None, case: Case, picture: Path, labels: LabelSet | None = None) -> None:
        """Show this case; `picture` is its image file, `labels` are the project's."""
        super().__init__(parent, f"Case {case.id}", "Save")
        self._patient = with_object_name(QLineEdit(case.patient), "patient")
        self._patient.setToolTip("Cases of the same patient are never split between training and validation")
        self._eye = with_object_name(QComboBox(), "eye")
        for eye, text in _EYES.items():
            self._eye.addItem(text, eye.value)
        self._eye.setCurrentIndex(list(_EYES).index(case.eye))
        self._axial_length = with_object_name(_axial_length_field(case.axial_length_mm), "axial_length")
        self._notes = with_object_name(QPlainTextEdit(case.notes), "notes")
        self._notes.setTabChangesFocus(True)
        self._notes.setMinimumHeight(4 * self.fontMetrics().lineSpacing())
        self._flagged = with_object_name(QCheckBox("Doubtful: leave it out of training"), "flagged")
        self._flagged.setChecked(case.flagged)
        self.form.addRow("&Patient", self._patient)
        self.form.addRow("&Eye", self._eye)
        self._shown_length = self._axial_length.value()  # rounded
        if labels is None or labels.shows_eye():
            self.form.addRow("&Axial length", self._axial_length)
        self.form.addRow("&Notes", self._notes)
        self.form.addRow("&Flagged", self._flagged)
        self.form.addRow("Picture", _readable(str(picture), "picture"))
        self.form.addRow("Size", _readable(f"{case.width} × {case.height} pixels", "size"))
        self.form.addRow("State", _readable(full_state_text(case, labels), "state"))
        self.form.addRow("Changed", _readable(_last_change(case), "changed"))
        self._patient.setFocus()
        self.check()

    def details(self) -> CaseDetails:
        """The content of the fields."""
        return CaseDetails(
            self._patient.text().strip(),
            Eye(self._eye.currentData()),
            self._notes.toPlainText().strip(),
            self._flagged.isChecked(),
            self._axial_length.value() if self._axial_length.value() > self._axial_length.minimum() else None,
        )

    @property
    def is_length_changed(self) -> bool:
        """Whether the axial length is another than was shown."""
        return self._axial_length.value() != self._shown_length


class CaseNoteDialog(FormDialog):
    """The note alone; Ctrl+Return saves it."""

    def __init__(self, parent: QWidget | None, case: Case) -> None:
        """Show this case's note."""
        super().__init__(parent, f"Note on {case.id}", "Save")
        self._notes = with_object_name(QPlainTextEdit(case.notes), "notes")
        self._notes.setTabChangesFocus(True)
        self._notes.setAccessibleName("Note")
        self._notes.setMinimumHeight(4 * self.fontMetrics().lineSpacing())
        self._notes.moveCursor(QTextCursor.MoveOperation.End)
        self.form.addRow("&Note", self._notes)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.accept)
        self._notes.setFocus()
        self.check()

    def notes(self) -> str:
        """The content of the field."""
        return self._notes.toPlainText().strip()


def _axial_length_field(length: float | None) -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setRange(SHORTEST_EYE - 0.01, LONGEST_EYE)
    field.setDecimals(2)
    field.setSingleStep(0.1)
    field.setSuffix(" mm")
    field.setSpecialValueText("Not known")
    field.setToolTip("Of the eye, as a biometer measured it; with the camera’s angle (View panel) it gives millimetres")
    field.setValue(field.minimum() if length is None else length)
    return field


def _readable(text: str, name: str) -> QLabel:
    label = with_object_name(wrapped_label(text), name)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _last_change(case: Case) -> str:
    """When, in local time, and by whom."""
    if not case.changed_at:
        return "Not since it was added"
    try:
        when = datetime.fromisoformat(case.changed_at).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):  # written by another program
        when = case.changed_at
    return f"{when} by {case.changed_by}" if case.changed_by else when
