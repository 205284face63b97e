"""The program's start in a terminal: what hinders the window is a sentence, not an abort or a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unet_desktop import __main__ as entry

_DISPLAYS = {"DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "QT_QPA_PLATFORM"}
_ON_LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
_WITHOUT_EGL = """
import sys
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("PySide6"):
            raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
sys.meta_path.insert(0, Refusing())
from unet_desktop.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, env=environment, check=False
    )


def without_display(**variables: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _DISPLAYS} | variables


@_ON_LINUX
@pytest.mark.parametrize("arguments", [[], ["window"]])
def test_without_a_display_it_says_what_to_do(home: Path, arguments: list[str]) -> None:
    done = run(["-m", "unet_desktop", *arguments], without_display(DISPLAY=""))
    assert done.returncode == 2, done.stderr
    assert "There is no display" in done.stderr
    assert "unet-desktop --help" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@_ON_LINUX
@pytest.mark.parametrize(
    ("arguments", "display"),
    [
        ([], {"DISPLAY": ":987"}),
        (["self-test"], {"DISPLAY": ":987"}),
        ([], {"DISPLAY": "localhost:987"}),
        ([], {"DISPLAY": "nonsense"}),
        ([], {"WAYLAND_DISPLAY": "wayland-987"}),
        ([], {"WAYLAND_DISPLAY": "wayland-987", "DISPLAY": ":987"}),
        ([], {"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":987"}),
    ],
)
def test_a_display_that_does_not_answer_is_a_sentence(
    home: Path, arguments: list[str], display: dict[str, str]
) -> None:
    done = run(["-m", "unet_desktop", *arguments], without_display(XDG_RUNTIME_DIR=str(home), **display))
    assert done.returncode == 2, done.stderr
    assert "cannot be reached" in done.stderr
    assert any(f'"{name}"' in done.stderr for name in display.values())
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["self-test"]])
def test_without_the_libraries_of_qt_it_names_them(home: Path, arguments: list[str]) -> None:
    done = run(["-c", _WITHOUT_EGL, *arguments], dict(os.environ))
    assert done.returncode == 2, done.stderr
    assert "libEGL.so.1" in done.stderr
    assert "apt-get install" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_libraries_named_are_those_that_setting_up_installs() -> None:
    script = (Path(__file__).parents[2] / "packaging" / "set-up").read_text("utf-8")
    libraries = script.partition('LIBRARIES="')[2].partition('"')[0].split()
    assert [name for name in libraries if not name.startswith("fonts-") and name not in entry._QT_MISSING] == []


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), ValueError("embedded null byte")])
def test_what_cannot_be_looked_into_is_no_project(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(self: Path) -> bool:
        raise error

    monkeypatch.setattr(Path, "is_file", refuse)
    assert not entry._is_project("/root/secret")
