"""A project opens with the case that was open last."""

from __future__ import annotations

import json
from pathlib import Path

from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.settings_file import case_key, settings_path


def test_the_case_that_was_open_last_opens_again(opened: MainWindow, root: Path) -> None:
    opened.commands.cases.open_case("d")
    opened.commands.projects.close()
    opened.commands.projects.open_root(root)
    assert opened.app.session.case_id == "d"
    assert Store().last_case(root) == case_key(root, "d")  # another start finds it, too


def test_one_that_is_gone_gives_way_to_the_next_uncorrected(opened: MainWindow, root: Path) -> None:
    opened.app.store.note_case(root, "gone")
    opened.commands.projects.open_root(root)
    assert opened.app.session.case_id == "a"


def test_a_setting_that_cannot_be_understood_is_passed_over(opened: MainWindow, root: Path) -> None:
    path = settings_path()
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"last_cases": ["no"]}))
    assert opened.app.store.last_case(root) is None
