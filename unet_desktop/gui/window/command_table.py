"""The commands of the whole program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import get_type_hints

from unet_desktop.gui.cases.commands import CaseCommands
from unet_desktop.gui.commands.command import CommandSet, commands_of
from unet_desktop.gui.compare.commands import CompareCommands
from unet_desktop.gui.correct.commands import EditCommands
from unet_desktop.gui.correct.region_commands import RegionCommands
from unet_desktop.gui.folders.commands import FolderCommands
from unet_desktop.gui.models.commands import ModelCommands
from unet_desktop.gui.projects.commands import ProjectCommands
from unet_desktop.gui.train.commands import TrainCommands
from unet_desktop.gui.view.commands import ViewCommands
from unet_desktop.gui.window.commands import WindowCommands


@dataclass(frozen=True, slots=True)
class CommandSets:
    """The objects whose methods are the commands, one a feature."""

    projects: ProjectCommands
    folders: FolderCommands
    compare: CompareCommands
    edit: EditCommands
    regions: RegionCommands
    train: TrainCommands
    models: ModelCommands
    cases: CaseCommands
    view: ViewCommands
    window: WindowCommands

    def __iter__(self) -> Iterator[CommandSet]:
        for field in fields(self):
            yield getattr(self, field.name)


COMMANDS = tuple(
    command for command_set in get_type_hints(CommandSets).values() for command in commands_of(command_set)
)
"""In the order of lists under one heading."""
