"""Handlers: what commands call, in groups; a command names its handler as "group.method"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from unet_desktop.gui.cases.commands import CaseHandlers
from unet_desktop.gui.compare.commands import ComparisonHandlers
from unet_desktop.gui.correct.commands import EditHandlers
from unet_desktop.gui.correct.region_commands import RegionHandlers
from unet_desktop.gui.folders.commands import FolderHandlers
from unet_desktop.gui.messages.error_dialogs import Problems
from unet_desktop.gui.models.commands import ModelHandlers
from unet_desktop.gui.projects.commands import ProjectHandlers
from unet_desktop.gui.train.commands import LearningHandlers
from unet_desktop.gui.view.commands import ViewHandlers
from unet_desktop.gui.window.commands import WindowHandlers


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of handlers; a field's name is the group's."""

    project: ProjectHandlers
    edit: EditHandlers
    region: RegionHandlers
    cases: CaseHandlers
    view: ViewHandlers
    learning: LearningHandlers
    folder: FolderHandlers
    comparison: ComparisonHandlers
    models: ModelHandlers
    window: WindowHandlers


class Handlers:
    """Finds handlers by name and shows what they raise."""

    def __init__(self, groups: Groups, problems: Problems) -> None:
        """Serve these groups."""
        self._groups, self._problems = groups, problems

    def find(self, name: str) -> Callable[..., object]:
        """The handler of that name; what it raises becomes a dialog.

        Raises:
            AttributeError: there is none, which a test finds.
        """
        group, method = name.split(".")
        handler: Callable[..., object] = getattr(getattr(self._groups, group), method)

        def guarded(*arguments: object) -> None:
            try:
                handler(*arguments)
            except Exception as error:  # noqa: BLE001 - a command's boundary: a sentence or a logged bug, never silence
                self._problems.show(error)

        return guarded
