"""The program's start: a project or nothing opens the window, a command's name runs it in the terminal."""

from __future__ import annotations

import multiprocessing
import sys

WINDOW_COMMANDS = ("window", "self-test")


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

    return app.main([argument for argument in arguments if argument != "window"])


def _is_project(argument: str) -> bool:
    from pathlib import Path

    return (Path(argument) / "project.json").is_file() or Path(argument).name == "project.json"


if __name__ == "__main__":
    sys.exit(main())
