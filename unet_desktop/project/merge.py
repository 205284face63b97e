"""Merge: take what was done in a copy of a project into it, case by case, so that nothing of either is lost.

Whether a mask is newer is told by the versions: a mask that is among the other side's earlier states was changed there.
Where both were changed, the project's mask stays, and the other one becomes a version of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from unet_desktop import files
from unet_desktop.errors import MaskError
from unet_desktop.images.laterality import Eye
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.case_events import mark_events
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.project.versions import (
    Origin,
    VersionStep,
    digest_of,
    keep_present_mask,
    keep_version,
    load_version,
    read_versions,
)

_NOTED: dict[str, Any] = {
    "patient": "",
    "eye": Eye.UNKNOWN,
    "flagged": False,
    "no_cup": False,
    "fovea": None,
    "axial_length_mm": None,
}
"""What people note about a case, and what stands there when nobody did."""
_OF_THE_MASK = ("vcdr", "model", "not_annotated", "changed_by", "changed_at")


class _Newer(Enum):
    NONE = auto()
    """The same mask, or none in the copy."""
    COPY = auto()
    PROJECT = auto()
    BOTH = auto()


@dataclass(frozen=True, slots=True)
class Merged:
    """What was done with a case.

    Attributes:
        taken: the copy's mask is the mask now.
        changed: something of the case is not as before.
        conflicts: sentences on what both sides have changed.
    """

    taken: bool
    changed: bool
    conflicts: tuple[str, ...]


def merge_case(
    copy: ProjectReader, case: Case, project: Project, case_id: str, source: str, noted: Mapping[str, str]
) -> Merged:
    """Take a case of a copy into a project; doing it again changes nothing, and finishes what was interrupted.

    Args:
        copy: of the project.
        case: of the copy.
        project: held by this program.
        case_id: the same case in the project.
        source: whose copy it is, for the trail and sentences.
        noted: the SHA-256 of each case's mask as the project's trail noted it last, see `last_masks`.

    Raises:
        UserError: a mask is damaged or of another size, or it cannot be written.
    """
    before = project.sound_case(case_id)
    if (case.height, case.width) != (before.height, before.width):
        raise MaskError(f"{case_id} has another size in the copy of {source} than in the project.")
    theirs = copy.load_mask(case.id)
    newer = _compare(copy, case.id, theirs, project, case_id)
    if newer is _Newer.NONE and theirs is not None and _is_unfinished(project, before, noted):
        newer = _Newer.COPY
    _keep_versions(copy, case, project, case_id)
    after, conflicts = _merge_notes(case, before, source, take=newer is _Newer.COPY)
    if newer is _Newer.BOTH and theirs is not None:
        origin = Origin(VersionStep.IMPORTED, case.changed_by, case.model, when=case.changed_at)
        keep_version(project.layout, project.labels, case_id, theirs, origin)
        conflicts.insert(
            0,
            f"{case_id}: the mask was changed in the project and by {case.changed_by or source}. The project's stays; "
            "the other one is among its versions.",
        )
    if newer is _Newer.COPY and theirs is not None:
        ours = project.load_mask(case_id)
        if ours is None or digest_of(theirs) != digest_of(ours):
            keep_present_mask(project.layout, project.labels, before)
            project.write_mask(case_id, theirs)
        taken = {name: getattr(case, name) for name in _OF_THE_MASK}
        after = replace(after, state=case.state, **taken)
    elif case.state is CaseState.APPROVED and before.state is CaseState.CORRECTED and newer is _Newer.NONE:
        if case.changed_at >= before.changed_at:
            after = replace(after, state=case.state, changed_by=case.changed_by, changed_at=case.changed_at)
        else:
            conflicts.append(
                f"{case_id}: {case.changed_by or source} approved the mask, but the case was changed in the project "
                "later, so it is not approved. Look at it and approve it there."
            )
    if after != before:
        project.records.put(after, of_mask=newer is _Newer.COPY)
        _note(project, before, after, source, taken=newer is _Newer.COPY)
    return Merged(newer is _Newer.COPY, after != before or newer is _Newer.BOTH, tuple(conflicts))


def _compare(copy: ProjectReader, copied_id: str, theirs: Mask | None, project: Project, case_id: str) -> _Newer:
    ours = project.load_mask(case_id)
    if theirs is None or (ours is not None and digest_of(ours) == digest_of(theirs)):
        return _Newer.NONE
    if ours is None:
        return _Newer.COPY
    is_theirs_known = digest_of(theirs) in _digests(project, case_id)
    is_ours_known = digest_of(ours) in _digests(copy, copied_id)
    if is_ours_known is is_theirs_known:
        return _Newer.BOTH
    return _Newer.COPY if is_ours_known else _Newer.PROJECT


def _is_unfinished(project: Project, case: Case, noted: Mapping[str, str]) -> bool:
    """Whether a program was killed after it had written a mask and before it noted whose that is."""
    if case.id not in noted:
        return not case.changed_at
    return noted[case.id] != files.sha256(project.layout.mask(case.id))


def _digests(project: ProjectReader, case_id: str) -> set[str]:
    return {version.digest for version in read_versions(project.layout, case_id).versions}


def _keep_versions(copy: ProjectReader, case: Case, project: Project, case_id: str) -> None:
    """Keep the copy's versions that the project does not have, oldest first."""
    known = _digests(project, case_id)
    ours = project.load_mask(case_id)
    if ours is not None:
        known.add(digest_of(ours))
    for version in reversed(read_versions(copy.layout, case.id).versions):
        if version.digest in known:
            continue
        mask = load_version(copy.layout, copy.labels, case, version)
        origin = Origin(version.step, version.who, version.model, version.steps, version.passing, False, version.when)
        keep_version(project.layout, project.labels, case_id, mask, origin)
        known.add(version.digest)


