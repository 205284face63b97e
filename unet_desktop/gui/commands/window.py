"""Commands of the window itself: theme, panels, help."""

from __future__ import annotations

from unet_desktop.gui.commands.command import Command

COMMANDS: tuple[Command, ...] = (
    Command("app.quit", "&Quit", "window.quit", "Ctrl+Q"),
    Command("theme.system", "Theme as the s&ystem", "window.set_theme", "Ctrl+F7", checkable=True, argument="system"),
    Command("theme.light", "Lig&ht theme", "window.set_theme", "Ctrl+F8", checkable=True, argument="light"),
    Command("theme.dark", "Dar&k theme", "window.set_theme", "Ctrl+F9", checkable=True, argument="dark"),
    Command(
        "window.reset",
        "&Reset panels",
        "window.reset_layout",
        "Ctrl+F5",
        tip="Put all panels back to where they belong",
    ),
    Command(
        "help.palette", "&Find a command…", "window.show_palette", "Ctrl+K", "palette", tip="Any command by its name"
    ),
    Command("help.sheet", "All keys at a &look", "window.show_cheat_sheet", "?", tip="Keys and mouse over the window"),
    Command("help.shortcuts", "&Keyboard shortcuts…", "window.show_shortcuts", "F1", "keys"),
    Command("help.about", "&About U-Net Desktop", "window.show_about", "Ctrl+F1", "about"),
)
