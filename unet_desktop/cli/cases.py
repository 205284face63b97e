"""unet-desktop cases: list, rename and remove cases, and replace their pictures."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from unet_desktop.cli.console import DONE, SOME_FAILED, messages, output, show_error
from unet_desktop.errors import ProjectError, UserError
from unet_desktop.plurals import quantity
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.rename import rename_case
from unet_desktop.project.replace_picture import replace_picture
from unet_desktop.safe_text import escape_controls

EPILOG = (
    "Examples: unet-desktop cases PROJECT; cases PROJECT rename IMG_1 patient7-left; "
    "cases PROJECT replace IMG_1 better.jpg; cases PROJECT remove IMG_1 IMG_2"
)


class Action(StrEnum):
    """What is done."""

    LIST = "list"
    RENAME = "rename"
    REPLACE = "replace"
    REMOVE = "remove"


def run(
    project: Annotated[Path, typer.Argument(help="Folder of the project.", show_default=False)],
    action: Annotated[Action, typer.Argument(help="What to do.")] = Action.LIST,
    names: Annotated[
        list[str] | None,
        typer.Argument(help="rename: the case and its new name. replace: the case and a picture. remove: cases."),
    ] = None,
    refer: Annotated[bool, typer.Option("--refer", help="replace: do not copy the picture; refer to it.")] = False,
) -> None:
    """List, rename and remove cases, and replace their pictures.

    Removed cases and pictures go to the bin (unet-desktop bin). Exit code 1: some cases could not be removed.
    """
    given = names or []
    if action is Action.LIST:
        _list(project, given)
        return
    if action is not Action.REMOVE and len(given) != 2:
        what = "the case and its new name" if action is Action.RENAME else "the case and a picture"
        raise ProjectError(f"{action.value} needs {what}, but {quantity(len(given), 'name was', 'names were')} given.")
    if not given:
        raise ProjectError("remove needs the names of cases. List them with: unet-desktop cases PROJECT")
    with lease_exclusively(project) as lease:
        for sentence in lease.recovered:
            messages.print(sentence, markup=False)
        opened = lease.project.writable()
        if action is Action.RENAME:
            rename_case(opened, *given)
            output.print(f"{given[0]} is called {given[1]} now.", markup=False)
        elif action is Action.REPLACE:
            output.print(replace_picture(opened, given[0], Path(given[1]), copy=not refer).sentence, markup=False)
        else:
            raise typer.Exit(_remove(opened, given))


def _remove(project: Project, names: list[str]) -> int:
    failed = 0
    for name in dict.fromkeys(names):
        try:
            project.remove_case(name)
            output.print(f"{name} is in the bin.", markup=False)
        except UserError as error:
            failed += 1
            show_error(str(error))
    return SOME_FAILED if failed else DONE


def _list(root: Path, wanted: list[str]) -> None:
    project = ProjectReader.open(root)
    cases = [project.case(name) for name in wanted] or project.cases()
    shown = Table(title=Text(f"{quantity(len(cases), 'case')} of {escape_controls(project.name)}"))
    for heading in ("case", "state", "flagged", "patient", "eye", "picture"):
        shown.add_column(heading)
    for case in cases:
        state = "cannot be read" if case.damage else "incomplete" if case.incomplete else case.state.value
        cells = (case.id, state, "yes" if case.flagged else "", case.patient, case.eye.value, case.image)
        shown.add_row(*(Text(escape_controls(cell)) for cell in cells))
    output.print(shown)
