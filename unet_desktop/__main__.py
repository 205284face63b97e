"""Entry point: a command name runs it in the terminal; a project folder or nothing opens the window."""

from __future__ import annotations

import gc
import multiprocessing
import sys
from pathlib import Path

from unet_desktop.errors import DisplayError

MANIFEST = "project.json"
COMMANDS = frozenset(
    {
        "import",
        "import-set",
        "propose",
        "train",
        "adapt",
        "segment",
        "evaluate",
        "card",
        "onnx",
        "doctor",
        "demo",
        "versions",
        "cases",
        "labels",
        "check",
        "trail",
        "bin",
        "backup",
        "readers",
        "restore",
        "export",
        "grades",
    }
)
"""The terminal's commands, listed here so that nothing has to be imported. They take precedence over a folder of the
same name, which can be given as ./import."""
_QT_MISSING = """\
error: The window cannot be opened: {error}.
On Debian or Ubuntu, install the libraries it needs: sudo apt-get install libgl1 libegl1 libxkbcommon0 libdbus-1-3 \
libfontconfig1 libglib2.0-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0
The terminal commands work without it; see unet-desktop --help.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code: 0 done, 1 some items failed, 2 usage error.

    Qt and torch are imported only when they are needed.
    """
    multiprocessing.freeze_support()
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and _is_for_terminal(arguments[0]):
        from unet_desktop.cli import main as terminal

        return terminal.main(arguments)
    try:
        if arguments and arguments[0] == "self-test":
            from unet_desktop.gui import self_test

            return self_test.main()
        gc.disable()  # until the window can be used: `app.main` enables it again
        from unet_desktop.gui import app
        from unet_desktop.gui.display_check import require_display

        require_display()
    except ImportError as error:  # Qt itself, or a system library it needs
        return _refuse(_QT_MISSING.format(error=error))
    except DisplayError as error:
        return _refuse(f"error: {error}\n")
    return app.main([_project_folder(argument) for argument in arguments[arguments[:1] == ["window"] :]])


def _is_for_terminal(word: str) -> bool:
    return word in COMMANDS or (word not in {"self-test", "window"} and not _is_project(word))


def _refuse(text: str) -> int:
    if sys.stderr is not None:  # a GUI program on Windows has none
        sys.stderr.write(text)
    return 2


def _is_project(argument: str) -> bool:
    try:
        return (Path(_project_folder(argument)) / MANIFEST).is_file()
    except (OSError, ValueError):  # no permission, or not a path
        return False


def _project_folder(argument: str) -> str:
    """Accept a project.json in place of its folder: file managers open projects that way."""
    return str(Path(argument).parent) if Path(argument).name == MANIFEST else argument


if __name__ == "__main__":
    sys.exit(main())
