"""The program's start: a project or nothing opens the window, a command's name runs it in the terminal."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

MANIFEST = "project.json"


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code: 0 done, 1 some failed, 2 wrong use.

    Neither Qt nor torch is imported before it is known that they are needed.
    """
    multiprocessing.freeze_support()
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] == "self-test":
        from unet_desktop.gui import self_test

        return self_test.main()
    if arguments and arguments[0] != "window" and not _is_project(arguments[0]):
        from unet_desktop.cli import main as terminal

        return terminal.main(arguments)
    from unet_desktop.gui import app

    return app.main([_project_folder(argument) for argument in arguments if argument != "window"])


def _is_project(argument: str) -> bool:
    return (Path(_project_folder(argument)) / MANIFEST).is_file()


def _project_folder(argument: str) -> str:
    """File managers open a project by its project.json."""
    return str(Path(argument).parent) if Path(argument).name == MANIFEST else argument


if __name__ == "__main__":
    sys.exit(main())
