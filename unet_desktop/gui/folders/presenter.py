"""FolderRunPresenter: shows the run over a folder in its window."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Qt

from unet_desktop.errors import UserError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.folders.commands import FolderCommands
from unet_desktop.gui.folders.result_pictures import ResultPictures
from unet_desktop.gui.folders.run_window import FolderRunWindow, RunState, middle_of
from unet_desktop.tasks.events import FolderEvent, ItemDone
from unet_desktop.tasks.folders.import_results import list_flagged

log = logging.getLogger("unet.gui")


class FolderRunPresenter(QObject):
    """Shows the run and its last results, and lets the window pause, stop and resume it."""

    def __init__(
        self,
        run: FolderRunWindow,
        app: AppModel,
        results: ResultPictures,
        commands: FolderCommands,
    ) -> None:
        """Connect them.

        Args:
            run: the window.
            app: what is behind the main window.
            results: makes the small pictures.
            commands: those of segmenting folders.
        """
        super().__init__(run)
        self._run, self._app, self._results = run, app, results
        runs, runner = app.folder_runs, app.runner
        runs.begun.connect(self._on_runs_begun)
        runs.event_happened.connect(self._on_runs_event_happened)
        runs.ended.connect(self._on_runs_ended)
        # Later, when the listeners have heard that the run has ended.
        runs.foreign_found.connect(commands.ask_to_replace, Qt.ConnectionType.QueuedConnection)
        runs.paced.connect(app.store.set_folder_pace)
        runner.paused_changed.connect(self._on_runner_paused_changed)
        results.made.connect(run.add_picture)
        run.pause_requested.connect(runner.set_paused)
        run.stop_requested.connect(runner.cancel)
        run.resume_requested.connect(commands.resume)
        run.import_requested.connect(commands.import_results)
        run.picture_chosen.connect(commands.open_picture)

    def _on_runs_begun(self) -> None:
        runs = self._app.folder_runs
        report = runs.request is None or bool(runs.request.outputs.reports)
        self._run.begin(runs.title, runs.output, report=report)
        self._run.show_beside(middle_of(self._run.parentWidget()))

    def _on_runs_event_happened(self, event: FolderEvent) -> None:
        self._run.set_progress(self._app.folder_runs.progress)
        if isinstance(event, ItemDone) and event.note and event.picture is not None:
            self._run.add_to_check(event.name, event.picture, event.note)
        labels = self._app.folder_runs.labels
        if not isinstance(event, ItemDone) or labels is None or not self._run.isVisible():
            return
        if event.picture is not None and event.mask is not None:
            self._results.show(event.name, event.picture, event.mask, labels)

    def _on_runs_ended(self, complete: bool, words: str) -> None:
        runs = self._app.folder_runs
        if runs.progress.finished_before is not None:  # an earlier run has found some of those worth a look
            try:
                self._run.set_to_check(list_flagged(runs.output))
            except UserError as error:
                log.warning("%s", error)
        self._run.set_state(RunState.DONE if complete else RunState.STOPPED, words)

    def _on_runner_paused_changed(self, paused: bool) -> None:
        if self._app.runner.busy:
            self._run.set_state(RunState.PAUSED if paused else RunState.RUNNING)
