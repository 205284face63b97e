"""Commands of readers: read masked, return to the project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QWidget

from unet_desktop import person
from unet_desktop.errors import ProjectError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.readers.read_masked_dialog import ReadMaskedDialog, ReadRequest
from unet_desktop.plurals import quantity
from unet_desktop.project.case import CaseState
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.reader_names import note_name
from unet_desktop.project.workbooks import (
    FoundWorkbook,
    add_new_cases,
    list_workbooks,
    make_workbook,
    project_around,
)
from unet_desktop.tasks.events import ItemDone


class ReaderCommands(CommandSet):
    """Open a reader's workbook, and the project around it."""

    def __init__(self, app: AppModel, window: QWidget, open_root: Callable[[Path], None], errors: ShowsErrors) -> None:
        """Make the commands.

        Args:
            app: what is behind the window.
            window: the parent of dialogs.
            open_root: opens a project, unless the user wants to stay.
            errors: shows what goes wrong.
        """
        super().__init__(errors)
        self._app, self._window, self._open_root = app, window, open_root
        self._before: tuple[Path, str] | None = None
        """The open reading, and the name that was in use when it was opened, if it was another one."""

    @command(
        "readers.read_masked",
        "Read &masked…",
        shortcut="Ctrl+Alt+M",
        needs=Needs.PROJECT | Needs.CASES | Needs.IDLE,
        tip="Read the cases with own masks, without seeing those of others",
    )
    def read_masked(self) -> None:
        project = self._app.session.project
        if project is None:
            return
        if project.workbook is not None:
            raise ProjectError(
                f"This is the reading of {project.workbook.title} already. Go back to the project to open another one."
            )
        dialog = ReadMaskedDialog(
            self._window,
            list_workbooks(project.layout),
            person.read_name(),
            predictions=any(case.state is CaseState.PREDICTED or case.confidence for case in project.cases()),
        )
        if not dialog.exec() or not self._app.autosave.flush():
            return
        request = dialog.request()
        if request.found is not None:
            self._open(request.found)
        else:
            self._make(project, request)

    def _make(self, project: ProjectReader, request: ReadRequest) -> None:
        made: list[FoundWorkbook] = []

        def start() -> Iterator[ItemDone]:
            made.append(
                make_workbook(
                    ProjectReader.open(project.root),
                    request.reader,
                    again=request.again,
                    predictions=request.predictions,
                    from_project=request.from_project,
                )
            )
            yield ItemDone(request.reader, 1, 1)

        def then() -> None:
            if made:
                self._open_made(made[0])

        self._app.runner.start(Job(f"Preparing the reading of {request.reader}", start, then=then))

    @guarded
    def _open_made(self, found: FoundWorkbook) -> None:
        self._open(found)

    def _open(self, found: FoundWorkbook) -> None:
        """Open a reading in the name of its reader, with the cases that the project got since."""
        before = person.read_name()
        if before != found.workbook.reader:  # before it is opened, which looks at the name
            person.keep_name(found.workbook.reader)
        self._open_root(found.root)
        project = self._app.session.project
        if project is None or project.root != found.root:  # it cannot be opened, or the user stays
            if before != found.workbook.reader:
                person.keep_name(before)
            return
        self._before = (found.root, before) if before and before != found.workbook.reader else None
        around = project_around(found.root)
        if project.read_only or around is None:
            return
        note_name(found.root, found.workbook.reader, person.computer_id())
        added = add_new_cases(project.writable(), ProjectReader.open(around))
        if added:
            self._app.session.read_folder_again()
            self._app.project_jobs.notice.emit(f"{quantity(added, 'case was', 'cases were')} added.", None, True)

    @command(
        "readers.back",
        "&Back to the project",
        shortcut="Ctrl+Alt+B",
        needs=Needs.PROJECT,
        tip="Close the masked reading and open the project that it belongs to, in the name that you had there",
    )
    def go_back(self) -> None:
        project = self._app.session.project
        if project is None or project.workbook is None or (around := project_around(project.root)) is None:
            raise ProjectError("No masked reading is open. Choose Read masked to open one.")
        reading, reader = project.root, person.read_name()
        if self._before is not None and self._before[0] == reading and reader == project.workbook.reader:
            person.keep_name(self._before[1])
        self._open_root(around)
        if self._app.session.project is not None and self._app.session.project.root == reading:  # the user stays
            person.keep_name(reader)
