"""Commands of the history: see the versions of the mask, bring one back, choose how many are kept."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from unet_desktop.errors import UserError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command
from unet_desktop.gui.history.limits_dialog import VersionLimitsDialog
from unet_desktop.gui.history.panel import HistoryPanel
from unet_desktop.project.layout import Layout
from unet_desktop.project.version_limits import count_bytes

log = logging.getLogger("unet.gui")


class HistoryCommands(CommandSet):
    """Show versions, restore one."""

    def __init__(
        self,
        app: AppModel,
        window: QWidget,
        panel: HistoryPanel,
        show_panel: Callable[[], None],
        errors: ShowsErrors,
    ) -> None:
        """Make the commands.

        Args:
            app: what is behind the window.
            window: the parent of dialogs.
            panel: has the list of versions.
            show_panel: brings the panel to the front.
            errors: shows what goes wrong.
        """
        super().__init__(errors)
        self._app, self._window, self._panel, self._show_panel = app, window, panel, show_panel

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

    @command(
        "case.version_limits",
        "Versions to &keep…",
        shortcut="Ctrl+Shift+V",
        needs=Needs.PROJECT,
        tip="Choose how many megabytes and days of versions are kept in a project",
    )
    def choose_limits(self) -> None:
        app, project = self._app, self._app.session.project
        if project is None:
            return
        dialog = VersionLimitsDialog(self._window, app.store.settings.versions)
        app.version_keeper.run(_count, project.layout, dialog.counted)
        if dialog.exec():
            app.store.change(replace(app.store.settings, versions=dialog.limits()))
            app.version_keeper.prune()


def _count(layout: Layout, counted: SignalInstance) -> None:
    """Run in the thread that writes versions: the folder may hold thousands, on a network drive."""
    try:
        size = count_bytes(layout)
    except (UserError, OSError) as error:
        log.warning("%s", error)
        return
    with contextlib.suppress(RuntimeError):  # the dialog is gone
        counted.emit(size / 1e6)
