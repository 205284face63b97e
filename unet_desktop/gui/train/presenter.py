"""TrainPresenter: training panel, models, and the job's part of the status line."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.train.augmentation import AugmentationDialog
from unet_desktop.gui.window.panels import Panels
from unet_desktop.project.models import read_notes
from unet_desktop.tasks.events import AugmentedSheet, TaskEvent
from unet_desktop.tasks.interrupted import find_interrupted
from unet_desktop.tasks.runs import list_runs

_STEPS = 1000
"""Of the status line's progress bar."""


class TrainPresenter(QObject):
    """Training panel, models, and the job's part of the status line."""

    def __init__(self, app: AppModel, panels: Panels, guarded: Callable[[str], Callable[..., object]]) -> None:
        """Connect them.

        Args:
            app: what is behind the window.
            panels: what is shown.
            guarded: the handler of a name; what it raises becomes a dialog.
        """
        super().__init__(panels.training)
        self._app, self._panels = app, panels
        runner = app.runner
        runner.started.connect(self._on_runner_started)
        runner.event_happened.connect(self._on_runner_event_happened)
        runner.busy_changed.connect(self._on_runner_busy_changed)
        app.project_jobs.progressed.connect(panels.status.set_progress)
        app.session.models_changed.connect(self._on_session_models_changed)
        app.session.project_changed.connect(self._on_session_project_changed)
        app.correction_log.changed.connect(self._show_corrections)
        training, models = panels.training, panels.models
        app.project_jobs.training_started.connect(lambda config, scratch: training.begin(config, from_scratch=scratch))
        training.train_requested.connect(lambda config, scratch: guarded("learning.start_training")(config, scratch))
        training.stop_requested.connect(app.runner.cancel)
        training.resume_requested.connect(lambda: guarded("learning.resume_training")())
        training.discard_requested.connect(lambda: guarded("learning.discard_training")())
        training.augmentation_requested.connect(lambda config: guarded("learning.draw_augmentation")(config))
        training.cores_chosen.connect(app.store.set_cores)
        training.cores_chosen.connect(app.project_jobs.set_cores)
        training.set_cores(app.store.settings.cores)
        app.project_jobs.set_cores(app.store.settings.cores)
        training.case_chosen.connect(lambda case_id: guarded("cases.open_case")(case_id))
        models.model_chosen.connect(app.session.refresh_models)
        models.action_requested.connect(lambda handler, path: guarded(handler)(*([] if path is None else [path])))
        app.session.leaving_project.connect(models.keep_notes)
        models.notes_edited.connect(lambda path, text: guarded("models.write_notes")(path, text))

    def _on_runner_started(self, title: str) -> None:
        self._panels.status.set_job(title)
        self._panels.training.set_busy(True, title)

    def _on_runner_busy_changed(self, busy: bool) -> None:
        if not busy:
            self._panels.status.set_job("")
            self._panels.training.set_busy(False, "")
            self._show_runs()

    def _on_runner_event_happened(self, event: TaskEvent) -> None:
        self._panels.training.follow(event)
        if (share := self._panels.training.share) is not None:
            self._panels.status.set_progress(round(_STEPS * share), _STEPS)
        if isinstance(event, AugmentedSheet):
            AugmentationDialog(self._panels.training.window(), event.pixels).open()

    def _on_session_models_changed(self) -> None:
        session = self._app.session
        project = session.project
        layout = None if project is None else project.layout
        notes = {} if layout is None else {model.path: read_notes(layout, model.name) for model in session.models}
        self._panels.models.set_models(session.models, session.model_in_use, notes)
        labels = None if project is None else project.labels
        fitting = frozenset(model.header.preset for model in session.models if model.header.labels == labels)
        self._panels.training.set_presets_with_models(fitting)
        self._show_runs()
        self._show_corrections()

    def _on_session_project_changed(self) -> None:
        project = self._app.session.project
        self._panels.training.reset()
        self._panels.models.set_writable(project is not None and not project.read_only)
        if project is not None:
            self._panels.training.set_labels(project.labels)

    def _show_runs(self) -> None:
        """What is on disk; a running training is shown by its events alone."""
        project = self._app.session.project
        if project is None or self._app.runner.busy:
            return
        self._panels.training.results.set_runs(list_runs(project.layout))
        self._panels.training.set_interrupted(None if project.read_only else find_interrupted(project.root))

    def _show_corrections(self) -> None:
        names = {model.header.weights_sha256: model.name for model in self._app.session.models}
        self._panels.training.results.set_corrections(self._app.correction_log.noted, names)
