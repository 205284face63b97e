"""Commands of segmenting folders."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from unet_desktop import files
from unet_desktop.errors import CheckpointError, ImageError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.folders.dialog import ProjectPictures, SegmentFolderDialog
from unet_desktop.gui.folders.import_results import ImportResultsDialog
from unet_desktop.gui.folders.run_window import FolderRunWindow, middle_of
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.messages.confirm import confirm
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.folders.request import Request


class FolderCommands(CommandSet):
    """Segment a folder, resume, show the run, import its results."""

    def __init__(self, app: AppModel, window: QWidget, run: FolderRunWindow, errors: ShowsErrors) -> None:
        """Open dialogs over the window."""
        super().__init__(errors)
        self._app, self._window, self._run = app, window, run

    @command(
        "project.segment_folder",
        "&Segment pictures…",
        shortcut="Ctrl+Shift+S",
        icon="folder",
        needs=Needs.IDLE | Needs.MODEL,
        tip="Write masks and a table of measurements for all pictures of a folder; needs a project with a model",
    )
    def segment(self) -> None:
        """Ask for pictures, a model and a place, and segment them."""
        session, store = self._app.session, self._app.store
        if not session.models:
            raise CheckpointError("There is no model yet. Open a project with a model, or train one first.")
        in_use = sorted(session.models, key=lambda model: model.path != session.model_in_use)
        dialog = SegmentFolderDialog(
            self._window, in_use, self._project_pictures(), store.folder_outputs, store.settings.folder_pace
        )
        if not dialog.exec():
            return
        request = dialog.request()
        store.keep_folder_outputs(request.outputs)
        self._app.folder_runs.start(request, dialog.title())

    @guarded
    def resume(self) -> None:
        """Start the last run again; finished pictures are skipped."""
        self._app.folder_runs.resume()

    @guarded
    def ask_to_replace(self, problem: str) -> None:
        """Ask whether the last run may overwrite files that are not its own; start it again if so."""
        if self._app.runner.busy:
            return
        question = f"{problem}\n\nReplace what is there? Its present content is then lost."
        if confirm(self._run, "Files of others", question, "Replace"):
            self._app.folder_runs.replace_files()

    @guarded
    def start_again(self, request: Request, title: str) -> None:
        """Start a run that an earlier session left; finished pictures are skipped."""
        self._app.folder_runs.start(request, title)

    @command(
        "project.show_run",
        "Show &last segmentation",
        shortcut="Ctrl+Shift+L",
        tip="Progress and last results of the run over a folder",
    )
    def show_run(self) -> None:
        """Bring the run's window to the front."""
        if self._app.folder_runs.request is None:
            raise ImageError("No folder has been segmented since the program started. Choose File, Segment pictures.")
        self._run.show_beside(middle_of(self._window))

    @guarded
    def open_picture(self, picture: Path) -> None:
        """Open a picture of the last run to correct its mask; ask to import the results first if it is no case yet."""
        if self._open_case_of(picture):
            return
        if self._app.runner.busy:
            raise ImageError(
                "Wait until the run has ended, or stop it. Then the picture can be imported and corrected."
            )
        self._import_results(picture)

    def _open_case_of(self, picture: Path) -> bool:
        """Open the project's case of this picture, if it has a mask or a proposal; return whether it did."""
        session = self._app.session
        try:
            case = None if session.project is None else session.project.cases_by_hash().get(files.sha256(picture))
        except OSError as error:
            raise ImageError(f"{picture} cannot be read ({error.strerror}). Restore it.") from error
        if case is None or case.state is CaseState.NEW:
            return False
        session.open_case(case.id)
        self._window.raise_()
        self._window.activateWindow()
        self._run.case_opened.emit(case.id)
        return True

    @guarded
    def import_results(self) -> None:
        """Ask for a project and make cases of the run's results."""
        self._import_results(None)

    def _import_results(self, picture: Path | None) -> None:
        """Import the results, then open the case of this picture, or the next uncorrected one."""
        runs, session = self._app.folder_runs, self._app.session
        labels, output, project = runs.labels, runs.output, session.project
        if labels is None or self._app.runner.busy:
            return
        fits = project is not None and project.labels.same_structures(labels) and not project.read_only
        dialog = ImportResultsDialog(self._run, output, project.root if project is not None and fits else None)
        if not dialog.exec():
            return
        request = dialog.request()
        if request.is_new:
            Project.create(request.root, labels)
            session.open_project(request.root)

        def start() -> Iterator[ItemDone]:
            from unet_desktop.tasks.folders.import_results import import_results

            return import_results(request.root, output, labels, copy=request.copy)

        kept = "The results imported so far are kept; import them again to get the others."
        job = Job(
            "Importing results",
            start,
            at_end=partial(self._show_new_cases, picture),
            root=request.root,
            kept=lambda: kept,
        )
        self._app.runner.start(job)

    def _show_new_cases(self, picture: Path | None) -> None:
        session = self._app.session
        session.reload_cases()
        if picture is not None and self._open_case_of(picture):
            return
        if session.open is None and (first := session.next_uncorrected()) is not None:
            session.open_case(first)
        self._window.raise_()

    def _project_pictures(self) -> ProjectPictures | None:
        project = self._app.session.project
        if project is None:
            return None
        return ProjectPictures(
            project.root, [case.image_path(project.root) for case in project.cases() if not case.damage]
        )
