"""Commands of the history: see the versions of the mask, and bring one back."""

from __future__ import annotations

from collections.abc import Callable

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command
from unet_desktop.gui.history.panel import HistoryPanel


class HistoryCommands(CommandSet):
    """Show versions, restore one."""

    def __init__(self, app: AppModel, panel: HistoryPanel, show_panel: Callable[[], None], errors: ShowsErrors) -> None:
        """Make the commands; `show_panel` brings the panel to the front."""
        super().__init__(errors)
        self._app, self._panel, self._show_panel = app, panel, show_panel

    @command(
        "case.versions",
        "&Versions of the mask",
        shortcut="Shift+V",
        icon="versions",
        needs=Needs.CASE,
        tip="List earlier states of the mask, compare them with it, and restore one",
    )
    def show_versions(self) -> None:
        self._show_panel()
        self._panel.show_versions()

    @command(
        "case.restore_version",
        "&Restore version",
        shortcut="Shift+B",
        icon="restore",
        needs=Needs.CASE | Needs.WRITABLE | Needs.VERSION,
        tip="Make the version that is compared the mask; undo brings back what is there now",
    )
    def restore_version(self) -> None:
        self._app.timeline.restore()
