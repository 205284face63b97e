"""Wiring: which signal goes where between the model behind the window, canvas, panels and commands."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.pointer import Pointer
from unet_desktop.gui.canvas.split_view import SplitView
from unet_desktop.gui.cases.presenter import CasesPresenter
from unet_desktop.gui.commands.keyboard import Keyboard
from unet_desktop.gui.commands.keymap import Keymap
from unet_desktop.gui.compare.presenter import ComparePresenter
from unet_desktop.gui.correct.brush_size_hint import BrushSizeHint
from unet_desktop.gui.correct.presenter import CanvasPresenter
from unet_desktop.gui.correct.side_effects import SideEffectsPresenter
from unet_desktop.gui.folders.presenter import FolderRunPresenter
from unet_desktop.gui.grading.aids_presenter import AidsPresenter
from unet_desktop.gui.grading.presenter import GradingPresenter
from unet_desktop.gui.history.presenter import HistoryPresenter
from unet_desktop.gui.jobs.runner import FolderRunToResume, TrainingToResume
from unet_desktop.gui.measure.presenter import MeasurePresenter
from unet_desktop.gui.messages.error_dialogs import ErrorDialogs
from unet_desktop.gui.models.presenter import ModelsPresenter
from unet_desktop.gui.projects.access_presenter import AccessPresenter
from unet_desktop.gui.readers.adjudication_presenter import AdjudicationPresenter
from unet_desktop.gui.readers.presenter import ReaderNamePresenter
from unet_desktop.gui.train.presenter import TrainPresenter
from unet_desktop.gui.view.presenter import ViewPresenter
from unet_desktop.gui.window.command_table import CommandSets
from unet_desktop.gui.window.docks import Docks
from unet_desktop.gui.window.panels import Panels

_MESSAGE_TIME = 8000
"""Milliseconds for which the status line shows a message."""


def make_presenters(
    app: AppModel,
    panels: Panels,
    commands: CommandSets,
    docks: Docks,
    split_view: SplitView,
    canvas: Canvas,
    pointer: Pointer,
) -> None:
    """Connect each feature with the model; each presenter lives with its panel and shows the present state once."""
    CanvasPresenter(canvas, pointer, app, panels.tools, panels.status)
    BrushSizeHint(canvas, app.options)
    SideEffectsPresenter(app, panels.status)
    overlays = (panels.view.overlay, panels.tools.overlay)
    ViewPresenter(split_view, canvas, pointer, app, panels.view, overlays, commands.view)
    HistoryPresenter(canvas, app, panels.history, commands.history)
    AidsPresenter(canvas, app, commands.grading)
    GradingPresenter(app.session, panels.grading, commands.grading)
    MeasurePresenter(app.session, app.editor, app.live_measurement, app.eye_guess, panels.measure)
    CasesPresenter(app.session, panels.cases, commands.cases)
    TrainPresenter(app, panels.training, panels.status, commands.train)
    ModelsPresenter(app.session, panels.models, commands.models)
    AccessPresenter(app.session, app.editor, app.autosave, panels.banner, panels.status, commands.projects)
    AdjudicationPresenter(canvas, app, panels.readers, commands.adjudication, docks.show_readers)
    ReaderNamePresenter(app, panels.banner, commands.keeping.give_name)
    FolderRunPresenter(panels.folder_run, app, panels.results, commands.folders)
    show_comparison = partial(docks.bring_forward, docks.comparison)
    ComparePresenter(canvas, app, panels.comparison, commands.compare, show_comparison)


def connect_features(panels: Panels, commands: CommandSets, canvas: Canvas) -> None:
    """Connect what one panel asks for with the commands of another feature."""
    panels.measure.eye_chosen.connect(commands.cases.set_eye)
    panels.cases.remove_requested.connect(commands.keeping.remove_cases)
    panels.training.case_chosen.connect(commands.cases.open_case)
    panels.training.case_chosen.connect(commands.view.show_outlines)
    panels.folder_run.case_opened.connect(commands.view.show_outlines)
    panels.broken.locate_requested.connect(commands.mend.locate_picture)
    panels.broken.empty_mask_requested.connect(commands.mend.start_with_empty_mask)
    panels.broken.retry_requested.connect(commands.mend.retry)
    panels.welcome.recent_chosen.connect(commands.projects.open_root)
    panels.cases.filter.left.connect(canvas.setFocus)
    panels.grading.left.connect(canvas.setFocus)
    panels.banner.left.connect(canvas.setFocus)


def connect_resume(app: AppModel, panels: Panels, commands: CommandSets, docks: Docks) -> None:
    """Offer first to resume what was interrupted when the program ended."""

    def resume() -> None:
        match app.interrupted_job.find():
            case TrainingToResume(root):
                commands.projects.open_root(root)
                project = app.session.project
                if project is not None and project.root.resolve() == root.resolve():
                    docks.bring_forward(docks.training)
                    commands.train.resume_training()
            case FolderRunToResume(request, title):
                commands.folders.start_again(request, title)
            case None:
                panels.welcome.set_interrupted("")

    def show_offer() -> None:
        project, found = app.session.project, app.interrupted_job.find()
        if (
            project is not None
            and isinstance(found, TrainingToResume)
            and found.root.resolve() == project.root.resolve()
        ):
            docks.training.raise_()

    panels.welcome.resume_requested.connect(resume)
    app.session.project_changed.connect(show_offer)


def connect_messages(app: AppModel, panels: Panels, errors: ErrorDialogs, keymap: Keymap) -> None:
    """Show in status line, banner and dialogs what happens in the background."""
    status, banner = panels.status, panels.banner

    def show_notice(text: str, folder: Path | None, clean: bool) -> None:
        if clean and folder is None and "\n" not in text:
            status.show_notice(text, _MESSAGE_TIME)
        else:
            banner.show_result(text, folder, clean, app.project_jobs.details)

    def show_approval_ended() -> None:
        keys = keymap.text("case.approve")
        again = f"approve it again with {keys}" if keys else "approve it again"
        status.showMessage(f"Changed after it was approved: {again}.", _MESSAGE_TIME)

    def show_problem_of_case(sentence: str) -> None:
        banner.show_problem(sentence, case=app.session.case_id)

    def end_messages_of_case() -> None:
        banner.end_case(app.session.case_id)
        status.end_case(app.session.case_id)
        if notice := app.toolbox.take_notice():
            status.showMessage(notice, _MESSAGE_TIME)

    app.proposal.problem.connect(show_problem_of_case)
    app.timeline.problem.connect(show_problem_of_case)
    app.timeline.restored.connect(lambda sentence: status.showMessage(sentence, _MESSAGE_TIME))
    app.version_keeper.failed.connect(lambda sentence: status.showMessage(sentence, _MESSAGE_TIME))
    app.comparison.problem.connect(show_problem_of_case)
    app.adjudication.problem.connect(show_problem_of_case)
    app.adjudication.adjudicated.connect(lambda sentence: status.showMessage(sentence, _MESSAGE_TIME))
    app.session.case_changed.connect(end_messages_of_case)
    app.autosave.approval_ended.connect(show_approval_ended)
    app.runner.started.connect(banner.hide_result)
    app.project_jobs.notice.connect(show_notice)
    app.project_jobs.problem.connect(errors.show)


def connect_peek(keyboard: Keyboard, commands: CommandSets) -> None:
    """Show or hide the overlay for as long as its key is held, whichever key the user gave it."""

    def end_peek(command_id: str) -> None:
        if command_id == "view.overlay":
            commands.view.end_peek()

    keyboard.released.connect(end_peek)
