"""Commands of grading: the fovea of the open case."""

from __future__ import annotations

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, ShowsErrors, guarded


class GradingCommands(CommandSet):
    """Note what a person measures and grades in the open case."""

    def __init__(self, app: AppModel, errors: ShowsErrors) -> None:
        super().__init__(errors)
        self._app = app

    @guarded
    def place_fovea(self, fovea: tuple[float, float] | None) -> None:
        """Note where the fovea of the open case is, (x, y) in image pixels; None removes it."""
        opened = self._app.session.open
        if opened is not None and fovea != opened.case.fovea:
            self._app.session.grade(fovea=None if fovea is None else (round(fovea[0], 2), round(fovea[1], 2)))
