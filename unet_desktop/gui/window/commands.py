"""Commands of the window itself: stop the job, quit, theme, panels, help."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.actions import Actions, list_commands, title
from unet_desktop.gui.commands.command import HEADINGS, CommandSet, Decorator, Needs, ShowsErrors, command
from unet_desktop.gui.messages.status_line import StatusLine
from unet_desktop.gui.settings.settings import Theme
from unet_desktop.gui.style.theme import Appearance
from unet_desktop.gui.window.about import AboutDialog
from unet_desktop.gui.window.cheat_sheet import CheatSheet, Section
from unet_desktop.gui.window.command_palette import CommandPalette, PaletteItem
from unet_desktop.gui.window.docks import Docks
from unet_desktop.gui.window.shortcuts import ShortcutsDialog


def _theme(theme: Theme, text: str, shortcut: str) -> Decorator:
    """The command that uses this theme."""
    return command(
        f"theme.{theme.value}", text, shortcut=shortcut, argument=theme, is_checked=lambda self: self.theme is theme
    )


class WindowCommands(CommandSet):
    """Stop, quit, theme, panels, help."""

    def __init__(
        self,
        window: QMainWindow,
        docks: Docks,
        appearance: Appearance,
        app: AppModel,
        status: StatusLine,
        actions: Actions,
        errors: ShowsErrors,
    ) -> None:
        super().__init__(errors)
        self._window, self._docks, self._status = window, docks, status
        self._appearance, self._app, self._actions = appearance, app, actions
        self._sheet = CheatSheet(window)
        self._recent: list[str] = []  # ids of commands chosen in the palette, the latest first

    @property
    def theme(self) -> Theme:
        """The theme in use."""
        return self._appearance.theme

    @command("learn.stop", "&Stop", shortcut="Ctrl+.", icon="stop", needs=Needs.BUSY, tip="Stop what is running")
    def stop(self) -> None:
        self._app.runner.cancel()

    @command("app.quit", "&Quit", shortcut="Ctrl+Q")
    def quit(self) -> None:
        """Close the window, which saves first."""
        self._window.close()

    @_theme(Theme.SYSTEM, "S&ystem theme", "Ctrl+F7")
    @_theme(Theme.LIGHT, "Lig&ht theme", "Ctrl+F8")
    @_theme(Theme.DARK, "Dar&k theme", "Ctrl+F9")
    def set_theme(self, theme: Theme) -> None:
        self._app.store.set_theme(theme)
        self._appearance.set_theme(theme)

    @command("window.reset", "&Reset panels", shortcut="Ctrl+F5", tip="Put all panels back in their places")
    def reset_layout(self) -> None:
        self._docks.reset()

    @command("help.palette", "&Find a command…", shortcut="Ctrl+K", icon="palette", tip="Find any command by name")
    def show_palette(self) -> None:
        """List all commands by name, the latest used first."""
        labels, keymap = self._app.options.labels, self._actions.keymap
        entries = [
            PaletteItem(
                listed.id,
                title(listed, labels),
                listed.heading,
                keymap.text(listed.id),
                self._actions[listed.id].isEnabled(),
            )
            for listed in list_commands(keymap.commands, labels)
            if listed.id != "help.palette"
        ]
        order = {command_id: place for place, command_id in enumerate(self._recent)}
        palette = CommandPalette(self._window, sorted(entries, key=lambda entry: order.get(entry.id, len(order))))
        if palette.exec() and palette.chosen:
            self._recent = [palette.chosen, *(other for other in self._recent if other != palette.chosen)][:6]
            self._actions[palette.chosen].trigger()

    @command("help.sheet", "All keys at a &glance", shortcut="?", tip="All keys and mouse actions, over the window")
    def show_cheat_sheet(self) -> None:
        labels, keymap = self._app.options.labels, self._actions.keymap
        rows: dict[str, list[tuple[str, str]]] = {group: [] for group in HEADINGS}
        for listed in list_commands(keymap.commands, labels):
            if keys := keymap.text(listed.id):
                rows[listed.heading].append((title(listed, labels), keys))
        self._sheet.show_sections([Section(group, tuple(found)) for group, found in rows.items() if found])

    @command("help.shortcuts", "&Keyboard shortcuts…", shortcut="F1", icon="keys")
    def show_shortcuts(self) -> None:
        ShortcutsDialog(self._window, self._actions.keymap, self._app.options.labels).exec()

    @command("help.about", "&About U-Net Desktop", shortcut="Ctrl+F1", icon="about")
    def show_about(self) -> None:
        AboutDialog(self._window, self._status.device).exec()
