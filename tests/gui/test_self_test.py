"""self-test: passes here, leaves nothing behind, and says so when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unet_desktop.gui.self_test import Report


@pytest.mark.slow
def test_it_passes_from_an_empty_folder_and_leaves_nothing_behind(tmp_path: Path) -> None:
    home, empty, temporary = (tmp_path / name for name in ("home", "empty", "temporary"))
    for folder in (home, empty, temporary):
        folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DISPLAY"))}
    done = subprocess.run(
        [sys.executable, "-m", "unet_desktop", "self-test"],
        cwd=empty,
        env=environment | {"HOME": str(home), "TMPDIR": str(temporary), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) > 8
    assert all(line.startswith("ok ") for line in lines[1:])
    assert done.stderr == ""
    assert list(empty.iterdir()) == []
    assert [path.name for path in temporary.rglob("*project*")] == []
    assert [*home.rglob("*.conf"), *home.rglob("*.ini")] == []


def test_a_check_that_fails_is_named_and_the_next_one_still_runs(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    with report.check("resources"):
        raise FileNotFoundError("icon.svg is missing")
    with report.check("icons"):
        pass
    first, second = capsys.readouterr().out.splitlines()
    assert first == "failed  resources: FileNotFoundError: icon.svg is missing"
    assert second.startswith("ok      icons")
    assert report.exit_code == 1