def _merge_notes(case: Case, before: Case, source: str, *, take: bool) -> tuple[Case, list[str]]:
    """Return the project's case with what the copy notes about it, and sentences on what both noted differently."""
    changes: dict[str, Any] = {}
    conflicts = []
    for name, nothing in _NOTED.items():
        theirs, ours = getattr(case, name), getattr(before, name)
        if theirs in (ours, nothing):
            continue
        if ours == nothing or take:
            changes[name] = theirs
        if ours != nothing:
            conflicts.append(_differ(before.id, name, ours, theirs, source))
    grades = dict(before.grades)
    for key, grade in case.grades.items():
        if key not in grades or (take and grades[key] != grade):
            grades[key] = grade
        if key in before.grades and before.grades[key] != grade:
            conflicts.append(_differ(before.id, key, before.grades[key], grade, source))
    if case.notes and case.notes not in before.notes:
        changes["notes"] = f"{before.notes}\n{case.notes}" if before.notes else case.notes
    readers = tuple(dict.fromkeys((*before.assigned_to, *case.assigned_to)))
    return replace(before, grades=grades, assigned_to=readers, **changes), conflicts


def _differ(case_id: str, name: str, ours: object, theirs: object, source: str) -> str:
    return f"{case_id}: {name.replace('_', ' ')} is {ours} in the project and {theirs} in the copy of {source}."


def _note(project: Project, before: Case, after: Case, source: str, *, taken: bool) -> None:
    events = list(mark_events(before, after))
    if taken:
        mask = files.sha256(project.layout.mask(after.id))
        detail = f"from {source}, drawn by {after.changed_by or 'nobody named'} {after.changed_at}"
        events.insert(0, Event(Act.COLLECTED, after.id, source=after.model, mask=mask, detail=detail))
        if before.state is CaseState.APPROVED and after.state is CaseState.APPROVED:  # another mask than before
            events.append(Event(Act.APPROVED, after.id))
    append(project.layout, *events)
