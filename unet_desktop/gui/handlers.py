"""Handlers: what commands call, in groups; a command names its handler as "group.method"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from unet_desktop.gui.handlers_cases import CaseHandlers
from unet_desktop.gui.handlers_comparison import ComparisonHandlers
from unet_desktop.gui.handlers_edit import EditHandlers
from unet_desktop.gui.handlers_folder import FolderHandlers
from unet_desktop.gui.handlers_learning import LearningHandlers
from unet_desktop.gui.handlers_models import ModelHandlers
from unet_desktop.gui.handlers_project import ProjectHandlers
from unet_desktop.gui.handlers_region import RegionHandlers
from unet_desktop.gui.handlers_view import ViewHandlers
from unet_desktop.gui.handlers_window import WindowHandlers
from unet_desktop.gui.problems import Problems


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
