"""unet-desktop versions: list the versions of a case's human mask, and restore one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from unet_desktop.cli.console import DONE, SOME_FAILED, messages, output
from unet_desktop.errors import ProjectError
from unet_desktop.project.case_events import restore_event
from unet_desktop.project.layout import Layout
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.models import list_models
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.trail import append
from unet_desktop.project.versions import CaseVersions, Version, VersionStep, load_version, read_versions
from unet_desktop.safe_text import escape_controls


def run(
    project: Annotated[Path, typer.Argument(help="Folder of the project.", show_default=False)],
    case: Annotated[str, typer.Argument(help="The case, by its name in the case list.", show_default=False)],
    restore: Annotated[
        int | None, typer.Option(metavar="N", help="Make version N the mask; the present mask is kept as a version.")
    ] = None,
) -> None:
    """List the versions of a case's human mask, newest first: when, how, by whom, from which model.

    The program keeps versions while masks are corrected, imported, approved or restored. Exit code 1: a version is
    damaged; it is named, and the others can be restored.
    """
    if restore is not None:
        with lease_exclusively(project) as lease:
            for sentence in lease.recovered:
                messages.print(sentence, markup=False)
            _restore(lease.project.writable(), case, restore)
        return
    opened = ProjectReader.open(project)
    found = read_versions(opened.layout, opened.case(case).id)
    if found.versions:
        output.print(_table(opened.layout, case, found))
    elif found.problems:
        output.print(f"No version of {case} can be used: all that are kept are damaged.", markup=False)
    else:
        output.print(f"No versions of {case} are kept yet.", markup=False)
    for problem in found.problems:
        messages.print(escape_controls(problem), markup=False)
    raise typer.Exit(SOME_FAILED if found.problems else DONE)


def _restore(project: Project, case_id: str, number: int) -> None:
    """Make a version the mask.

    Raises:
        UserError: there is no such version, it is damaged, or the mask cannot be written.
    """
    case = project.sound_case(case_id)
    version = _find(read_versions(project.layout, case_id), case_id, number)
    mask = load_version(project.layout, project.labels, case, version)
    project.save_mask(case_id, mask, model=version.model, step=VersionStep.RESTORED)
    append(project.layout, restore_event(version))
    output.print(f"The mask of {case_id} is version {number} now. The one before is kept as a version.", markup=False)


def _find(found: CaseVersions, case_id: str, number: int) -> Version:
    for version in found.versions:
        if version.number == number:
            return version
    ending = f"{number:06}.png"
    for problem in found.problems:
        if ending in problem:
            raise ProjectError(problem)
    there = ", ".join(str(version.number) for version in found.versions) or "none"
    raise ProjectError(f"{case_id} has no version {number}. Its versions: {there}.")


def _table(layout: Layout, case_id: str, found: CaseVersions) -> Table:
    models = {model.header.weights_sha256: model.name for model in list_models(layout)}
    shown = Table(title=Text(f"Versions of {escape_controls(case_id)}"))
    for heading in ("version", "when", "step", "steps", "who", "model", "vCDR", "approved"):
        shown.add_column(heading, justify="right" if heading in {"version", "steps", "vCDR"} else "left")
    for version in found.versions:
        cells = (
            str(version.number),
            _local_time(version.when),
            version.step.value,
            str(version.steps or ""),
            version.who,
            models.get(version.model, version.model[:8]),
            "" if version.vcdr is None else f"{version.vcdr:.3f}",
            f"{_local_time(version.approved_at)} {version.approved_by}".strip() if version.is_approved else "",
        )
        shown.add_row(*(Text(escape_controls(cell)) for cell in cells))
    return shown


def _local_time(when: str) -> str:
    return datetime.fromisoformat(when).astimezone().strftime("%Y-%m-%d %H:%M")
