"""Handlers of window, theme and help."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow

from unet_desktop.gui.actions import shortcut_rows
from unet_desktop.gui.dialogs.about import AboutDialog
from unet_desktop.gui.dialogs.shortcuts import ShortcutsDialog
from unet_desktop.gui.docks import Docks
from unet_desktop.gui.panels.status import StatusLine
from unet_desktop.gui.settings import Theme
from unet_desktop.gui.theme import Appearance
from unet_desktop.gui.workbench import Workbench


class WindowHandlers:
    """Quit, theme, panels, help."""

    def __init__(
        self, window: QMainWindow, docks: Docks, appearance: Appearance, bench: Workbench, status: StatusLine
    ) -> None:
        """Serve this window."""
        self._window, self._docks, self._status = window, docks, status
        self._appearance, self._bench = appearance, bench

    def quit(self) -> None:
        """Close the window, which saves first."""
        self._window.close()

    def set_theme(self, theme: str) -> None:
        """Use and keep a theme."""
        self._bench.store.set_theme(Theme(theme))
        self._appearance.set_theme(Theme(theme))

    def reset_layout(self) -> None:
        """Put the panels back."""
        self._docks.reset()

    def show_shortcuts(self) -> None:
        """List the keys."""
        ShortcutsDialog(self._window, shortcut_rows(self._bench.options.labels)).exec()

    def show_about(self) -> None:
        """Say what this is."""
        AboutDialog(self._window, self._status.device).exec()
