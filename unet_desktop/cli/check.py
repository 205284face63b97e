"""unet-desktop check, trail and bin: verify a project, who did what, and bring back what was removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from unet_desktop.cli.console import DONE, REPLACE_HELP, SOME_FAILED, messages, output
from unet_desktop.cli.progress import follow
from unet_desktop.errors import ProjectError
from unet_desktop.plurals import quantity
from unet_desktop.project.bin import Removed, empty_bin, list_bin
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.trail import read
from unet_desktop.tasks.check_project import check_project, is_open_elsewhere
from unet_desktop.tasks.events import CheckEvent, CheckFinding, CheckRemark
from unet_desktop.tasks.holding_project import holding_project

CHECK_EPILOG = (
    "What is unusual, but may be meant (an empty mask, a disc in two pieces, a copy of a photograph), is listed and "
    "does not change the exit code. Exit code: 0 everything is all right, or was repaired; 1 something is wrong that "
    "was not repaired; 2 it is not a project, or cannot be read."
)
_PROJECT = "Folder of the project."


def check(
    project: Annotated[Path, typer.Argument(help=_PROJECT)],
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair what can be repaired; nothing that a person drew is deleted.")
    ] = False,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="Also look for copies of one photograph, resized or encoded again.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="CSV file to write: what is unusual about masks and pictures.")
    ] = None,
    csv_dialect: Annotated[str, typer.Option(help="plain, excel, excel-eu, or as in segment --help.")] = "plain",
    replace: Annotated[bool, typer.Option("--replace", help=REPLACE_HELP)] = False,
) -> None:
    """Verify a project: trail, pictures, masks, predictions, models, and files that belong to nothing."""
    from unet_desktop.tasks.own_files import refuse_foreign
    from unet_desktop.tasks.review import write_remarks

    if report is not None and not replace:
        refuse_foreign([report])
    if repair:
        events: Iterator[CheckEvent] = holding_project(project, check_project(project, repair=True))
    else:
        ProjectReader.open(project)  # before a lock is tried in a folder that is no project
        is_alone = not is_open_elsewhere(project)
        if not is_alone:
            messages.print("A program has the project open: its journals and unfinished files are left out.")
        events = check_project(project, is_alone=is_alone)
    followed = follow(events, "Checking")
    found = [event for event in followed.rest if isinstance(event, CheckFinding)]
    for finding in found:
        output.print(finding.line, markup=False)
    left = [finding for finding in found if not finding.repaired]
    repairable = sum(bool(finding.remedy) for finding in left)
    if followed.stopped:
        raise typer.Exit(SOME_FAILED)
    remarks = _review(project, duplicates=duplicates)
    for remark in remarks:
        output.print(remark.line, markup=False)
    if report is not None:
        write_remarks(remarks, report, csv_dialect)
        output.print(f"Wrote {report}", markup=False)
    if remarks:
        output.print(f"{quantity(len(remarks), 'remark')} on masks and pictures, which may be meant.")
    if not found:
        output.print("Everything is as it should be.")
    elif not left:
        output.print(f"{quantity(len(found), 'problem was', 'problems were')} repaired.")
    else:
        hint = f"; {repairable} can be repaired with --repair" if repairable and not repair else ""
        output.print(f"{quantity(len(left), 'problem')}{hint}.")
    raise typer.Exit(SOME_FAILED if left else DONE)


def _review(project: Path, *, duplicates: bool) -> list[CheckRemark]:
    """Look through masks, and through pictures if asked to; stopping it ends the command."""
    from unet_desktop.tasks.review import review_masks, review_pictures

    remarks: list[CheckRemark] = []
    works: list[tuple[Iterator[CheckEvent], str]] = [(review_masks(project), "Looking at masks")]
    if duplicates:
        works.append((review_pictures(project), "Looking for copies"))
    for events, title in works:
        followed = follow(events, title)
        remarks += [event for event in followed.rest if isinstance(event, CheckRemark)]
        if followed.stopped:
            raise typer.Exit(SOME_FAILED)
    return remarks


def trail(
    project: Annotated[Path, typer.Argument(help=_PROJECT)],
    csv: Annotated[Path | None, typer.Option(help="CSV file to write; default: print the trail.")] = None,
    csv_dialect: Annotated[str, typer.Option(help="plain, excel, excel-eu, or as in segment --help.")] = "plain",
    replace: Annotated[bool, typer.Option("--replace", help=REPLACE_HELP)] = False,
) -> None:
    """Show or export who did what to which case or model, and verify that nobody changed it.

    Exit code: 0 the trail is whole, 1 it was changed, 2 it cannot be read or written.
    """
    from unet_desktop.tasks.own_files import refuse_foreign
    from unet_desktop.tasks.trail_table import describe, write_trail

    found = read(ProjectReader.open(project).layout)
    if csv is not None:
        if not replace:
            refuse_foreign([csv])
        write_trail(found, csv, csv_dialect)
        output.print(f"Wrote {csv}", markup=False)
    else:
        for entry in found.entries:
            output.print(describe(entry), markup=False)
        if not found.entries:
            output.print("The trail is empty: nothing was changed since programs note it.")
    for problem in found.problems:
        messages.print(problem, markup=False)
    raise typer.Exit(SOME_FAILED if found.problems else DONE)


def manage_bin(
    project: Annotated[Path, typer.Argument(help=_PROJECT)],
    remove: Annotated[list[str] | None, typer.Option(help="Case to move to the bin; may be repeated.")] = None,
    restore: Annotated[
        list[str] | None, typer.Option(help="What to put back, by its number or name; may be repeated.")
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Delete everything in the bin for good.")] = False,
) -> None:
    """Show what is in a project's bin; remove cases to it, put them back, or empty it."""
    from unet_desktop.tasks.trail_table import describe_removed

    if remove or restore or empty:
        with lease_exclusively(project) as lease:
            opened = lease.project.writable()
            for case_id in remove or ():
                opened.remove_case(case_id)
                output.print(f"{case_id} is in the bin.", markup=False)
            for wanted in restore or ():
                opened.restore_removed(_find(opened, wanted))
                output.print(f"{wanted} is back.", markup=False)
            if empty:
                output.print(f"{quantity(empty_bin(opened.layout), 'entry', 'entries')} deleted for good.")
        return
    found = list_bin(ProjectReader.open(project).layout)
    for removed in found:
        output.print(describe_removed(removed), markup=False)
    if not found:
        output.print("The bin is empty.")


def _find(project: Project, wanted: str) -> Removed:
    """Return what was removed last under this name, or has this number."""
    for removed in list_bin(project.layout):
        if removed.name == wanted or (wanted.isdecimal() and removed.number == int(wanted)):
            return removed
    raise ProjectError(f'There is no "{wanted}" in the bin. "unet-desktop bin {project.root}" lists what there is.')
