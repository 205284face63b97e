"""SeveralCases: what is done to all selected cases at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from unet_desktop.errors import ProjectError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.images.laterality import Eye
from unet_desktop.plurals import quantity
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.marks import Annotations
from unet_desktop.tasks.changed_cases import CasesWritten

_EYES = {None: "Leave as it is", Eye.RIGHT: "Right (OD)", Eye.LEFT: "Left (OS)", Eye.UNKNOWN: "Unknown"}


class SeveralCases:
    """Approves, flags and describes the selected cases, in the background and in batches."""

    def __init__(self, app: AppModel, window: QWidget) -> None:
        """Open dialogs over the window."""
        self._app, self._window = app, window

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the selected cases if they are several, else none."""
        ids = self._app.session.selected_ids
        return ids if len(ids) > 1 else ()

    @property
    def all_approved(self) -> bool:
        """Whether the selected cases are all approved."""
        return all(case.state is CaseState.APPROVED for case in self._cases())

    @property
    def all_flagged(self) -> bool:
        """Whether the selected cases are all flagged."""
        return all(case.flagged for case in self._cases())

    def toggle_approved(self) -> None:
        """Approve the selected cases, or withdraw that if all are approved."""
        approved = not self.all_approved
        incomplete = {case.id for case in self._cases() if case.incomplete} if approved else set()
        given: dict[str, Annotations] = {case_id: {} for case_id in self.chosen if case_id not in incomplete}
        problems = [f"{case_id} is incomplete: a cup is missing." for case_id in sorted(incomplete)]
        self._start("Approving" if approved else "Withdrawing approvals", given, problems, approved=approved)

    def toggle_flagged(self) -> None:
        """Flag the selected cases, or remove the flags if all are flagged."""
        flagged = not self.all_flagged
        self._start(
            "Flagging" if flagged else "Removing flags", {case_id: {"flagged": flagged} for case_id in self.chosen}, []
        )

    def describe(self) -> None:
        """Ask for patient, eye and note, and write what was given to all selected cases."""
        dialog = SeveralDetailsDialog(self._window, len(self.chosen))
        if dialog.exec():
            details = dialog.details()
            self._start("Describing", {case.id: details.of(case) for case in self._cases()}, [])

    def _cases(self) -> list[Case]:
        project = self._app.session.project
        return [] if project is None else [project.case(case_id) for case_id in self.chosen]

    def _start(
        self, what: str, given: Mapping[str, Annotations], problems: list[str], *, approved: bool | None = None
    ) -> None:
        """Change these cases; the problems of others are told with those that come up.

        Raises:
            ProjectError: another job is running, or all cases have a problem.
        """
        project, runner = self._app.session.project, self._app.runner
        if project is None or not self._app.autosave.flush():
            return
        if runner.busy:
            raise ProjectError(f"{runner.title} is running. Wait until it has ended, then try again.")
        if not given:
            raise ProjectError(f"None of the {len(problems)} selected cases can be approved. {problems[0]}")
        root = project.root

        def start() -> Iterator[CasesWritten]:
            from unet_desktop.tasks.change_cases import mark_cases

            if problems:
                yield CasesWritten((), 0, len(given), tuple(problems))
            yield from mark_cases(root, given, approved=approved)

        count = quantity(len(given), "case")
        kept = "The cases changed so far stay changed."
        runner.start(Job(f"{what} {count}", start, root=root, kept=lambda: kept))


@dataclass(frozen=True, slots=True)
class SeveralDetails:
    """What is written to several cases; what is empty or None is left as it is.

    Attributes:
        patient: the patient's identifier.
        eye: which eye.
        note: is added to the notes of each.
    """

    patient: str = ""
    eye: Eye | None = None
    note: str = ""

    def of(self, case: Case) -> Annotations:
        """Return what changes for this case."""
        notes = "\n".join(filter(None, (case.notes, self.note))) if self.note else None
        return {"patient": self.patient or None, "eye": self.eye, "notes": notes}


class SeveralDetailsDialog(FormDialog):
    """Patient, eye and a note for several cases."""

    def __init__(self, parent: QWidget | None, count: int) -> None:
        super().__init__(parent, f"Details of {count:,} cases", f"Save for {count:,} cases")
        self._patient = with_object_name(QLineEdit(), "patient")
        self._patient.setPlaceholderText("Leave as it is")
        self._eye = with_object_name(QComboBox(), "eye")
        for text in _EYES.values():
            self._eye.addItem(text)
        self._note = with_object_name(QPlainTextEdit(), "note")
        self._note.setTabChangesFocus(True)
        self._note.setFixedHeight(4 * self.fontMetrics().lineSpacing())
        self.form.addRow("&Patient", self._patient)
        self.form.addRow("&Eye", self._eye)
        self.form.addRow("Add to the &notes", self._note)
        self.form.addRow("", muted_label("What stays empty is left as it is. Notes that are there are kept."))
        self._patient.textChanged.connect(self.check)
        self._eye.currentIndexChanged.connect(self.check)
        self._note.textChanged.connect(self.check)
        self.check()

    def details(self) -> SeveralDetails:
        """The content of the fields."""
        eye = list(_EYES)[self._eye.currentIndex()]
        return SeveralDetails(self._patient.text().strip(), eye, self._note.toPlainText().strip())

    def problem(self) -> str:
        """A sentence as long as nothing was given."""
        return "" if self.details() != SeveralDetails() else "Give a patient, an eye or a note."
