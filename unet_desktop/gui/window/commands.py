"""Handlers of window, theme and help."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.actions import Actions, listed, title
from unet_desktop.gui.commands.headings import heading, headings
from unet_desktop.gui.messages.status_line import StatusLine
from unet_desktop.gui.settings.settings import Theme
from unet_desktop.gui.style.theme import Appearance
from unet_desktop.gui.window.about import AboutDialog
from unet_desktop.gui.window.cheat_sheet import CheatSheet, Section
from unet_desktop.gui.window.command_palette import CommandPalette, Entry
from unet_desktop.gui.window.docks import Docks
from unet_desktop.gui.window.shortcuts import ShortcutsDialog


class WindowHandlers:
    """Quit, theme, panels, help."""

    def __init__(
        self,
        window: QMainWindow,
        docks: Docks,
        appearance: Appearance,
        app: AppModel,
        status: StatusLine,
        actions: Actions,
    ) -> None:
        """Serve this window."""
        self._window, self._docks, self._status = window, docks, status
        self._appearance, self._app, self._actions = appearance, app, actions
        self._sheet = CheatSheet(window)
        self._recent: list[str] = []  # commands called from the palette, the latest first

    def quit(self) -> None:
        """Close the window, which saves first."""
        self._window.close()

    def set_theme(self, theme: str) -> None:
        """Use and keep a theme."""
        self._app.store.set_theme(Theme(theme))
        self._appearance.set_theme(Theme(theme))

    def reset_layout(self) -> None:
        """Put the panels back."""
        self._docks.reset()

    def show_view(self) -> None:
        """Bring the view's panel to the front."""
        self._docks.bring_forward(self._docks.view)

    def show_shortcuts(self) -> None:
        """List the keys, and let them be changed."""
        ShortcutsDialog(self._window, self._actions.keymap, self._app.options.labels).exec()

    def show_cheat_sheet(self) -> None:
        """Show all keys at one look."""
        labels, keymap = self._app.options.labels, self._actions.keymap
        rows: dict[str, list[tuple[str, str]]] = {group: [] for group in headings()}
        for command in listed(labels):
            if keys := keymap.text(command.id):
                rows[heading(command)].append((title(command, labels), keys))
        self._sheet.show_sections([Section(group, tuple(found)) for group, found in rows.items() if found])

    def show_palette(self) -> None:
        """Offer all commands by name, those called last first."""
        labels = self._app.options.labels
        entries = [
            Entry(
                command.id,
                title(command, labels),
                heading(command),
                self._actions.keymap.text(command.id),
                self._actions[command.id].isEnabled(),
            )
            for command in listed(labels)
            if command.id != "help.palette"
        ]
        order = {command_id: place for place, command_id in enumerate(self._recent)}
        palette = CommandPalette(self._window, sorted(entries, key=lambda entry: order.get(entry.id, len(order))))
        if palette.exec() and palette.chosen:
            self._recent = [palette.chosen, *(other for other in self._recent if other != palette.chosen)][:6]
            self._actions[palette.chosen].trigger()

    def show_about(self) -> None:
        """Say what this is."""
        AboutDialog(self._window, self._status.device).exec()
