"""TrainPresenter: training panel, and the job's part of the status line."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.messages.status_line import StatusLine
from unet_desktop.gui.train.augmentation import AugmentationDialog
from unet_desktop.gui.train.commands import TrainCommands
from unet_desktop.gui.train.panel import TrainingPanel
from unet_desktop.project.case_query import CaseFilter
from unet_desktop.tasks.events import AugmentedSheet, TaskEvent
from unet_desktop.tasks.interrupted import find_interrupted
from unet_desktop.tasks.runs import list_runs

_STEPS = 1000
"""Of the status line's progress bar."""


class TrainPresenter(QObject):
    """Training panel, and the job's part of the status line."""

    def __init__(self, app: AppModel, panel: TrainingPanel, status: StatusLine, commands: TrainCommands) -> None:
        """Connect them."""
        super().__init__(panel)
        self._app, self._panel, self._status = app, panel, status
        runner = app.runner
        runner.started.connect(self._on_runner_started)
        runner.event_happened.connect(self._on_runner_event_happened)
        runner.busy_changed.connect(self._on_runner_busy_changed)
        app.project_jobs.progressed.connect(status.set_progress)
        app.session.models_changed.connect(self._on_session_models_changed)
        app.session.project_changed.connect(self._on_session_project_changed)
        app.session.cases_changed.connect(self._show_case_counts)
        app.session.case_updated.connect(self._show_case_counts)
        app.correction_log.changed.connect(self._show_corrections)
        app.project_jobs.training_started.connect(lambda config, scratch: panel.begin(config, from_scratch=scratch))
        panel.train_requested.connect(commands.start_training)
        panel.stop_requested.connect(app.runner.cancel)
        panel.resume_requested.connect(commands.resume_training)
        panel.discard_requested.connect(commands.discard_training)
        panel.augmentation_requested.connect(commands.draw_augmentation)
        panel.cores_chosen.connect(app.store.set_cores)
        panel.cores_chosen.connect(app.project_jobs.set_cores)
        panel.set_cores(app.store.settings.cores)
        app.project_jobs.set_cores(app.store.settings.cores)
        self._show_case_counts()

    def _on_runner_started(self, title: str) -> None:
        self._status.set_job(title)
        self._panel.set_busy(True, title)

    def _on_runner_busy_changed(self, busy: bool) -> None:
        if not busy:
            self._status.set_job("")
            self._panel.set_busy(False, "")
            self._show_runs()

    def _on_runner_event_happened(self, event: TaskEvent) -> None:
        self._panel.follow(event)
        if (share := self._panel.share) is not None:
            self._status.set_progress(round(_STEPS * share), _STEPS)
        if isinstance(event, AugmentedSheet):
            AugmentationDialog(self._panel.window(), event.pixels).open()

    def _on_session_models_changed(self) -> None:
        session = self._app.session
        project = session.project
        labels = None if project is None else project.labels
        fitting = frozenset(
            model.header.preset
            for model in session.models
            if labels is not None and model.header.labels.same_structures(labels)
        )
        self._panel.set_presets_with_models(fitting)
        self._show_runs()
        self._show_corrections()

    def _on_session_project_changed(self) -> None:
        project = self._app.session.project
        self._panel.reset()
        if project is not None:
            self._panel.set_labels(project.labels)
        self._show_case_counts()

    def _show_case_counts(self) -> None:
        project = self._app.session.project
        read_only = project is not None and project.read_only
        cases = self._app.session.cases
        self._panel.set_case_counts(*cases.counts, cases.tally[CaseFilter.INCOMPLETE], read_only=read_only)

    def _show_runs(self) -> None:
        """What is on disk; a running training is shown by its events alone."""
        project = self._app.session.project
        if project is None or self._app.runner.busy:
            return
        self._panel.results.set_runs(list_runs(project.layout))
        self._panel.set_interrupted(None if project.read_only else find_interrupted(project.root))

    def _show_corrections(self) -> None:
        models = {model.header.weights_sha256: model for model in self._app.session.models}
        names = {fingerprint: model.name for fingerprint, model in models.items()}
        trained_on = {
            fingerprint: len(model.header.data.get("train_cases", ())) for fingerprint, model in models.items()
        }
        self._panel.results.set_corrections(self._app.correction_log.noted, names, trained_on)
