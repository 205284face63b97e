"""What people note about a case: approval, flag, patient, eye, notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypedDict

from unet_desktop.errors import ProjectError
from unet_desktop.images.laterality import Eye
from unet_desktop.person import read_name
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.form import Form
from unet_desktop.project.layout import Layout


class Annotations(TypedDict, total=False):
    """What people note about a case, see `Case`; None leaves a field unchanged."""

    flagged: bool | None
    no_cup: bool | None
    not_annotated: tuple[int, ...] | None
    notes: str | None
    patient: str | None
    eye: Eye | None
    assigned_to: tuple[str, ...] | None


def apply_marks(layout: Layout, form: Form, case: Case, approved: bool | None, annotations: Annotations) -> Case:
    """Return a case with what is noted about it; None leaves a field unchanged.

    Raises:
        ProjectError: it cannot be approved: it has no mask, or grades are missing.
    """
    case_id = case.id
    if approved is not None:
        if not layout.mask(case_id).exists():
            raise ProjectError(f"{case_id} has no mask yet. Accept a proposal or draw one, then approve it.")
        if approved and (missing := form.missing(case.grades)):
            names = ", ".join(item.question for item in missing)
            raise ProjectError(f"{case_id} lacks required grades: {names}. Give them (Grade panel), then approve it.")
        case = replace(case, state=CaseState.APPROVED if approved else CaseState.CORRECTED)
    given: dict[str, Any] = {name: value for name, value in annotations.items() if value is not None}
    return sign(replace(case, **given))


def sign(case: Case) -> Case:
    """Return the case with who changed it and when."""
    return replace(case, changed_by=read_name(), changed_at=datetime.now(UTC).isoformat(timespec="seconds"))
