"""CheckDialog: what is wrong with a project, and a button that repairs what can be repaired."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.plurals import quantity
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.events import CheckFinding, CheckRemark

_SIZE = (640, 400)


class CheckDialog(QDialog):
    """The findings as sentences; accepted when they are to be repaired."""

    def __init__(
        self,
        parent: QWidget | None,
        findings: Sequence[CheckFinding],
        remarks: Sequence[CheckRemark] = (),
        *,
        writable: bool,
        after_repair: bool = False,
    ) -> None:
        """Show these findings, and what is unusual but may be meant.

        Nothing is repaired in a project that cannot be changed here, or right after that.
        """
        super().__init__(parent)
        self.setWindowTitle("Check of the project")
        self.resize(*_SIZE)
        repairable = not after_repair and any(finding.remedy and not finding.repaired for finding in findings)
        words = PlainLabel(_headline(findings, remarks, after_repair=after_repair), wrap=True)
        self._list = with_object_name(QListWidget(), "findings")
        self._list.setWordWrap(True)
        self._list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setSpacing(4)
        self._list.setAccessibleName("What was found")
        for line in [finding.line for finding in findings] + [remark.line for remark in remarks]:
            self._list.addItem(QListWidgetItem(escape_controls(line)))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._repair = with_object_name(QPushButton("&Repair"), "repair")
        self._repair.setToolTip("Nothing that a person drew is deleted: it goes to the bin")
        self._repair.setProperty("role", "main")
        self._repair.setEnabled(writable)
        buttons.addButton(self._repair, QDialogButtonBox.ButtonRole.AcceptRole)
        self._repair.setVisible(repairable)  # after adding, which shows it
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(not repairable)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(12)
        for part in (words, self._list, buttons):
            column.addWidget(part)


def _headline(findings: Sequence[CheckFinding], remarks: Sequence[CheckRemark], *, after_repair: bool) -> str:
    repaired = sum(finding.repaired for finding in findings)
    left = len(findings) - repaired
    repairable = sum(bool(finding.remedy) and not finding.repaired for finding in findings)
    lines = [f"{quantity(repaired, 'problem was', 'problems were')} repaired."] if repaired else []
    if left and after_repair:
        lines.append(f"{quantity(left, 'problem was', 'problems were')} not repaired.")
    elif left:
        can = f" {repairable:,} of them can be repaired." if repairable else " They cannot be repaired here."
        found = quantity(left, "problem was", "problems were") + " found."
        lines.append(found + (can if left > 1 else can.replace("They", "It").replace("1 of them", "It")))
    if remarks:
        lines += [] if findings else ["Everything is as it should be."]
        lines.append(f"{quantity(len(remarks), 'remark')} on masks and pictures, which may be meant.")
    return " ".join(lines)
