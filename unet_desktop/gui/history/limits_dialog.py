"""VersionLimitsDialog: how much is kept of the versions of masks."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSpinBox, QWidget

from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.project.version_limits import VersionLimits

_INTRO = (
    "Earlier states of masks are kept in each project. When they get too many or too old, the oldest are dropped, but "
    "never the newest or the last approved one of a case."
)


class VersionLimitsDialog(FormDialog):
    """Asks for megabytes and days.

    Signals:
        counted(megabytes): what the versions of the open project take now; any thread may emit it.
    """

    counted = Signal(float)

    def __init__(self, parent: QWidget | None, limits: VersionLimits) -> None:
        """Show these limits."""
        super().__init__(parent, "Versions to keep", "Keep", _INTRO)
        self._megabytes = _number("megabytes", 1, 1_000_000, limits.megabytes, " MB")
        self._megabytes.setAccessibleName("Megabytes for the versions of a project")
        self._days = _number("days", 1, 36_500, limits.days, " days")
        self._days.setAccessibleName("Days that versions are kept")
        self.form.addRow("At most, for each &project", self._megabytes)
        self.form.addRow("For at &most", self._days)
        self._used = with_object_name(muted_label("Counting those of this project…"), "versions_size")
        self.form.addRow(self._used)
        self.counted.connect(self._on_counted)
        self.check()

    def _on_counted(self, megabytes: float) -> None:
        self._used.setText(f"Those of this project take {megabytes:,.1f} MB now.")

    def limits(self) -> VersionLimits:
        """What was chosen."""
        return VersionLimits(self._megabytes.value(), self._days.value())


def _number(name: str, least: int, most: int, value: int, unit: str) -> QSpinBox:
    field = with_object_name(QSpinBox(), name)
    field.setRange(least, most)
    field.setGroupSeparatorShown(True)
    field.setSuffix(unit)
    field.setValue(value)
    return field
