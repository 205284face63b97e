"""unet-desktop grades: list what people graded in a project, write it as a table, or set its form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unet_desktop import json_data
from unet_desktop.cli.console import DONE, SOME_FAILED, messages, output
from unet_desktop.errors import UserError
from unet_desktop.json_data import DataError
from unet_desktop.plurals import quantity
from unet_desktop.project.form import GLAUCOMA, TEMPLATES, Form, template
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.settings_writer import refuse_form_of_workbook
from unet_desktop.safe_text import escape_controls

_TEMPLATES = ", ".join((GLAUCOMA, *TEMPLATES))


def run(
    project: Annotated[Path, typer.Argument(help="Folder of the project.", show_default=False)],
    csv: Annotated[Path | None, typer.Option(help="CSV file to write; default: print the grades.")] = None,
    csv_dialect: Annotated[str, typer.Option(help="plain, excel, excel-eu, or as in segment --help.")] = "plain",
    form: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|NAME",
            help=f"Set what is graded: a JSON file with a list of items, or a template: {_TEMPLATES}.",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite a file that this command did not write.")
    ] = False,
) -> None:
    """List what people graded in each case of a project, write it as a table, or set the form.

    Exit code: 0 done, 1 a case's record is damaged and left out, 2 it cannot be read or written.
    """
    from unet_desktop.tasks.grade_table import write_grades
    from unet_desktop.tasks.own_files import refuse_foreign

    if form is not None:
        _set_form(project, form)
    opened = ProjectReader.open(project)
    if csv is not None:
        if not replace:
            refuse_foreign([csv])
        write_grades(opened, csv, csv_dialect)
        output.print(f"Wrote {csv}", markup=False)
    elif form is None:
        _list(opened)
    damaged = [case for case in opened.cases() if case.damage]
    for case in damaged:
        messages.print(escape_controls(case.damage), markup=False)
    raise typer.Exit(SOME_FAILED if damaged else DONE)


def _set_form(root: Path, wanted: str) -> None:
    form = template(wanted)
    if form is None:
        form = _read_form(wanted)
    refuse_form_of_workbook(ProjectReader.open(root))
    with lease_exclusively(root) as lease:
        lease.project.writable().set_form(form)
    output.print(f"The form has {quantity(len(form.items), 'item')} now.")


def _read_form(wanted: str) -> Form:
    path = Path(wanted)
    try:
        return Form.from_json(json_data.read(path))
    except FileNotFoundError as error:
        raise UserError(f'"{wanted}" is neither a file nor a template. The templates are: {_TEMPLATES}.') from error
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    except DataError as error:
        raise UserError(f"{path} is no grading form: {error}.") from error


def _list(project: ProjectReader) -> None:
    form = project.form
    if not form:
        output.print("This project has no grading form. --form sets one.")
    for case in project.cases():
        given = [
            f"{item.question}: {grade}" for item in form.items if (grade := form.grade(item, case.grades)) is not None
        ]
        missing = [item.question for item in form.missing(case.grades)]
        parts = [", ".join(given) or "not graded"]
        parts += [f"missing: {', '.join(missing)}"] if missing and given else []
        if form and not case.damage:
            output.print(f"{escape_controls(case.id)}: {escape_controls('; '.join(parts))}", markup=False)
