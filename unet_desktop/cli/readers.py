"""unet-desktop readers: who reads the cases of a project, each with own masks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from unet_desktop.cli.console import DONE, SOME_FAILED, output, show_error
from unet_desktop.cli.progress import follow
from unet_desktop.file_names import fold
from unet_desktop.plurals import quantity
from unet_desktop.project.assignment import assign
from unet_desktop.project.case import UNCORRECTED, CaseState
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.workbooks import damaged_workbooks, list_workbooks, make_workbook
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.readers.consensus import Method

if TYPE_CHECKING:
    from unet_desktop.tasks.events import ReadersAgreement

app = typer.Typer(
    name="readers",
    help="Readers of a project: let several people read the same cases masked, compare and collect their masks.",
    invoke_without_command=True,
)


@app.callback()
def choose_project(
    context: typer.Context,
    project: Annotated[Path, typer.Argument(help="Folder of the project.", show_default=False)],
) -> None:
    """Readers of a project: let several people read the same cases masked, compare and collect their masks."""
    context.obj = project
    if context.invoked_subcommand is None:
        list_readers(context)


@app.command("list")
def list_readers(context: typer.Context) -> None:
    """List the readers, and how far they are."""
    project = ProjectReader.open(context.obj)
    found, damaged = list_workbooks(project.layout), damaged_workbooks(project.layout)
    for sentence in damaged:
        show_error(sentence)
    if not found:
        output.print("The project has no readers yet." if not damaged else "No reader's work can be read.")
        raise typer.Exit(SOME_FAILED if damaged else DONE)
    shown = Table(title=Text(f"Readers of {escape_controls(project.name)}"))
    for heading in ("reader", "folder", "cases", "read", "approved", "predictions", "began"):
        shown.add_column(heading, justify="right" if heading in {"cases", "read", "approved"} else "left")
    for one in found:
        cases = ProjectReader.open(one.root).cases()
        cells = (
            one.workbook.title,
            f"readers/{one.key}",
            f"{len(cases):,}",
            f"{sum(case.state not in UNCORRECTED for case in cases):,}",
            f"{sum(case.state is CaseState.APPROVED for case in cases):,}",
            "shown" if one.workbook.shows_predictions else "hidden",
            one.workbook.began[:10],
        )
        shown.add_row(*(Text(escape_controls(cell)) for cell in cells))
    output.print(shown)
    if damaged:
        raise typer.Exit(SOME_FAILED)


@app.command("add")
def add_reader(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the reader.", show_default=False)],
    cases: Annotated[
        str | None,
        typer.Option(help="Cases to read, separated by commas; default: those assigned to the reader, or all."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="A reader of this name reads the same cases once more.")
    ] = False,
    predictions: Annotated[
        bool, typer.Option("--with-predictions", help="Show the reader the project's predictions.")
    ] = False,
    from_project: Annotated[
        bool, typer.Option("--from-project", help="Begin with the project's masks: they are this reader's work.")
    ] = False,
) -> None:
    """Add a reader, who reads the cases without seeing other people's masks.

    The reader opens the folder that is printed, or chooses Readers > Read masked in the window of the project.
    """
    project = ProjectReader.open(context.obj)
    chosen = None if cases is None else [case.strip() for case in cases.split(",") if case.strip()]
    found = make_workbook(
        project, name, case_ids=chosen, again=again, predictions=predictions, from_project=from_project
    )
    count = len(ProjectReader.open(found.root).cases())
    output.print(f"{found.workbook.title} reads {quantity(count, 'case')} in {found.root}", markup=False)


@app.command("assign")
def assign_cases(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Readers; none to take the assignment away.")] = None,
    cases: Annotated[
        str | None, typer.Option(help="Cases to assign, separated by commas; default: all.", show_default=False)
    ] = None,
    per_case: Annotated[int, typer.Option(help="Readers of each case; 0 for all of those given.", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="Of the random order: the same seed assigns the same.", min=0)] = 0,
) -> None:
    """Assign cases to readers; cases of one patient go to the same readers.

    A reader who is added afterwards gets the assigned cases. In the window, "assigned:NAME" finds them.
    """
    chosen = None if cases is None else [case.strip() for case in cases.split(",") if case.strip()]
    with lease_exclusively(context.obj) as lease:
        counts = assign(lease.project.writable(), names or [], chosen, per_case=per_case, seed=seed)
    for name, count in counts.items():
        output.print(f"{name}: {quantity(count, 'case')}", markup=False)
    if not counts:
        output.print("The cases are assigned to nobody now.")


@app.command("copy")
def copy_for_reader(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The reader, who is added if there is none.", show_default=False)],
    out: Annotated[Path, typer.Option(help="File to write, such as anna.zip.", show_default=False)],
    without_pictures: Annotated[
        bool, typer.Option("--without-pictures", help="Leave the pictures out, for a site that has them.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite a file that is not a copy for this reader.")
    ] = False,
) -> None:
    """Write a reader's cases to one file, to be read elsewhere.

    There "unet-desktop restore" makes a project of it; "collect" brings the masks back. The file holds the
    pictures and the reader's own masks, and nothing of anybody else.
    """
    from unet_desktop.tasks.backup.write import back_up

    project = ProjectReader.open(context.obj)
    known = [one for one in list_workbooks(project.layout) if fold(one.workbook.reader) == fold(name)]
    found = known[-1] if known else make_workbook(project, name)
    events = back_up(found.root, out, pictures=not without_pictures, replace_other=replace)
    raise typer.Exit(follow(events, "Copying", if_stopped="No file was written.").code)


@app.command("collect")
def collect_copies(
    context: typer.Context,
    copies: Annotated[
        list[Path], typer.Argument(help="Folders or backups that readers worked in.", show_default=False)
    ],
    reader: Annotated[str, typer.Option("--as", help="Another name for the reader, where the name is taken.")] = "",
    edited_trail: Annotated[
        bool, typer.Option("--edited-trail", help="Collect also a copy whose trail somebody edited.")
    ] = False,
) -> None:
    """Bring readers' copies back: their workbooks, and what was changed in copies of the project.

    Nothing is lost: where both sides changed a mask, the project's stays, the other one becomes a version of the case,
    and the case is listed (exit code 1). Collecting the same copy again changes nothing. If a copy cannot be read, or
    is of another project, nothing is collected (exit code 2).
    """
    from unet_desktop.tasks.readers.collect import collect

    events = collect(context.obj, copies, reader=reader, edited_trails=edited_trail)
    raise typer.Exit(follow(events, "Collecting").code)


@app.command("consensus")
def fill_cases(
    context: typer.Context,
    method: Annotated[
        Method,
        typer.Option(
            help="single: where one reader has drawn the case or all agree; majority or staple: of three or more."
        ),
    ] = Method.SINGLE,
) -> None:
    """Give the cases without a mask one from the readers, to be adjudicated; a mask that is there is never changed.

    This also puts together the work of readers who had different cases.
    """
    from unet_desktop.tasks.holding_project import holding_project
    from unet_desktop.tasks.readers.consensus import make_consensus

    ProjectReader.open(context.obj)
    raise typer.Exit(follow(holding_project(context.obj, make_consensus(context.obj, method)), "Adjudicating").code)


@app.command("agreement")
def show_agreement(
    context: typer.Context,
    table: Annotated[
        Path | None, typer.Option(help="Write the table (.csv, .parquet or .xlsx).", show_default=False)
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a report as one HTML file.", show_default=False)] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the report as PDF.", show_default=False)] = None,
    csv_dialect: Annotated[str, typer.Option(help="plain, excel, excel-eu, or as in segment --help.")] = "plain",
    months: Annotated[bool, typer.Option("--months", help="Add rows for each month.")] = False,
    with_project: Annotated[
        bool, typer.Option("--with-project", help="Compare each reader also with the project's own masks.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite a file that this command did not write.")
    ] = False,
) -> None:
    """Show how well the readers agree: Dice, vCDR with limits of agreement and ICC, kappa of graded items.

    A reader who read the cases twice is compared with the former reading. For a report of two readers picture by
    picture, use "unet-desktop evaluate PROJECT/readers/ONE PROJECT/readers/OTHER --html FILE".
    """
    from unet_desktop.tasks.evaluation.targets import Targets
    from unet_desktop.tasks.events import ReadersAgreement
    from unet_desktop.tasks.readers.agreement import find_agreement
    from unet_desktop.tasks.readers.agreement_report import write_files

    targets = Targets(table, None, html, pdf, csv_dialect, replace)
    targets.check()
    followed = follow(find_agreement(context.obj, with_project=with_project, months=months), "Comparing")
    code = followed.code
    for event in followed.rest:
        if isinstance(event, ReadersAgreement):
            _print_agreement(event)
            follow(write_files(event, targets), "Writing")
    raise typer.Exit(code)


def _print_agreement(found: ReadersAgreement) -> None:
    shown = Table(title=Text(escape_controls(f"Agreement of the readers of {found.project}")))
    for heading in ("readers", "period", "measure", "cases", "value", "from", "to"):
        shown.add_column(heading, justify="left" if heading in {"readers", "period", "measure"} else "right")
    before = None
    for row in found.rows:
        who = " / ".join(name for name in (row.first, row.second) if name)
        if before not in {None, who}:
            shown.add_section()
        numbers = ["" if one is None else f"{one:.3f}" for one in (row.value, row.low, row.high)]
        cells = ("" if who == before else who, row.period, row.measure, f"{row.cases:,}", *numbers)
        shown.add_row(*(Text(escape_controls(cell)) for cell in cells))
        before = who
    output.print(shown)
