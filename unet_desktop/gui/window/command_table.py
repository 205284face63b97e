"""The commands of the whole program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import partial
from typing import get_type_hints

from PySide6.QtWidgets import QMainWindow

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.cases.case_file_commands import CaseFileCommands
from unet_desktop.gui.cases.commands import CaseCommands
from unet_desktop.gui.cases.mend_commands import MendCommands
from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.commands.command import CommandSet, commands_of
from unet_desktop.gui.compare.commands import CompareCommands
from unet_desktop.gui.correct.commands import EditCommands
from unet_desktop.gui.correct.label_commands import LabelCommands
from unet_desktop.gui.correct.region_commands import RegionCommands
from unet_desktop.gui.export.commands import ExportCommands
from unet_desktop.gui.folders.commands import FolderCommands
from unet_desktop.gui.grading.commands import GradingCommands
from unet_desktop.gui.history.commands import HistoryCommands
from unet_desktop.gui.messages.error_dialogs import ErrorDialogs
from unet_desktop.gui.models.commands import ModelCommands
from unet_desktop.gui.projects.backup_commands import BackupCommands
from unet_desktop.gui.projects.commands import ProjectCommands
from unet_desktop.gui.projects.keeping_commands import KeepingCommands
from unet_desktop.gui.projects.label_commands import LabelSetCommands
from unet_desktop.gui.readers.adjudication_commands import AdjudicationCommands
from unet_desktop.gui.readers.commands import ReaderCommands
from unet_desktop.gui.readers.exchange_commands import ExchangeCommands
from unet_desktop.gui.style.theme import Appearance
from unet_desktop.gui.train.commands import TrainCommands
from unet_desktop.gui.view.commands import ViewCommands
from unet_desktop.gui.window.commands import WindowCommands
from unet_desktop.gui.window.docks import Docks
from unet_desktop.gui.window.panels import Panels


@dataclass(frozen=True, slots=True)
class CommandSets:
    """The objects whose methods are the commands, one a feature."""

    projects: ProjectCommands
    folders: FolderCommands
    compare: CompareCommands
    readers: ReaderCommands
    export: ExportCommands
    adjudication: AdjudicationCommands
    exchange: ExchangeCommands
    backup: BackupCommands
    edit: EditCommands
    regions: RegionCommands
    label: LabelCommands
    history: HistoryCommands
    train: TrainCommands
    models: ModelCommands
    cases: CaseCommands
    mend: MendCommands
    case_files: CaseFileCommands
    grading: GradingCommands
    view: ViewCommands
    keeping: KeepingCommands
    labels: LabelSetCommands
    window: WindowCommands

    def __iter__(self) -> Iterator[CommandSet]:
        for field in fields(self):
            yield getattr(self, field.name)


COMMANDS = tuple(
    command for command_set in get_type_hints(CommandSets).values() for command in commands_of(command_set)
)
"""In the order of lists under one heading."""


def make_command_sets(
    app: AppModel,
    window: QMainWindow,
    canvas: Canvas,
    docks: Docks,
    panels: Panels,
    actions: Actions,
    appearance: Appearance,
    errors: ErrorDialogs,
    close_message: Callable[[], None],
) -> CommandSets:
    """Make all commands of the window and bind them to its actions; `close_message` closes what it says."""
    projects = ProjectCommands(app, window, errors)
    command_sets = CommandSets(
        projects=projects,
        folders=FolderCommands(app, window, panels.folder_run, errors),
        compare=CompareCommands(app, window, canvas, errors),
        readers=ReaderCommands(app, window, projects.open_root, errors),
        export=ExportCommands(app, window, errors),
        adjudication=AdjudicationCommands(app, panels.readers, partial(docks.bring_forward, docks.readers), errors),
        exchange=ExchangeCommands(app, window, errors),
        backup=BackupCommands(app, window, projects.open_root, errors),
        edit=EditCommands(app, errors, close_message),
        regions=RegionCommands(app, errors),
        label=LabelCommands(app, errors),
        history=HistoryCommands(app, window, panels.history, partial(docks.bring_forward, docks.history), errors),
        train=TrainCommands(app, window, partial(docks.bring_forward, docks.training), errors),
        models=ModelCommands(app, window, errors),
        keeping=KeepingCommands(app, window, panels.banner, errors),
        labels=LabelSetCommands(app, window, errors),
        cases=CaseCommands(app, window, panels.cases, partial(docks.bring_forward, docks.cases), errors),
        grading=GradingCommands(app, window, panels.grading, partial(docks.bring_forward, docks.grading), errors),
        mend=MendCommands(app, window, errors),
        case_files=CaseFileCommands(app, window, errors),
        view=ViewCommands(app, canvas, partial(docks.bring_forward, docks.view), errors),
        window=WindowCommands(window, docks, appearance, app, panels.status, actions, errors),
    )
    for command_set in command_sets:
        actions.bind(command_set)
    return command_sets
