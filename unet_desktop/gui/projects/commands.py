"""Commands of projects: make, open, close, import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from unet_desktop.errors import ProjectError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.messages.confirm import confirm_stop
from unet_desktop.gui.projects.import_images import ImportImagesDialog, ImportRequest
from unet_desktop.gui.projects.import_set import ImportSetDialog
from unet_desktop.gui.projects.new_project import NewProjectDialog
from unet_desktop.gui.session.case_changes import take_in
from unet_desktop.project.project import Project
from unet_desktop.settings_file import case_key
from unet_desktop.tasks.events import ImportEvent

_MAX_CASES_TRIED = 50
"""Cases to try when a project is opened: all of its thousands may be on a drive that is not connected."""


class ProjectCommands(CommandSet):
    """New, open, close, import, read the folder again."""

    def __init__(self, app: AppModel, window: QWidget, errors: ShowsErrors) -> None:
        """Open dialogs over the window."""
        super().__init__(errors)
        self._app, self._window = app, window

    @command("project.new", "&New project…", shortcut="Ctrl+N", icon="new", needs=Needs.IDLE)
    def new(self) -> None:
        """Ask for a new project, make it and open it."""
        self._make_project((), (), recursive=False)

    @guarded
    def make_project_of(self, pictures: Sequence[Path], masks: Sequence[Path], *, recursive: bool) -> None:
        """Ask for a new project with these pictures; if there are masks, then ask what they mean."""
        if self._may_leave("make another project"):
            self._make_project(pictures, masks, recursive=recursive)

    def _make_project(self, pictures: Sequence[Path], masks: Sequence[Path], *, recursive: bool) -> None:
        dialog = NewProjectDialog(self._window, pictures)
        if not dialog.exec():
            return
        request = dialog.request()
        Project.create(request.root, request.labels, request.name)
        self._open_root(request.root)
        if request.images is None:
            return
        if masks:
            sources = (request.images,) if isinstance(request.images, Path) else request.images
            self._ask_for_import(sources, masks, recursive=recursive)
        else:
            self._import(ImportRequest(request.images, request.copy, None, recursive=recursive))

    @command("project.open", "&Open project…", shortcut="Ctrl+O", icon="open")
    def open(self) -> None:
        """Ask for a project's folder and open it; ask first whether a job that works on the present one may stop."""
        recent = self._app.store.settings.recent
        start = str(recent[0].parent) if recent else str(Path.home())
        chosen = QFileDialog.getExistingDirectory(self._window, "Open a project's folder", start)
        if chosen and self._may_leave("open another project"):
            self._open_root(Path(chosen))

    @guarded
    def open_root(self, root: Path) -> None:
        """Open a project and its last open case, else the first uncorrected one, else the first.

        If it cannot be opened, the present project stays open.
        """
        if self._may_leave("open another project"):
            self._open_root(root)

    def _may_leave(self, what: str) -> bool:
        """Whether the project may be left: no job works on it, or the user wants that job to be stopped, and it is."""
        session, runner = self._app.session, self._app.runner
        job, project = runner.job, session.project
        if job is None or project is None or job.root is None or job.root.resolve() != project.root.resolve():
            return True
        if not confirm_stop(self._window, job.title, job.kept(), what):
            return False
        runner.stop()
        return True

    def _open_root(self, root: Path) -> None:
        root = root.parent if root.name == "project.json" else root
        session = self._app.session
        session.open_project(root)
        last = self._app.store.last_case(root)
        found = next((case_id for case_id in session.case_ids if last and case_key(root, case_id) == last), None)
        if found is not None:
            session.open_case(found)
        if session.open is None:
            self._open_first()

    @guarded
    def reopen(self) -> None:
        """Open the project again with its open case, in case another program has released it."""
        session = self._app.session
        if session.project is None:
            return
        case_id = session.case_id
        session.open_project(session.project.root)
        if case_id in session.case_ids:
            session.open_case(case_id)

    @command("project.close", "&Close project", shortcut="Ctrl+W", needs=Needs.PROJECT)
    def close(self) -> None:
        if self._may_leave("close the project"):
            self._app.session.close_project()

    @command(
        "project.import_images",
        "&Import pictures…",
        shortcut="Ctrl+I",
        icon="import",
        needs=Needs.PROJECT | Needs.IDLE | Needs.WRITABLE,
    )
    def import_images(self) -> None:
        self._ask_for_import(None)

    @command(
        "project.import_files",
        "Import picture &files…",
        shortcut="Ctrl+Alt+I",
        needs=Needs.PROJECT | Needs.IDLE | Needs.WRITABLE,
        tip="Import some pictures of a folder instead of all",
    )
    def import_files(self) -> None:
        """Ask for picture files, then how to import them."""
        chosen, _ = QFileDialog.getOpenFileNames(self._window, "Import picture files", str(Path.home()))
        if chosen:
            self._ask_for_import([Path(path) for path in chosen])

    @guarded
    def import_sources(self, pictures: Sequence[Path], masks: Sequence[Path], *, recursive: bool) -> None:
        """Ask how to import these pictures and folders, and masks for them if there are any."""
        self._ask_for_import(pictures, masks, recursive=recursive)

    @guarded
    def import_masks(self, masks: Sequence[Path]) -> None:
        """Ask how to import these masks for pictures that the project has already."""
        project = self._app.session.project
        if project is None:
            return
        pictures = [case.image_path(project.root) for case in project.cases() if not case.damage]
        if not pictures:
            raise ProjectError(
                "This project has no pictures that the masks could belong to. Import the pictures first."
            )
        self._ask_for_import(pictures, masks, of_project=True)

    def _ask_for_import(
        self,
        source: Sequence[Path] | None,
        masks: Sequence[Path] = (),
        *,
        recursive: bool = False,
        of_project: bool = False,
    ) -> None:
        project = self._app.session.project
        if project is None:
            return
        if project.workbook is not None and not of_project:
            raise ProjectError(
                f"This is the reading of {project.workbook.title}, who reads the cases of "
                f"{project.workbook.project_name}. Import pictures in that project."
            )
        dialog = ImportImagesDialog(
            self._window, project.labels, source, masks, recursive=recursive, of_project=of_project
        )
        if dialog.exec():
            self._import(dialog.request())

    @command(
        "project.import_drishti",  # as it is called in stored shortcuts
        "Import public &data set…",
        shortcut="Ctrl+Shift+I",
        icon="dataset",
        needs=Needs.IDLE,
        tip="Create a project from a published data set: Drishti-GS1, REFUGE, ORIGA, PAPILA and others",
    )
    def import_set(self) -> None:
        dialog = ImportSetDialog(self._window)
        if not dialog.exec():
            return
        request, project = dialog.request(), self._app.session.project
        is_open = project is not None and project.root.resolve() == request.root.resolve()

        def start() -> Iterator[ImportEvent]:
            from unet_desktop.tasks.holding_project import holding_project
            from unet_desktop.tasks.public_sets.run import import_set

            events = import_set(request)
            return events if is_open else holding_project(request.root, events)

        self._app.runner.start(
            Job(
                "Importing a public set",
                start,
                done="The set was imported.",
                at_end=lambda: self._open_if_there(request.root),
                root=request.root,
                kept=_describe_kept_import,
                says_messages=True,
            )
        )

    @command(
        "project.read_again",
        "&Read folder again",
        shortcut="Ctrl+Shift+R",
        needs=Needs.PROJECT | Needs.IDLE | Needs.WRITABLE,
        tip="Read all cases from the project's folder again, after another program changed it",
    )
    def read_folder_again(self) -> None:
        self._app.session.read_folder_again()

    def _import(self, request: ImportRequest) -> None:
        project = self._app.session.project
        if project is None:
            return
        root = project.root

        def start() -> Iterator[ImportEvent]:
            from unet_desktop.tasks.import_images import import_images

            return import_images(
                root,
                request.source,
                copy=request.copy,
                masks=request.masks,
                recursive=request.recursive,
                options=request.options,
                only_masked=request.only_masked,
            )

        job = Job(
            "Importing pictures",
            start,
            done="The pictures were imported.",
            on_cases=self._open_first_if_none,
            at_end=self._take_new_cases,
            root=root,
            kept=_describe_kept_import,
            says_messages=True,
        )
        self._app.runner.start(job)

    def _open_first_if_none(self) -> None:
        session = self._app.session
        if session.current_id is None:
            session.cases.settle()
            self._open_first()

    def _take_new_cases(self) -> None:
        session = self._app.session
        if session.project is not None:
            take_in(session, session.project.read_new())
            session.scale_changed.emit()  # pictures may state how large a pixel is
        self._open_first_if_none()

    def _open_first(self) -> None:
        """Open the first uncorrected case, or else the first; skip those that cannot be opened."""
        session = self._app.session
        first, shown = session.next_uncorrected() or session.step(0), session.cases.shown
        if first is None:
            return
        place = shown.index(first) if first in shown else 0
        for case_id in dict.fromkeys([first, *shown[place:], *shown[:place]][:_MAX_CASES_TRIED]):
            session.open_case(case_id)
            if session.broken is None:
                return
        session.open_case(first)

    def _open_if_there(self, root: Path) -> None:
        if (root / "project.json").is_file():
            self._open_root(root)


def _describe_kept_import() -> str:
    return "The pictures imported so far are kept; import the same folder again to get the others."
