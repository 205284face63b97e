"""unet-desktop import-set: a public set of photographs with masks becomes a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unet_desktop.cli.console import DONE, SOME_FAILED, output, show_error
from unet_desktop.cli.import_images import count_cases, remove_if_empty
from unet_desktop.cli.progress import follow
from unet_desktop.errors import ImageError, ProjectError
from unet_desktop.tasks.events import CheckRemark

if TYPE_CHECKING:
    from unet_desktop.tasks.public_sets.picture import Option, Part
    from unet_desktop.tasks.public_sets.recognise import SetRequest

EPILOG = (
    "Exit code: 0 everything was imported; 1 some photographs or tables could not be; 2 the folder is laid "
    "out differently, or cannot be read. docs/public_sets.md shows each layout."
)


def _list_sets(wanted: bool) -> None:
    if not wanted:
        return
    from unet_desktop.tasks.public_sets.recognise import SETS

    for one in SETS.values():
        options = "".join(f"; --{option.value}: {', '.join(values)}" for option, values in one.options.items())
        output.print(f"{one.name}: {one.title}, {one.contents}", markup=False)
        output.print(f"    terms: {one.terms}", markup=False)
        output.print(f"    from:  {one.home}", markup=False)
        output.print(f"    folder: {one.layout}{options}", markup=False)
    raise typer.Exit


def run(
    name: Annotated[str, typer.Argument(help="The set's name (see --list), or auto to recognise it.")],
    folder: Annotated[Path, typer.Argument(help="Folder of the unpacked set.")],
    project: Annotated[
        Path | None,
        typer.Argument(help="Folder of the project; created if missing. Without it, only say what would be imported."),
    ] = None,
    expert: Annotated[
        str | None, typer.Option(help="Whose masks, of sets with several experts; see --list.", show_default=False)
    ] = None,
    partition: Annotated[
        str | None,
        typer.Option(help="Which published partition, of sets with several; see --list.", show_default=False),
    ] = None,
    parts: Annotated[
        str | None,
        typer.Option(
            help="Parts of the published split to import: train, validation, test, separated by commas, or all. "
            "Default: all but test.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[bool, typer.Option(help="The published split becomes the project's.")] = True,
    refer: Annotated[
        bool, typer.Option("--refer", help="Do not copy the pictures; refer to them where they are.")
    ] = False,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="Afterwards, look for copies of one photograph in the whole project.")
    ] = False,
    list_sets: Annotated[
        bool,
        typer.Option(
            "--list", help="List the sets, their terms and their folders.", callback=_list_sets, is_eager=True
        ),
    ] = False,
) -> None:
    """Import a public set of photographs with disc and cup in its published layout."""
    from unet_desktop.project.layout import Layout
    from unet_desktop.project.project import Project
    from unet_desktop.tasks.holding_project import holding_project
    from unet_desktop.tasks.public_sets.picture import Option
    from unet_desktop.tasks.public_sets.recognise import SetRequest
    from unet_desktop.tasks.public_sets.run import import_set

    given = {Option.EXPERT: expert, Option.PARTITION: partition}
    options: dict[Option, str] = {option: value for option, value in given.items() if value is not None}
    wanted = None if parts is None else _parse_parts(parts)
    request = SetRequest(folder, project or Path(), name, options, wanted, use_split=split, copy=not refer)
    if project is None:
        raise typer.Exit(_describe(request))
    is_new = not Layout(project).manifest.exists()
    followed = follow(holding_project(project, import_set(request)), "Importing")
    if is_new and not followed.stopped and remove_if_empty(project):
        raise ImageError("No project was made: none of the photographs could be imported. The messages above say why.")
    if duplicates and not followed.stopped:
        _print_copies(project)
    output.print(f"Project: {project} ({count_cases(Project.open(project).cases())})", markup=False)
    raise typer.Exit(followed.code)


def _describe(request: SetRequest) -> int:
    """Print what would be imported; return the exit code."""
    from unet_desktop.tasks.public_sets.recognise import recognise

    recognised = recognise(request)
    for sentence in recognised.sentences:
        output.print(sentence, markup=False)
    for sentence in recognised.found.unread:
        show_error(sentence)
    return SOME_FAILED if recognised.found.unread else DONE


def _print_copies(project: Path) -> None:
    from unet_desktop.tasks.review import review_pictures

    for remark in follow(review_pictures(project), "Looking for copies").rest:
        if isinstance(remark, CheckRemark):
            output.print(remark.line, markup=False)


def _parse_parts(text: str) -> frozenset[Part]:
    from unet_desktop.tasks.public_sets.recognise import PARTS

    words = [word.strip().casefold() for word in text.split(",")]
    if words == ["all"]:
        return frozenset(PARTS)
    if unknown := [word for word in words if word not in PARTS]:
        raise ProjectError(f'There is no part "{unknown[0]}"; give {", ".join(PARTS)} or all.')
    return frozenset(part for part in PARTS if part in words)
