"""ConflictsDialog: what was changed on both sides, or could not be collected, case by case."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.plurals import quantity
from unet_desktop.safe_text import escape_controls

_SIZE = (680, 400)


class ConflictsDialog(QDialog):
    """A list of sentences to read."""

    def __init__(self, parent: QWidget | None, sentences: Sequence[str]) -> None:
        """Show these sentences."""
        super().__init__(parent)
        self.setWindowTitle("Collected copies")
        self.resize(*_SIZE)
        need = quantity(len(sentences), "case needs", "cases need")
        intro = PlainLabel(
            f"{need} a look. Nothing was lost: where both sides changed a mask, the other one is among the versions of "
            "the case.",
            wrap=True,
        )
        shown = with_object_name(QListWidget(), "conflicts")
        shown.setWordWrap(True)
        shown.setTextElideMode(Qt.TextElideMode.ElideNone)
        shown.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        shown.setSpacing(4)
        shown.setAccessibleName("Cases that need a look")
        for sentence in sentences:
            shown.addItem(QListWidgetItem(escape_controls(sentence)))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(12)
        for part in (intro, shown, buttons):
            column.addWidget(part)
