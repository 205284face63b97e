"""What the trail notes when a case is changed, worked out from the case before and after."""

from __future__ import annotations

from unet_desktop import files
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.layout import Layout
from unet_desktop.project.trail import Act, Event
from unet_desktop.project.versions import Version

_DESCRIBING = ("patient", "eye", "notes", "no_cup", "not_annotated", "fovea", "axial_length_mm", "assigned_to")


def mark_events(before: Case, after: Case) -> list[Event]:
    """Return what was noted about a case by hand; what was written is not in it, only which fields."""
    acts = []
    if (before.state is CaseState.APPROVED) != (after.state is CaseState.APPROVED):
        acts.append(Act.APPROVED if after.state is CaseState.APPROVED else Act.REOPENED)
    if before.flagged != after.flagged:
        acts.append(Act.FLAGGED if after.flagged else Act.UNFLAGGED)
    events = [Event(act, after.id) for act in acts]
    described = [name for name in _DESCRIBING if getattr(before, name) != getattr(after, name)]
    items = before.grades.keys() | after.grades.keys()
    described += [f"grade {item}" for item in sorted(items) if before.grades.get(item) != after.grades.get(item)]
    if described:
        events.append(Event(Act.DESCRIBED, after.id, detail=", ".join(described)))
    return events


def mask_event(layout: Layout, case: Case) -> Event:
    """Return that a human mask was written: accepted if it is the prediction, or else changed."""
    digest, proposed = _digest(layout, case.id), ""
    prediction = layout.prediction(case.id)
    if case.model and prediction.exists():
        proposed = files.sha256(prediction)
    act = Act.ACCEPTED if digest and digest == proposed else Act.CHANGED
    return Event(act, case.id, source=case.model, mask=digest)


def restore_event(version: Version) -> Event:
    """Return that an earlier state of a human mask was made the mask again; writing it is noted apart from this."""
    return Event(Act.RESTORED, version.case, source=version.model, detail=f"version {version.number}")


def _digest(layout: Layout, case_id: str) -> str:
    try:
        return files.sha256(layout.mask(case_id))
    except OSError:  # removed by another program at this moment, which `check` finds
        return ""
