"""AssignDialog: who is to read which cases."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QLineEdit, QSpinBox, QWidget

from unet_desktop.file_names import fold
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.person import clean_name

_INTRO = (
    "Assigned cases are those that a reader gets for a masked reading. The case list finds them by “assigned:NAME”. "
    "Cases of one patient go to the same readers."
)


class AssignDialog(FormDialog):
    """Asks for readers, how many of them read each case, and which cases."""

    def __init__(self, parent: QWidget | None, names: Sequence[str], shown: int, total: int) -> None:
        """Suggest the readers that are known.

        Args:
            parent: the window.
            names: of these readers.
            shown: number of cases that the case list shows.
            total: number of all cases.
        """
        super().__init__(parent, "Assign cases", "Assign", _INTRO)
        self._names = with_object_name(QLineEdit(", ".join(names)), "assigned_names")
        self._names.setPlaceholderText("Names, separated by commas; none to take the assignment away")
        self._per_case = with_object_name(QSpinBox(), "per_case")
        self._per_case.setRange(0, 20)
        self._per_case.setSpecialValueText("all of them")
        self._only_shown = with_object_name(
            QCheckBox(f"Only the {shown:,} of {total:,} cases that are listed"), "shown"
        )
        self.form.addRow("&Readers", self._names)
        self.form.addRow("Readers of &each case", self._per_case)
        self.form.addRow("", self._only_shown)
        self.form.setRowVisible(self._only_shown, 0 < shown < total)
        self.form.addRow("", muted_label("This replaces an earlier assignment of these cases."))
        self._names.textChanged.connect(self.check)
        self._per_case.valueChanged.connect(self.check)
        self.check()

    def names(self) -> list[str]:
        """The readers."""
        return [name for part in self._names.text().split(",") if (name := clean_name(part))]

    @property
    def per_case(self) -> int:
        """How many readers each case gets; 0 for all."""
        return self._per_case.value()

    @property
    def only_shown(self) -> bool:
        """Whether only the cases that are listed are assigned."""
        return self.form.isRowVisible(self._only_shown) and self._only_shown.isChecked()

    def problem(self) -> str:
        """What is wrong, as a sentence."""
        names = self.names()
        if len({fold(name) for name in names}) < len(names):
            return "A name is given twice."
        if names and self.per_case > len(names):
            return f"Each case is to be read by {self.per_case} readers; name as many."
        return ""
