"""unet-desktop propose: first proposals of disc and cup for a project that has no model yet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unet_desktop.cli.console import output
from unet_desktop.cli.progress import follow
from unet_desktop.plurals import quantity
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project
from unet_desktop.tasks.holding_project import holding_project
from unet_desktop.tasks.propose_cases import propose_cases


def run(
    project: Annotated[Path, typer.Argument(help="Folder of the project; its labels must include the optic disc.")],
) -> None:
    """Propose disc and cup without a model, by brightness and vessels, for the cases that have no mask or prediction.

    Each becomes a "first proposal (no model)", to be corrected in the window; it is not a model's prediction.
    """
    cases = [case.id for case in Project.open(project).cases() if case.state is CaseState.NEW and not case.damage]
    followed = follow(holding_project(project, propose_cases(project, cases)), "Proposing")
    found = sum(case.state is CaseState.PREDICTED for case in map(Project.open(project).case, cases))
    has = "has" if found == 1 else "have"
    output.print(f"{found:,} of {quantity(len(cases), 'case')} {has} a first proposal now.", markup=False)
    raise typer.Exit(followed.code or int(found < len(cases)))
