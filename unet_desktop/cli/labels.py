"""unet-desktop labels: list the labels of a project, and change them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from unet_desktop import label_edits
from unet_desktop.cli.console import DONE, SOME_FAILED, messages, output
from unet_desktop.errors import UserError
from unet_desktop.labels import LabelSet
from unet_desktop.plurals import quantity
from unet_desktop.project.label_changes import read_changes
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.relabel import RelabelStep, refuse_labels_of_workbook, relabel, undo_relabel
from unet_desktop.safe_text import escape_controls

app = typer.Typer(no_args_is_help=True)
_NAME = typer.Argument(help="The label, by its name.", show_default=False)
_COLOUR = typer.Option("--colour", "--color", metavar="#RRGGBB", help="Its colour.")


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context, project: Annotated[Path, typer.Argument(help="Folder of the project.", show_default=False)]
) -> None:
    """List a project's labels, or change them; see unet-desktop labels PROJECT COMMAND --help.

    Masks are never lost: a mask that is rewritten is kept as a version, and the last change can be undone.
    """
    context.obj = project
    if context.invoked_subcommand is None:
        _list(ProjectReader.open(project))


@app.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the new label.", show_default=False)],
    colour: Annotated[str, _COLOUR] = "",
    inside: Annotated[str | None, typer.Option(metavar="LABEL", help="The label that contains it.")] = None,
    unique: Annotated[bool, typer.Option("--unique", help="A picture holds at most one.")] = False,
) -> None:
    """Add a label. Masks drawn so far do not say that it is absent: it is not annotated in them."""
    _change(context, lambda labels: label_edits.add(labels, name, colour, inside, unique=unique))


@app.command("rename")
def rename(
    context: typer.Context,
    old: Annotated[str, _NAME],
    new: Annotated[str, typer.Argument(help="The new name.", show_default=False)],
) -> None:
    """Rename a label. Masks stay as they are, and models trained under the old name can be used."""
    _change(context, lambda labels: label_edits.rename(labels, old, new))


@app.command("recolour")
def recolour(
    context: typer.Context,
    name: Annotated[str, _NAME],
    colour: Annotated[str, typer.Argument(metavar="#RRGGBB", help="The new colour.", show_default=False)],
) -> None:
    """Give a label another colour. A mask's file gets it when the mask is saved next."""
    _change(context, lambda labels: label_edits.recolour(labels, name, colour))


@app.command("nest")
def nest(
    context: typer.Context,
    name: Annotated[str, _NAME],
    inside: Annotated[
        str | None, typer.Option(metavar="LABEL", help="The label that contains it; omit it for no label.")
    ] = None,
) -> None:
    """Put a label inside another one, or inside none. Masks stay as they are."""
    _change(context, lambda labels: label_edits.move_inside(labels, name, inside))


@app.command("unique")
def unique(
    context: typer.Context,
    name: Annotated[str, _NAME],
    on: Annotated[bool, typer.Option("--on/--off", help="Whether a picture holds at most one.")] = True,
) -> None:
    """Say whether a picture holds at most one of a label, in one piece. Masks stay as they are."""
    _change(context, lambda labels: label_edits.make_unique(labels, name, unique=on))


@app.command("order")
def order(
    context: typer.Context, names: Annotated[list[str], typer.Argument(help="The labels.", show_default=False)]
) -> None:
    """Put these labels first, in this order; a label stays behind the one that it is inside."""
    _change(context, lambda labels: label_edits.reorder(labels, names))


@app.command("merge")
def merge(
    context: typer.Context,
    name: Annotated[str, _NAME],
    into: Annotated[str, typer.Option(metavar="LABEL", help="What its pixels become.", show_default=False)],
) -> None:
    """Merge a label into another one: its pixels become the other's in all masks."""
    _change(context, lambda labels: label_edits.merge(labels, name, into))


@app.command("remove")
def remove(context: typer.Context, name: Annotated[str, _NAME]) -> None:
    """Remove a label: its pixels become the label around it, or background, in all masks."""
    _change(context, lambda labels: label_edits.remove(labels, name))


@app.command("missing")
def missing(context: typer.Context, name: Annotated[str, _NAME]) -> None:
    """List the cases whose masks say nothing of a label: it was added later, and is not drawn in them yet.

    Exit code 1: a mask cannot be read; it is named.
    """
    project = ProjectReader.open(context.obj)
    label, damaged = project.labels.by_name(name), 0
    for case in project.cases():
        if label.value not in case.not_annotated:
            continue
        try:
            mask = project.load_mask(case.id)
        except UserError as error:
            damaged += 1
            messages.print(escape_controls(str(error)), markup=False)
            continue
        if mask is None or not (mask == label.value).any():
            output.print(escape_controls(case.id), markup=False)
    raise typer.Exit(SOME_FAILED if damaged else DONE)


@app.command("undo")
def undo(context: typer.Context) -> None:
    """Undo the last change of the labels. What was drawn since stays."""
    refuse_labels_of_workbook(ProjectReader.open(context.obj))
    with lease_exclusively(context.obj) as lease:
        project = lease.project.writable()
        raise typer.Exit(_follow(project, undo_relabel(project)))


@app.command("changes")
def changes(context: typer.Context) -> None:
    """List the changes of the labels, newest first."""
    found = read_changes(ProjectReader.open(context.obj).layout)
    undone = {change.undoes for change in found}
    for change in reversed(found):
        note = f" (undoes change {change.undoes})" if change.undoes else " (undone)" if change.number in undone else ""
        line = f"{change.number}  {change.when}  {change.who}  {'; '.join(change.what)}{note}"
        output.print(escape_controls(line), markup=False, highlight=False)
    if not found:
        output.print("The labels were never changed.")


def _change(context: typer.Context, edit: Callable[[LabelSet], LabelSet]) -> None:
    opened = ProjectReader.open(context.obj)
    refuse_labels_of_workbook(opened)
    edit(opened.labels)  # what is wrong is said whoever has the project
    with lease_exclusively(context.obj) as lease:
        for sentence in lease.recovered:
            messages.print(sentence, markup=False)
        project = lease.project.writable()
        code = _follow(project, relabel(project, edit(project.labels)))
    raise typer.Exit(code)


def _follow(project: Project, steps: Iterator[RelabelStep]) -> int:
    before, problems = project.labels, 0
    for step in steps:
        if step.problem:
            problems += 1
            messages.print(escape_controls(step.problem), markup=False)
    said = label_edits.describe_edit(before, project.labels)
    for part in said:
        output.print(escape_controls(f"{part}."), markup=False, highlight=False)
    if not said:
        output.print("The labels are as they were.")
    return SOME_FAILED if problems else DONE


def _list(project: ProjectReader) -> None:
    unsaid = Counter(value for case in project.cases() for value in case.not_annotated)
    for label in project.labels:
        notes = [f"inside {label.inside}" if label.inside else "", "one per picture" if label.unique else ""]
        notes += ["formerly " + ", ".join(label.formerly) if label.formerly else ""]
        notes += [f"not annotated in {quantity(unsaid[label.value], 'case')}" if unsaid[label.value] else ""]
        line = f"{label.value:>3}  {label.colour}  {label.name}"
        noted = "; ".join(note for note in notes if note)
        output.print(escape_controls(f"{line}  ({noted})" if noted else line), markup=False)
