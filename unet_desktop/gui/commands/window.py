"""Commands of the window itself: theme, panels, help."""

from __future__ import annotations

from unet_desktop.gui.commands.command import Command

COMMANDS: tuple[Command, ...] = (
    Command("app.quit", "&Quit", "window.quit", "Ctrl+Q"),
    Command("theme.system", "As the s&ystem", "window.set_theme", checkable=True, argument="system"),
    Command("theme.light", "Lig&ht", "window.set_theme", checkable=True, argument="light"),
    Command("theme.dark", "Dar&k", "window.set_theme", checkable=True, argument="dark"),
    Command("window.reset", "&Reset panels", "window.reset_layout", tip="Put all panels back to where they belong"),
    Command("help.shortcuts", "&Keyboard shortcuts", "window.show_shortcuts", "F1 ?", "keys"),
    Command("help.about", "&About U-Net Desktop", "window.show_about", icon="about"),
)
