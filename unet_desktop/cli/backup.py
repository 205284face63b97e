"""unet-desktop backup and restore: a project as one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unet_desktop.cli.console import messages
from unet_desktop.cli.progress import follow
from unet_desktop.errors import UserError, WriteError
from unet_desktop.project.reader import ProjectReader
from unet_desktop.tasks.check_project import is_open_elsewhere

EPILOG = "Exit code: 0 done; 1 something is missing, and was named; 2 nothing was written."


def back_up(
    project: Annotated[Path, typer.Argument(help="Folder of the project.", show_default=False)],
    out: Annotated[Path, typer.Option(help="File to write, such as project.zip.", show_default=False)],
    without_pictures: Annotated[
        bool,
        typer.Option(
            "--without-pictures", help="Leave the pictures out, and the bin; a site that has them finds them again."
        ),
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite a file that is not a backup of this project.")
    ] = False,
) -> None:
    """Write a project to one file: masks, history, trail, models, pictures, with a list of digests.

    Any program can unpack the file, which is a ZIP file. A backup that is interrupted leaves no file.
    """
    from unet_desktop.tasks.backup.write import back_up

    ProjectReader.open(project)
    if _is_open(project):
        messages.print("A program has the project open: what it has not saved yet is not in the backup.")
    events = back_up(project, out, pictures=not without_pictures, replace_other=replace)
    raise typer.Exit(follow(events, "Backing up", if_stopped="No backup was written.").code)


def _is_open(project: Path) -> bool:
    """Whether a program has the project open; not where nothing can be written, as on a disc."""
    try:
        return is_open_elsewhere(project)
    except WriteError:
        return False


def restore(
    backup: Annotated[Path, typer.Argument(help="The backup.", show_default=False)],
    folder: Annotated[
        Path | None, typer.Argument(help="New folder for the project; default: only with --check.", show_default=False)
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(help="Folder in which to look for pictures that are not in the backup.", show_default=False),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only compare every file with its digest.")] = False,
) -> None:
    """Make a project from a backup, after comparing every file with its digest.

    The folder must be new or empty. If a file is damaged, nothing is restored.
    """
    from unet_desktop.tasks.backup.restore import check_backup, restore_backup

    if check:
        raise typer.Exit(follow(check_backup(backup), "Checking").code)
    if folder is None:
        raise UserError("Give a new folder for the project, or only check the backup with --check.")
    events = restore_backup(backup, folder, pictures=pictures)
    raise typer.Exit(follow(events, "Restoring", if_stopped="Nothing was restored.").code)
