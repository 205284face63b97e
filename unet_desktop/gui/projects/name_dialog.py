"""NameDialog: under which name a person's work is noted."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from unet_desktop.gui.widgets.form_dialog import FormDialog
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.person import MAX_LENGTH, clean_name


class NameDialog(FormDialog):
    """Asks for a name; an empty one is an answer too."""

    def __init__(self, parent: QWidget | None, name: str) -> None:
        """Show the present name."""
        intro = (
            "Each project notes who changed, accepted or approved which case. Which name stands there for you? It is "
            "kept on this computer, and an empty one is shown as “not named”."
        )
        super().__init__(parent, "Your name", "Save", intro)
        self._name = with_object_name(QLineEdit(name), "person_name")
        self._name.setMaxLength(MAX_LENGTH)
        self._name.setPlaceholderText("Not named")
        self.form.addRow("&Name", self._name)
        self._name.setFocus()
        self.check()

    def name(self) -> str:
        """The name as it will be kept."""
        return clean_name(self._name.text())
