"""LearningView: training panel, models, and the job's part of the status line."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.engine.events import BatchDone, EpochDone
from unet_desktop.gui.panels.all_panels import Panels
from unet_desktop.gui.workbench import Workbench


class LearningView(QObject):
    """Training panel, models, and the job's part of the status line."""

    def __init__(self, bench: Workbench, panels: Panels) -> None:
        """Connect them."""
        super().__init__(panels.training)
        self._bench, self._panels = bench, panels
        runner = bench.runner
        runner.started.connect(self._on_runner_started)
        runner.event_happened.connect(self._on_runner_event_happened)
        runner.busy_changed.connect(self._on_runner_busy_changed)
        bench.learning.progressed.connect(panels.status.set_progress)
        bench.session.models_changed.connect(self._on_session_models_changed)
        bench.session.project_changed.connect(self._on_session_project_changed)

    def _on_runner_started(self, title: str) -> None:
        self._panels.status.set_job(title)
        self._panels.training.set_busy(True, title)

    def _on_runner_busy_changed(self, busy: bool) -> None:
        if not busy:
            self._panels.status.set_job("")
            self._panels.training.set_busy(False, "")

    def _on_runner_event_happened(self, event: object) -> None:
        self._panels.training.add_event(event)
        if isinstance(event, BatchDone) and event.steps:  # reading and measuring know no epochs
            done = max(event.epoch - 1, 0) * event.steps + event.step
            self._panels.status.set_progress(done, max(event.epochs, 1) * event.steps)
        elif isinstance(event, EpochDone):
            self._panels.status.set_progress(event.epoch, event.epochs)

    def _on_session_models_changed(self) -> None:
        session = self._bench.session
        self._panels.models.set_models(session.models, session.model_in_use)
        labels = None if session.project is None else session.project.labels
        fitting = frozenset(model.header.preset for model in session.models if model.header.labels == labels)
        self._panels.training.set_presets_with_models(fitting)

    def _on_session_project_changed(self) -> None:
        project = self._bench.session.project
        self._panels.training.reset()
        if project is not None:
            self._panels.training.set_labels(project.labels)
