"""ReadMaskedDialog: who reads the cases masked, and what that reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from unet_desktop.file_names import fold
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.person import MAX_LENGTH, clean_name
from unet_desktop.project.workbooks import FoundWorkbook

_INTRO = (
    "A masked reader works on the cases of this project with own masks, and sees nobody else's masks, notes or flags. "
    "Several people can read at the same time, also on a shared drive. Which reading do you want to open?"
)
_NEW = "A new one"


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Which reading to open.

    Attributes:
        reader: the name of the reader.
        found: a reading that is there; None to make one.
        again: make another one of a reader who has one.
        predictions: show the project's predictions in it.
        from_project: begin it with the project's masks.
    """

    reader: str
    found: FoundWorkbook | None = None
    again: bool = False
    predictions: bool = False
    from_project: bool = False


class ReadMaskedDialog(FormDialog):
    """Asks for a reading that is there, or for a new one."""

    def __init__(self, parent: QWidget | None, found: Sequence[FoundWorkbook], name: str, *, predictions: bool) -> None:
        """Offer these readings, first the one of the person at this computer.

        Args:
            parent: the window.
            found: the project's readings.
            name: of the person at this computer.
            predictions: the project has some.
        """
        super().__init__(parent, "Read masked", "Read", _INTRO)
        self._found = list(found)
        self._readings = with_object_name(QComboBox(), "reading")
        for one in self._found:
            self._readings.addItem(one.workbook.title, one)
        self._readings.addItem(_NEW, None)
        self._name = with_object_name(QLineEdit(name), "reader_name")
        self._name.setMaxLength(MAX_LENGTH)
        self._again = with_object_name(QCheckBox("Read the same cases once more"), "again")
        self._again.setToolTip("For the agreement of a reader with oneself; the former masks stay hidden")
        self._predictions = with_object_name(QCheckBox("Show the project's predictions"), "show_predictions")
        self._predictions.setEnabled(predictions)
        self._from_project = with_object_name(
            QCheckBox("Begin with the project's masks: they are this reader's work"), "from_project"
        )
        self._hint = muted_label("")
        self.form.addRow("&Reading", self._readings)
        self.form.addRow("&Name", self._name)
        for box in (self._again, self._predictions, self._from_project):
            self.form.addRow("", box)
        self.form.addRow("", self._hint)
        mine = [number for number, one in enumerate(self._found) if fold(one.workbook.reader) == fold(name)]
        self._readings.setCurrentIndex(mine[-1] if mine else len(self._found))
        self._readings.currentIndexChanged.connect(self._on_reading_changed)
        self._name.textChanged.connect(self._on_reading_changed)
        self._again.toggled.connect(self.check)
        self._on_reading_changed()

    def request(self) -> ReadRequest:
        """What the user asked for."""
        chosen: FoundWorkbook | None = self._readings.currentData()
        if chosen is not None:
            return ReadRequest(chosen.workbook.reader, chosen)
        return ReadRequest(
            clean_name(self._name.text()),
            again=self._has_reading and self._again.isChecked(),
            predictions=self._predictions.isChecked(),
            from_project=self._from_project.isChecked(),
        )

    def problem(self) -> str:
        """What is missing or wrong, as a sentence."""
        request = self.request()
        if request.found is not None:
            return ""
        if not request.reader:
            return "The reader needs a name."
        if self._has_reading and not request.again:
            return f"The name {request.reader} is taken by another reader of this project."
        return ""

    @property
    def _has_reading(self) -> bool:
        name = fold(clean_name(self._name.text()))
        return any(fold(one.workbook.reader) == name for one in self._found)

    @Slot()
    def _on_reading_changed(self) -> None:
        chosen: FoundWorkbook | None = self._readings.currentData()
        for row in (self._name, self._predictions, self._from_project):
            self.form.setRowVisible(row, chosen is None)
        self.form.setRowVisible(self._again, chosen is None and self._has_reading)
        self.form.setRowVisible(self._hint, chosen is not None)
        if chosen is not None:
            about = chosen.workbook
            seen = "The project's predictions are shown" if about.shows_predictions else "Predictions are hidden"
            self._hint.setText(f"{seen}. Begun {about.began[:10]}.")
        self.check()
