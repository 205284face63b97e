"""Commands of training and prediction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from unet_desktop.engine.config import TrainConfig
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.messages.confirm import confirm
from unet_desktop.plurals import quantity
from unet_desktop.project.case import UNCORRECTED
from unet_desktop.tasks.events import AugmentedSheet, ItemDone
from unet_desktop.tasks.interrupted import discard, find_interrupted


class TrainCommands(CommandSet):
    """Predict and train."""

    def __init__(self, app: AppModel, window: QWidget, show_panel: Callable[[], None], errors: ShowsErrors) -> None:
        """Make the commands.

        Args:
            app: what is behind the window.
            window: the parent of dialogs.
            show_panel: brings the training panel to the front.
            errors: shows what goes wrong.
        """
        super().__init__(errors)
        self._app, self._window, self._show_panel = app, window, show_panel

    @command(
        "learn.predict",
        "&Predict this case",
        shortcut="Ctrl+P",
        icon="predict",
        needs=Needs.CASE | Needs.IDLE | Needs.WRITABLE | Needs.MODEL,
        tip="Let the model propose a mask for this picture",
    )
    def predict_case(self) -> None:
        ids = self._app.session.selected_ids
        if len(ids) > 1:
            self._app.project_jobs.predict(ids, f"Predicting {quantity(len(ids), 'case')}")
        else:
            self._app.project_jobs.predict_open_case()

    @command(
        "learn.first_proposal",
        "Fi&rst proposal (no model)",
        shortcut="Ctrl+Shift+D",
        icon="predict",
        needs=Needs.CASE | Needs.IDLE | Needs.WRITABLE | Needs.FIRST_PROPOSAL,
        tip="Propose disc and cup by brightness and vessels, until there is a model",
    )
    def propose_without_model(self) -> None:
        self._app.project_jobs.propose_for_open_case()

    @command(
        "learn.predict_all",
        "Predict all &uncorrected",
        shortcut="Ctrl+Shift+P",
        icon="predict-all",
        needs=Needs.PROJECT | Needs.IDLE | Needs.WRITABLE | Needs.MODEL | Needs.UNTOUCHED,
        tip="Let the model propose masks for all uncorrected cases",
    )
    def predict_uncorrected(self) -> None:
        session = self._app.session
        if session.project is None:
            return
        cases = [case.id for case in session.project.cases() if case.state in UNCORRECTED and not case.damage]
        self._app.project_jobs.predict(cases, f"Predicting {quantity(len(cases), 'case')}")

    @command(
        "learn.train",
        "&Train…",
        shortcut="Ctrl+T",
        icon="train",
        needs=Needs.PROJECT,
        tip="Go to the training panel",
    )
    def show_training(self) -> None:
        self._show_panel()

    @command(
        "learn.adapt",
        "Adapt to a &folder…",
        shortcut="Ctrl+Shift+T",
        icon="adapt",
        needs=Needs.PROJECT | Needs.IDLE | Needs.WRITABLE | Needs.MODEL,
        tip="Let the model in use learn from a folder of pictures without masks, for example of another camera",
    )
    def adapt_to_folder(self) -> None:
        """Ask for the folder, and adapt the model in use to its pictures."""
        start = str(Path.home())
        chosen = QFileDialog.getExistingDirectory(self._window, "Adapt to the pictures of a folder", start)
        if chosen:
            self._app.project_jobs.adapt(Path(chosen))

    @guarded
    def start_training(self, config: TrainConfig, from_scratch: bool) -> None:
        """Train; ask first if that discards an interrupted run."""
        project = self._app.session.project
        if project is None or project.read_only or self._app.runner.busy:
            return
        if (found := find_interrupted(project.root)) is not None:
            question = f"A new training run discards the interrupted one: {found.describe()}. Existing models are kept."
            if not confirm(self._window, "Start training", question, "Start new training"):
                return
        self._app.project_jobs.train(config, from_scratch=from_scratch)

    @guarded
    def resume_training(self) -> None:
        """Resume the interrupted run."""
        project = self._app.session.project
        found = None if project is None else find_interrupted(project.root)
        if found is not None:
            self._app.project_jobs.resume(found)
        else:
            self._app.session.refresh_models()  # the offer goes with what it was about

    @guarded
    def discard_training(self) -> None:
        """Discard the interrupted run, if the user confirms."""
        project = self._app.session.project
        if project is None or project.read_only or self._app.runner.busy:
            return
        question = "Discard the interrupted training run? You will not be able to resume it. Existing models are kept."
        if confirm(self._window, "Discard training", question, "Discard"):
            discard(project.root)
            self._app.session.refresh_models()

    @guarded
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

        kept = "No picture is changed by it."
        self._app.runner.start(Job("Drawing augmented pictures", start, root=root, kept=lambda: kept))
