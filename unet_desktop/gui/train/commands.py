"""Handlers of the Learn menu."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QWidget

from unet_desktop.engine.config import TrainConfig
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.messages.confirm import confirmed
from unet_desktop.gui.window.docks import Docks
from unet_desktop.project.case import UNCORRECTED
from unet_desktop.tasks.events import AugmentedSheet, ItemDone
from unet_desktop.tasks.interrupted import discard, find_interrupted


class LearningHandlers:
    """Train, predict, stop."""

    def __init__(self, app: AppModel, window: QWidget, docks: Docks) -> None:
        """Dialogs stand over the window."""
        self._app, self._window, self._docks = app, window, docks

    def show_training(self) -> None:
        """Bring the training panel to the front; it has the settings and the button."""
        self._docks.bring_forward(self._docks.training)

    def start_training(self, config: TrainConfig, from_scratch: bool) -> None:
        """Train; where that gives up a training that was interrupted, ask first."""
        project = self._app.session.project
        if project is None or project.read_only or self._app.runner.busy:
            return
        if (found := find_interrupted(project.root)) is not None:
            question = (
                f"A new training gives up the interrupted one: {found.describe()}. The models that there are stay."
            )
            if not confirmed(self._window, "Start training", question, "Start anew"):
                return
        self._app.project_jobs.train(config, from_scratch=from_scratch)

    def resume_training(self) -> None:
        """Go on with the training that was interrupted."""
        project = self._app.session.project
        found = None if project is None else find_interrupted(project.root)
        if found is not None:
            self._app.project_jobs.resume(found)
        else:
            self._app.session.refresh_models()  # the offer goes with what it was about

    def discard_training(self) -> None:
        """Give up the training that was interrupted, if the user means it.

        Raises:
            WriteError: its file cannot be deleted.
        """
        project = self._app.session.project
        if project is None or project.read_only or self._app.runner.busy:
            return
        question = "Give up the interrupted training? It cannot be resumed then; the models that there are stay."
        if confirmed(self._window, "Discard training", question, "Discard"):
            discard(project.root)
            self._app.session.refresh_models()

    def draw_augmentation(self, config: TrainConfig) -> None:
        """Draw training pictures as that configuration would change them; a dialog shows them when they are there."""
        project = self._app.session.project
        if project is None:
            return
        self._app.autosave.flush()
        root = project.root

        def start() -> Iterator[ItemDone | AugmentedSheet]:
            from unet_desktop.tasks.show_augmentation import show_augmentation

            return show_augmentation(root, config)

        self._app.runner.start(Job("Drawing augmented pictures", start))

    def predict_case(self) -> None:
        """Predict the open case."""
        self._app.project_jobs.predict_open_case()

    def predict_uncorrected(self) -> None:
        """Predict all cases that nobody has corrected."""
        session = self._app.session
        if session.project is None:
            return
        cases = [case.id for case in session.project.cases() if case.state in UNCORRECTED and not case.damage]
        self._app.project_jobs.predict(cases, f"Predicting {len(cases)} cases")

    def stop(self) -> None:
        """Stop what is running."""
        self._app.runner.cancel()
