"""LabelEditor: changes the labels of a project, and says beforehand what that does to masks and models."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton, QWidget

from unet_desktop.errors import LabelError
from unet_desktop.gui.projects.label_table import LabelTable
from unet_desktop.gui.style.plain_text import plain_tip
from unet_desktop.gui.widgets.form_dialog import FormDialog, wrapped_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.label_edits import describe_edit
from unet_desktop.labels import LabelSet
from unet_desktop.plurals import quantity


class LabelEditor(FormDialog):
    """Asks for other labels of a project.

    Attributes:
        undo_asked: the last change of the labels is to be undone instead.
    """

    def __init__(
        self,
        parent: QWidget | None,
        labels: LabelSet,
        *,
        worked_on: int = 0,
        models: Sequence[tuple[str, LabelSet]] = (),
        last_change: Sequence[str] = (),
    ) -> None:
        """Show the labels.

        Args:
            parent: the window it opens over.
            labels: of the project.
            worked_on: number of cases that somebody or a model has worked on.
            models: names of the project's models, and the labels that each was trained for.
            last_change: what the last change did that can be undone; empty if there is none.
        """
        super().__init__(parent, "Labels", "Change labels")
        self.undo_asked = False
        self._labels, self._worked_on, self._models = labels, worked_on, models
        self._table = LabelTable(labels)
        self._table.setMinimumHeight(230)
        self._effects = with_object_name(wrapped_label(""), "effects")
        self._effects.setMinimumHeight(4 * self.fontMetrics().lineSpacing())
        undo = with_object_name(QPushButton("Undo last change"), "undo_labels")
        undo.setAutoDefault(False)
        undo.setVisible(bool(last_change))
        undo.setToolTip(plain_tip("Undo: " + "; ".join(last_change)))
        undo.clicked.connect(self._on_undo_clicked)
        self._table.button_row.addWidget(undo)
        self.form.addRow(self._table)
        self.form.addRow(self._effects)
        self.resize(640, self.sizeHint().height())
        self._table.labels_changed.connect(self.check)
        self.check()

    def labels(self) -> LabelSet:
        """The labels that were asked for.

        Raises:
            LabelError: they do not fit together; the dialog cannot be accepted then.
        """
        return self._table.labels()

    def problem(self) -> str:
        """A sentence about what is missing or wrong; empty when nothing is."""
        if not self._table.all_named:
            return "Give each label a name."
        try:
            self._table.labels()
        except LabelError as error:
            return str(error)
        return ""

    @Slot()
    def check(self) -> None:
        """Show the problem, and what the change does."""
        super().check()
        self._effects.setText("" if self.problem() else self._describe_effects())

    def _describe_effects(self) -> str:
        labels = self._table.labels()
        done = describe_edit(self._labels, labels)
        if not done:
            return ""
        values = {label.value for label in labels}
        lines = ["; ".join(done) + "."]
        if any(label.value not in values for label in self._labels):
            lines.append("Masks that hold a label that goes are rewritten, and kept in their timelines first.")
        added = [label.name for label in labels if self._labels.by_value(label.value) is None]
        if added and self._worked_on:
            names = " and ".join(added)
            cases = quantity(self._worked_on, "case")
            lines.append(f"{names}: not annotated in the {cases} worked on so far, until drawn there.")
        useless = [name for name, theirs in self._models if not theirs.same_structures(labels)]
        if useless:
            shown = ", ".join(useless[:3]) + (", ..." if len(useless) > 3 else "")
            lines.append(f"Trained for other labels, so train again: {shown}.")
        return "\n".join(lines)

    @Slot()
    def _on_undo_clicked(self) -> None:
        self.undo_asked = True
        self.accept()
