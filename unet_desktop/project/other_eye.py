"""The other eye: which cases show the same patient's other eye."""

from __future__ import annotations

from unet_desktop.project.case import Case, Eye
from unet_desktop.project.project import Project

_OTHER = {Eye.RIGHT: Eye.LEFT, Eye.LEFT: Eye.RIGHT}


def other_eyes(project: Project, case: Case) -> list[Case]:
    """Cases of the same patient's other eye, in the project's order; none where patient or eye is not noted."""
    wanted = _OTHER.get(case.eye)
    if wanted is None or not case.patient:
        return []
    return [other for other in project.cases() if other.patient == case.patient and other.eye is wanted]
