"""Commands: unique, placed, drawn and guarded; enabled by what is there; their ids and keys never change."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import qtawesome
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QMenu

from unet_desktop.errors import UserError
from unet_desktop.gui.commands.actions import list_commands, title
from unet_desktop.gui.commands.command import HEADINGS, CommandSet, Needs, command, commands_of, guarded
from unet_desktop.gui.style.icons import ICONS
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.window import menus
from unet_desktop.gui.window.command_table import COMMANDS
from unet_desktop.gui.window.main_window import MainWindow

IDS = [command.id for command in COMMANDS]
PUBLIC = Path(__file__).parent / "ids_and_keys.txt"
"""Id and default keys of each command. Settings files name commands by id, and people know the keys by heart."""


def test_ids_and_default_keys_stay_as_they_are() -> None:
    lines = sorted(f"{command.id}: {command.shortcut}" for command in COMMANDS)
    assert lines == PUBLIC.read_text("utf-8").splitlines()


class Errors:
    def __init__(self) -> None:
        self.shown: list[str] = []

    def show(self, error: BaseException) -> None:
        self.shown.append(str(error))


class Lamp(CommandSet):
    """A lamp that can be dimmed, and switched by its panel."""

    level = 0

    @command("lamp.up", "&Brighter", shortcut="U", argument=1, is_checked=lambda self: self.level > 0)
    @command("lamp.down", "&Darker…", argument=-1)
    def dim(self, steps: int) -> None:
        self.level += steps

    @command("lamp.break", "Break")
    def break_it(self) -> None:
        raise UserError("The lamp is broken.")

    @guarded
    def switch(self, level: int) -> None:
        if level < 0:
            raise ValueError("darker than dark")
        self.level = level


def test_a_set_lists_its_commands_in_the_order_in_which_they_are_written() -> None:
    listed = commands_of(Lamp)
    assert [command.id for command in listed] == ["lamp.up", "lamp.down", "lamp.break"]
    assert [command.plain_text for command in listed] == ["Brighter", "Darker", "Break"]
    assert [command.checkable for command in listed] == [True, False, False]


def test_a_method_that_serves_several_commands_gets_their_argument() -> None:
    lamp = Lamp(Errors())
    calls = {command.id: call for command, call in lamp.calls()}
    calls["lamp.up"]()
    calls["lamp.up"]()
    calls["lamp.down"]()
    assert lamp.level == 1


def test_what_a_method_raises_is_shown() -> None:
    errors = Errors()
    lamp = Lamp(errors)
    lamp.break_it()
    lamp.switch(-1)
    lamp.switch(3)
    assert errors.shown == ["The lamp is broken.", "darker than dark"]
    assert lamp.level == 3


def test_every_action_is_bound(window: MainWindow) -> None:
    assert [described.id for command_set in window.commands for described, _ in command_set.calls()] == IDS


def test_ids_and_shortcuts_are_unique() -> None:
    assert len(set(IDS)) == len(IDS)
    keys = Counter(QKeySequence(keys).toString() for command in COMMANDS for keys in command.shortcut.split())
    assert "" not in keys
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_command_has_a_shortcut_and_a_heading() -> None:
    assert [command.id for command in COMMANDS if not command.shortcut] == []
    assert {command.heading for command in COMMANDS} == set(HEADINGS)


def test_keys_that_mean_something_else_everywhere_are_left_alone() -> None:
    """Whoever means "select all" must not approve."""
    assert "Ctrl+A" not in {keys for command in COMMANDS for keys in command.shortcut.split()}


def test_what_correcting_needs_is_under_one_hand() -> None:
    """Keys of the left half of the keyboard, so that the other hand stays at the mouse."""
    left = set("12345QWERTASDFGZXCVB`0")
    for listed in COMMANDS:
        daily = listed.id.startswith("tool.") or listed.id in {
            *("label.1", "label.2", "case.next", "case.previous", "case.next_uncorrected", "case.approve"),
            *("proposal.accept", "proposal.reject", "edit.undo", "view.zoom_mask", "view.fit", "view.overlay"),
        }
        reached = [
            keys for keys in listed.shortcut.split() if keys.removeprefix("Ctrl+").removeprefix("Shift+") in left
        ]
        assert reached or not daily, listed.id


def test_every_command_is_in_exactly_one_menu() -> None:
    placed = Counter(command for commands in menus.MENUS.values() for command in commands if command)
    assert set(placed) == set(IDS)
    assert set(placed.values()) == {1}
    assert set(menus.TOOLBAR) - {menus.SEPARATOR} <= set(IDS)
    assert set(menus.LABELLED) <= set(menus.TOOLBAR)


def test_icons_exist(qapp) -> None:
    assert {command.icon for command in COMMANDS if command.icon} <= set(ICONS)
    for name in ICONS.values():
        assert not qtawesome.icon(name).isNull()
    assert all(command.icon for command in COMMANDS if command.id in menus.TOOLBAR)


def test_menu_access_keys_are_unique(window: MainWindow) -> None:
    for menu in window.menuBar().findChildren(QMenu):
        letters = [
            action.text()[action.text().index("&") + 1].lower()
            for action in menu.actions()
            if "&" in action.text().replace("&&", "") and action.isVisible()
        ]
        assert len(letters) == len(set(letters)), f"{menu.title()}: {letters}"


def test_tooltips_show_the_shortcut(window: MainWindow) -> None:
    assert "Ctrl+Z" in window.actions_by_id["edit.undo"].toolTip()
    assert (
        window.actions_by_id["window.reset"].toolTip() == "Reset panels (Ctrl+F5)\nPut all panels back in their places"
    )


def test_tooltips_begin_with_name_and_keys(opened: MainWindow) -> None:
    tips = {command: opened.actions_by_id[command].toolTip() for command in opened.actions_by_id}
    assert tips["tool.brush"].splitlines()[0] == "Brush (B)"
    assert tips["tool.push"].splitlines()[0] == "Push edge (V)"
    assert tips["label.2"] == "Paint optic cup (2)"
    for listed in COMMANDS:
        if not listed.id.startswith("label.") and listed.id != "case.no_cup":
            keys = opened.actions_by_id.keymap.text(listed.id)
            assert tips[listed.id].splitlines()[0] == f"{listed.plain_text} ({keys})"


def test_the_label_buttons_keep_their_place_with_every_tool(opened: MainWindow) -> None:
    panel, places = opened.panels.tools.label_list, set()
    for kind in ToolKind:
        opened.app.options.choose_tool(kind)
        QApplication.processEvents()
        places.add((panel.y(), panel.height()))
    assert len(places) == 1


def test_nothing_to_work_on_means_few_commands(window: MainWindow) -> None:
    enabled = {command for command in window.actions_by_id if window.actions_by_id[command].isEnabled()}
    assert {"project.new", "project.open", "help.about", "theme.dark"} <= enabled
    assert not enabled & {"edit.undo", "case.next", "learn.predict", "proposal.accept", "view.fit", "learn.stop"}


def test_needs_follow_the_state(opened: MainWindow, root: Path, qtbot) -> None:
    actions = opened.actions_by_id
    assert actions["case.next"].isEnabled()
    assert not actions["edit.undo"].isEnabled()
    assert not actions["case.approve"].isEnabled()
    opened.app.session.open_case("c")
    qtbot.waitUntil(lambda: actions["proposal.accept"].isEnabled())
    actions["proposal.accept"].trigger()
    qtbot.waitUntil(lambda: actions["edit.undo"].isEnabled() and actions["case.approve"].isEnabled())
    actions["case.approve"].trigger()
    qtbot.waitUntil(lambda: actions["case.approve"].isChecked())
    actions["case.flag"].trigger()
    qtbot.waitUntil(lambda: actions["case.flag"].isChecked())
    assert opened.app.session.project.case("c").flagged


def test_labels_name_their_commands(opened: MainWindow) -> None:
    assert opened.actions_by_id["label.2"].text() == "Paint optic cup"
    assert not opened.actions_by_id["label.3"].isVisible()


def test_needs_are_all_used() -> None:
    used = Needs.NOTHING
    for listed in COMMANDS:
        used |= listed.needs
    assert all(need in used for need in Needs)


def test_lists_name_the_projects_labels(opened: MainWindow) -> None:
    labels = opened.app.options.labels
    names = [title(command, labels) for command in list_commands(COMMANDS, labels) if command.heading == "Labels"]
    assert names == ["Paint optic disc", "Paint optic cup"]
    numbered = [title(command, None) for command in list_commands(COMMANDS, None) if command.heading == "Labels"]
    assert numbered[8] == "Label 9"
