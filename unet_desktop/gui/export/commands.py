"""Commands of exporting what people drew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from unet_desktop.errors import ProjectError, Remedy, UserError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.export.dialog import ExportDialog, list_offers
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.messages.confirm import confirm
from unet_desktop.tasks.events import ExportEvent
from unet_desktop.tasks.export.request import ExportRequest, suggest_place


class ExportCommands(CommandSet):
    """Export cases, report on a patient."""

    def __init__(self, app: AppModel, window: QWidget, errors: ShowsErrors) -> None:
        """Open dialogs over the window."""
        super().__init__(errors)
        self._app, self._window = app, window

    @command(
        "project.export",
        "E&xport cases…",
        shortcut="Ctrl+E",
        icon="export",
        needs=Needs.PROJECT | Needs.CASES | Needs.IDLE,
        tip="Write masks, measurements, outlines and a report of what people drew",
    )
    def export(self) -> None:
        """Ask which cases to export as what, and do it."""
        session, store = self._app.session, self._app.store
        project = session.project
        if project is None or self._app.runner.busy or not self._app.autosave.flush():
            return
        cases = project.cases()
        offers = list_offers(cases, session.cases.query, session.selected_ids, session.case_id)
        dialog = ExportDialog(self._window, project.root, cases, offers, store.export_choice)
        if dialog.exec():
            store.keep_export_choice(dialog.choice())
            self._start(dialog.request())

    @command(
        "project.patient_report",
        "&Patient report…",
        shortcut="Ctrl+Alt+P",
        needs=Needs.PROJECT | Needs.CASE | Needs.IDLE,
        tip="One page about the open case's patient: both eyes side by side, as PDF or for a browser",
    )
    def report_patient(self) -> None:
        """Ask for a file and write the report of the open case's patient.

        Raises:
            ProjectError: no patient is noted.
        """
        project, opened = self._app.session.project, self._app.session.open
        if project is None or opened is None or not self._app.autosave.flush():
            return
        patient = project.case(opened.case.id).patient
        if not patient:
            raise ProjectError(f"No patient is noted for {opened.case.id}. Choose Case, Details to note one.")
        name = "".join(letter if letter.isalnum() or letter in "-_ " else "_" for letter in patient)
        start_at = str(suggest_place(project.root, "").with_name(f"{name}.pdf"))
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Save the patient report", start_at, "PDF (*.pdf);;Web page (*.html)"
        )
        if not chosen:
            return
        path = Path(chosen)
        # The dialog has asked whether the file with the name that was typed may be replaced.
        replaces, path = bool(path.suffix), path if path.suffix else path.with_suffix(".pdf")
        root = project.root

        def start() -> Iterator[ExportEvent]:
            from unet_desktop.tasks.export.patient import export_patient

            return export_patient(root, patient, path, replace=replaces)

        kept = "No report is written then."
        done = f"{path.name} was written."
        self._app.runner.start(
            Job("Patient report", start, done=done, folder=path.parent, root=root, kept=lambda: kept)
        )

    def _start(self, request: ExportRequest) -> None:
        def start() -> Iterator[ExportEvent]:
            from unet_desktop.tasks.export.run import export_cases

            return export_cases(request)

        def settle(error: Exception) -> bool:
            """Ask before files of others are overwritten."""
            if not isinstance(error, UserError) or error.remedy is not Remedy.REPLACE:
                return False
            QTimer.singleShot(0, partial(self._ask_to_replace, request, str(error)))
            return True

        job = Job(
            "Exporting",
            start,
            folder=request.output,
            root=request.root,
            says_messages=True,
            kept=lambda: "What was exported so far is complete, with its table.",
            settle=settle,
        )
        self._app.runner.start(job)

    @guarded
    def _ask_to_replace(self, request: ExportRequest, problem: str) -> None:
        question = f"{problem}\n\nReplace what is there? Its present content is then lost."
        if not self._app.runner.busy and confirm(self._window, "Files of others", question, "Replace"):
            self._start(replace(request, replace=True))
