"""Handlers of the File menu: projects and what comes into them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.projects.import_drishti import ImportDrishtiDialog
from unet_desktop.gui.projects.import_images import ImportImagesDialog
from unet_desktop.gui.projects.new_project import NewProjectDialog
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ImportEvent

_MOST_TRIED = 50
"""Cases that are tried when a project is opened; all of thousands may lie on a drive that is not there."""


class ProjectHandlers:
    """New, open, close, import."""

    def __init__(self, app: AppModel, window: QWidget) -> None:
        """Dialogs stand over the window."""
        self._app, self._window = app, window

    def new(self) -> None:
        """Ask for a new project, make it and open it."""
        dialog = NewProjectDialog(self._window)
        if not dialog.exec():
            return
        request = dialog.request()
        Project.create(request.root, request.labels, request.name)
        self.open_root(request.root)
        if request.images is not None:
            self._import(request.images, copy=request.copy)

    def open(self) -> None:
        """Ask for a project's folder and open it."""
        recent = self._app.store.settings.recent
        start = str(recent[0].parent) if recent else str(Path.home())
        chosen = QFileDialog.getExistingDirectory(self._window, "Open a project's folder", start)
        if chosen:
            self.open_root(Path(chosen))

    def open_root(self, root: Path) -> None:
        """Open a project and the case that was open last, else the first that nobody has corrected, else the first.

        After a crash that is the case whose steps were recovered, as far as that was the last one worked on.

        Raises:
            UserError: it cannot be opened; what was open stays open.
        """
        root = root.parent if root.name == "project.json" else root
        session = self._app.session
        session.open_project(root)
        last = self._app.store.last_case(root)
        if last is not None and last in session.case_ids:
            session.open_case(last)
        if session.open is None:
            self._open_first()

    def reopen(self) -> None:
        """Open the project again, with the case that is open, to see whether another program has left it.

        Raises:
            UserError: it cannot be opened; what was open stays open.
        """
        session = self._app.session
        if session.project is None:
            return
        case_id = session.case_id
        session.open_project(session.project.root)
        if case_id in session.case_ids:
            session.open_case(case_id)

    def close(self) -> None:
        """Leave the project."""
        self._app.session.close_project()

    def rebuild_index(self) -> None:
        """Make the index of cases anew, after something else changed the project's folder."""
        self._app.session.rebuild_index()

    def import_images(self) -> None:
        """Ask for pictures and take them in."""
        project = self._app.session.project
        if project is None:
            return
        dialog = ImportImagesDialog(self._window, project.labels)
        if dialog.exec():
            request = dialog.request()
            self._import(request.source, copy=request.copy, masks=request.masks, recursive=request.recursive)

    def import_drishti(self) -> None:
        """Ask for the data set's folder and make a project of it."""
        dialog = ImportDrishtiDialog(self._window)
        if not dialog.exec():
            return
        request, project = dialog.request(), self._app.session.project
        is_open = project is not None and project.root.resolve() == request.root.resolve()

        def start() -> Iterator[ImportEvent]:
            from unet_desktop.tasks.holding_project import holding_project
            from unet_desktop.tasks.import_drishti import import_drishti

            events = import_drishti(request.source, request.root, copy=request.copy)
            return events if is_open else holding_project(request.root, events)

        self._app.runner.start(Job("Importing Drishti-GS1", start, at_end=lambda: self._open_if_there(request.root)))

    def _import(self, source: Path, *, copy: bool, masks: Path | None = None, recursive: bool = False) -> None:
        project = self._app.session.project
        if project is None:
            return
        root = project.root

        def start() -> Iterator[ImportEvent]:
            from unet_desktop.tasks.import_images import import_images

            return import_images(root, source, copy=copy, masks=masks, recursive=recursive)

        self._app.runner.start(Job("Importing pictures", start, at_end=self._take_new_cases))

    def _take_new_cases(self) -> None:
        session = self._app.session
        session.reload_cases()
        if session.open is None:
            self._open_first()

    def _open_first(self) -> None:
        """Open the first uncorrected case, or simply the first; of those that cannot be opened it goes on to others."""
        session = self._app.session
        first, shown = session.next_uncorrected() or session.step(0), session.cases.shown
        if first is None:
            return
        place = shown.index(first) if first in shown else 0
        for case_id in dict.fromkeys([first, *shown[place:], *shown[:place]][:_MOST_TRIED]):
            session.open_case(case_id)
            if session.broken is None:
                return
        session.open_case(first)

    def _open_if_there(self, root: Path) -> None:
        if (root / "project.json").is_file():
            self.open_root(root)
