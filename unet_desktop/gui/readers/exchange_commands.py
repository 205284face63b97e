"""Commands of readers who work apart: assign cases, copy for a reader, collect, agreement."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from unet_desktop.errors import ProjectError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.readers.agreement_dialog import AgreementDialog
from unet_desktop.gui.readers.assign_dialog import AssignDialog
from unet_desktop.gui.readers.conflicts_dialog import ConflictsDialog
from unet_desktop.gui.readers.copy_dialog import CopyDialog
from unet_desktop.plurals import quantity
from unet_desktop.project.assignment import assign
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.workbooks import list_workbooks, make_workbook
from unet_desktop.tasks.events import AgreementEvent, BackupEvent, CollectEvent, ItemDone, ReadersAgreement

_OF_PROJECT = Needs.PROJECT | Needs.CASES | Needs.IDLE
_TABLES = "CSV (*.csv);;Excel (*.xlsx);;Parquet (*.parquet)"


class ExchangeCommands(CommandSet):
    """Assign, copy, collect, compare."""

    def __init__(self, app: AppModel, window: QWidget, errors: ShowsErrors) -> None:
        """Open dialogs over the window."""
        super().__init__(errors)
        self._app, self._window = app, window

    def _project(self) -> ProjectReader:
        """Return the open project.

        Raises:
            ProjectError: none is open, or a masked reading is.
        """
        project = self._app.session.project
        if project is None or project.workbook is not None:
            raise ProjectError("This is done in the project, not in a masked reading. Go back to the project first.")
        return project

    @command(
        "readers.assign",
        "&Assign cases…",
        shortcut="Ctrl+Alt+A",
        needs=_OF_PROJECT | Needs.WRITABLE,
        tip="Choose who is to read which cases",
    )
    def assign_cases(self) -> None:
        """Assign all cases, or those that the case list shows."""
        project, session = self._project(), self._app.session
        names = dict.fromkeys(one.workbook.reader for one in list_workbooks(project.layout))
        names |= dict.fromkeys(name for case in project.cases() for name in case.assigned_to)
        dialog = AssignDialog(self._window, list(names), len(session.cases.shown), len(session.case_ids))
        if not dialog.exec():
            return
        shown = list(session.cases.shown) if dialog.only_shown else None
        counts = assign(project.writable(), dialog.names(), shown, per_case=dialog.per_case)
        session.reload_cases()
        what = ", ".join(f"{name}: {quantity(count, 'case')}" for name, count in counts.items())
        self._app.project_jobs.notice.emit(f"Assigned: {what}." if what else "Assigned to nobody now.", None, True)

    @command(
        "readers.copy",
        "&Copy for a reader…",
        shortcut="Ctrl+Alt+C",
        needs=_OF_PROJECT,
        tip="Write a reader's cases to one file, to be read elsewhere, without anybody else's masks",
    )
    def copy_for_reader(self) -> None:
        project = self._project()
        dialog = CopyDialog(self._window, project.root, list_workbooks(project.layout))
        if not dialog.exec() or not self._app.autosave.flush():
            return
        root, reader, found = project.root, dialog.reader(), dialog.workbook()
        target, pictures = dialog.target(), dialog.with_pictures

        def start() -> Iterator[BackupEvent]:
            from unet_desktop.tasks.backup.write import back_up

            place = found.root if found is not None else make_workbook(ProjectReader.open(root), reader).root
            yield from back_up(place, target, pictures=pictures)

        done = f"{target.name} was written to {target.parent}. {reader} opens it with File > Restore a backup."
        job = Job(f"Copying for {reader}", start, done=done, root=root, then=self._app.adjudication.look_again)
        self._app.runner.start(job)

    @command(
        "readers.collect",
        "C&ollect copies…",
        shortcut="Ctrl+Alt+O",
        needs=_OF_PROJECT | Needs.WRITABLE,
        tip="Bring back what readers did in copies; where both sides changed a mask, both are kept",
    )
    def collect_copies(self) -> None:
        project = self._project()
        kinds = "Backups and projects (*.zip project.json)"
        chosen, _ = QFileDialog.getOpenFileNames(self._window, "Collect copies", str(project.root.parent), kinds)
        if not chosen or not self._app.autosave.flush():
            return
        paths = [Path(one) for one in chosen]
        copies = [path.parent if path.name == "project.json" else path for path in paths]
        root, problems = project.root, list[str]()

        def start() -> Iterator[CollectEvent]:
            from unet_desktop.tasks.readers.collect import collect

            for event in collect(root, copies, held=True):
                if isinstance(event, ItemDone) and event.problem:
                    problems.append(event.problem)
                yield event

        job = Job(
            "Collecting copies",
            start,
            at_end=self._read_again,
            then=lambda: self._show_conflicts(problems),
            root=root,
            says_messages=True,
            kept=lambda: "What was collected so far is kept; collect the same copies again to get the rest.",
        )
        self._app.runner.start(job)

    @guarded
    def _show_conflicts(self, sentences: list[str]) -> None:
        if sentences:
            ConflictsDialog(self._window, sentences).exec()

    @guarded
    def _read_again(self) -> None:
        if self._app.session.project is not None:
            self._app.session.read_folder_again()
            self._app.session.reopen_case()  # the copies may have given it another mask
            self._app.adjudication.look_again()

    @command(
        "readers.agreement",
        "A&greement…",
        shortcut="Ctrl+Alt+G",
        needs=_OF_PROJECT,
        tip="Compare all readers: Dice, vCDR with limits of agreement and ICC, kappa of graded items, by month",
    )
    def show_agreement(self) -> None:
        root = self._project().root
        results: list[ReadersAgreement] = []

        def start() -> Iterator[AgreementEvent]:
            from unet_desktop.tasks.readers.agreement import find_agreement

            for event in find_agreement(root, months=True):
                if isinstance(event, ReadersAgreement):
                    results.append(event)
                yield event

        def show() -> None:
            if results:
                self._show_table(results[0])

        kept = "Nothing was changed."
        self._app.runner.start(Job("Comparing readers", start, then=show, root=root, kept=lambda: kept))

    @guarded
    def _show_table(self, found: ReadersAgreement) -> None:
        dialog = AgreementDialog(self._window, found)
        dialog.save_requested.connect(lambda: self._save(dialog, found))
        dialog.exec()

    @guarded
    def _save(self, dialog: QWidget, found: ReadersAgreement) -> None:
        start = str(Path.home() / "agreement.csv")
        chosen, kind = QFileDialog.getSaveFileName(dialog, "Save the table", start, _TABLES)
        if not chosen:
            return
        from unet_desktop.tasks.folders.csv_dialect import parse_dialect
        from unet_desktop.tasks.readers.agreement import write_agreement

        path = Path(chosen)
        if not path.suffix:
            path = path.with_suffix(kind.partition("*")[2].rstrip(")"))
        for written in write_agreement(found, path, parse_dialect("plain")):
            self._app.project_jobs.notice.emit(f"{written.path.name} was written.", None, True)
